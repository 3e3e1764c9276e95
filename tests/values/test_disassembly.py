# SPDX-License-Identifier: MIT
"""Pickles are shown as Python shows them."""


def test_a_pickle_is_shown_as_by_pickletools(agree, python, amount):
    agree(python, "disassembly.py", 1, amount(150, 10_000))
