# SPDX-License-Identifier: MIT
"""What Python sends comes back as it was, through a program that knows none of
its classes: also what is shared, and what is inside itself."""


def test_objects_come_back_as_they_were(agree, python, amount):
    agree(python, "round_trip.py", 1, amount(400, 12_000))


def test_each_opcode_is_taken_or_refused(agree, python):
    agree(python, "opcodes.py")
