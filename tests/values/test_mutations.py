# SPDX-License-Identifier: MIT
"""What is broken at random is taken or refused as Python takes or refuses it,
with stand-ins for all that Python would import."""


def test_what_python_refuses_is_refused(agree, python, amount):
    agree(python, "mutations.py", 1, amount(2000, 100_000))
