# SPDX-License-Identifier: MIT
"""repr, ==, hash and < are Python's."""


def test_plain_data_is_what_python_says_it_is(agree, python, amount, assigned):
    agree(python, "agreement.py", assigned, 1, amount(400, 10_000))
