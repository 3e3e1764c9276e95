# SPDX-License-Identifier: MIT
"""Integers of any size, against Python's."""

import itertools
import random
import struct

from test_texts import ask

SAMPLE = 1_000

# Python refuses more by itself, as Tieline does.
DIGITS_MAX = 4300


def halfway():
    """What is between two doubles, with bits far below the middle."""
    generator = random.Random(6)
    for _ in range(SAMPLE):
        mantissa = (generator.getrandbits(53) | 1 << 52) * 2 + 1
        shift = generator.randrange(1, 1000)
        for below in 0, 1, -1, 1 << generator.randrange(shift):
            yield (mantissa << shift) + below


def integers():
    generator = random.Random(7)
    for power in itertools.chain(range(1100), (4096, 14283, 14284, 20000)):
        for near in -1, 0, 1:
            yield (1 << power) + near
    yield from halfway()
    # Around the largest double, and what rounds up to infinity.
    for bits in 53, 54, 55, 64, 1023:
        for near in -1, 0, 1:
            yield (1 << 1024) - (1 << 1024 - bits) + near
    for digits in 9, 10, 18, 4299, 4300:
        for near in -1, 0, 1:
            yield 10 ** digits + near
    for _ in range(SAMPLE):
        yield generator.getrandbits(generator.randrange(1, 3000))


NUMBERS = [sign * number for number in integers() for sign in (1, -1)]


def as_bytes(number, more=0):
    """As short as can be, or longer than that."""
    bits = (number if number >= 0 else ~number).bit_length()
    size = bits // 8 + 1 if number else 0
    return number.to_bytes(size + more, "little", signed=True)


def nearest(number):
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def decimal(number):
    return "too long" if abs(number) >= 10 ** DIGITS_MAX else str(number)


def said_of(number):
    """What the program is to say of it."""
    double = nearest(number)
    bits = struct.unpack("<Q", struct.pack("<d", double))[0]
    whole = as_bytes(int(double)).hex() if abs(double) < float("inf") else ""
    return f"{decimal(number)} {hex(number)} {bits:016x} {whole}"


def test_integers_are_what_python_says():
    ours = ask("write-integer", (
        as_bytes(number, more).hex() for number in NUMBERS
        for more in (0, 1, 9)))
    wanted = [said_of(number) for number in NUMBERS for _ in range(3)]
    assert len(NUMBERS) > 8 * SAMPLE
    assert [(mine, right) for mine, right in zip(ours, wanted)
            if mine != right] == []
    assert len(ours) == len(wanted)


def test_digits_are_read_as_python_does():
    lines, wanted = [], []
    for number, (base, letter) in itertools.product(
            NUMBERS, ((2, "b"), (8, "o"), (10, "d"), (16, "x"), (16, "X"))):
        if base == 10 and decimal(number) == "too long":
            continue
        lines.append(f"{base} {format(number, letter)}")
        wanted.append(as_bytes(number).hex())
    assert ask("read-integer", lines) == wanted


def test_too_many_digits_are_refused():
    lines = [f"10 {'-' * negative}{'1' * count}"
             for count in (DIGITS_MAX, DIGITS_MAX + 1, 10 ** 6)
             for negative in (False, True)]
    assert [line != "" for line in ask("read-integer", lines)] == \
        [True, True, False, False, False, False]


def test_integers_are_in_the_order_of_python():
    generator = random.Random(8)
    pairs = [generator.sample(NUMBERS, 2) for _ in range(4 * SAMPLE)]
    pairs += [(number, number + near) for number in NUMBERS
              for near in (-1, 0, 1)]
    ours = ask("compare-integers", (
        f"{as_bytes(one).hex()} {as_bytes(other).hex()}"
        for one, other in pairs))
    assert ours == [str((one > other) - (one < other))
                    for one, other in pairs]
