# SPDX-License-Identifier: MIT
"""What proto writes and reads as text, against what Python does."""

import itertools
import math
import os
import random
import re
import shutil
import struct
import subprocess
import sys

import pytest

from conftest import BUILD, HANG, PYTHONS

# The printable characters of the table in this build are those of Python's
# with the same Unicode.
TABLE = (BUILD / "proto/printable.inc").read_text()
RANGE = re.compile(r"^\{0x([0-9a-f]+), 0x([0-9a-f]+)\},$", re.M)

SAY_PRINTABLE = """
import sys, unicodedata
print(unicodedata.unidata_version)
print("".join("01"[chr(character).isprintable()]
              for character in range(sys.maxunicode + 1)))
"""


def ask(question, lines, **environment):
    """What the C program says, line by line."""
    done = subprocess.run(
        [str(BUILD / "tests/unit/texts"), question],
        input="".join(line + "\n" for line in lines).encode(),
        capture_output=True, timeout=HANG,
        env={**os.environ, **environment})
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode().splitlines()


# ---- Characters ------------------------------------------------------------

def printable_of_python(version):
    """A Python with that version of Unicode; its answer for each character."""
    for python in sys.executable, *PYTHONS.values():
        done = subprocess.run([python, "-c", SAY_PRINTABLE], text=True,
                              check=True, capture_output=True, timeout=HANG)
        unicode, answers = done.stdout.split()
        if unicode == version:
            return answers
    raise AssertionError(f"no Python here has Unicode {version}")


def test_printable_characters_are_those_of_python():
    version, = re.findall(r"^/\* Unicode ([\d.]+) \*/$", TABLE, re.M)
    ours = "".join(ask("printable", map("{:x}".format,
                                        range(0, 0x110000, 256))))
    assert len(ours) == 0x110000
    assert ours == printable_of_python(version)


def test_the_table_of_printable_characters_is_as_short_as_can_be():
    ranges = [(int(first, 16), int(last, 16))
              for first, last in RANGE.findall(TABLE)]
    assert len(ranges) == TABLE.count("\n") - 1 > 500
    assert all(first <= last for first, last in ranges)
    assert all(one[1] + 1 < other[0]
               for one, other in zip(ranges, ranges[1:]))


# ---- Floating-point numbers ------------------------------------------------

SAMPLE = 20_000


def bits_of(number):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", number))


def number_of(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


def neighbours(number):
    bits = struct.unpack("<Q", struct.pack("<d", number))[0]
    return [number_of(bits + i) for i in (-1, 0, 1) if bits + i >= 0]


def numbers():
    """Of all kinds, and what is hardest: where the distance between two
    changes, decimals, few bits, and half-way points."""
    generator = random.Random(4)
    powers = itertools.chain(
        (math.ldexp(1, i) for i in range(-1074, 1024)),
        (float(f"1e{i}") for i in range(-324, 309)))
    for power in powers:
        yield from neighbours(power)
    for _ in range(SAMPLE):
        yield number_of(generator.getrandbits(64))
        yield generator.randrange(10 ** 7) / 10 ** generator.randrange(12)
        yield math.ldexp(generator.getrandbits(53),
                         generator.randrange(-60, 20))
        # Half-way between two decimals that are both near enough.
        yield (2 ** 19 + generator.randrange(2 ** 30) / 2 ** 11) \
            * 2 ** generator.randrange(3)


def python_text(number):
    text = repr(number)
    return text[:-2] if text.endswith(".0") else text


def test_numbers_are_written_as_python_does():
    them = list(numbers())
    ours = ask("write-float", map(bits_of, them))
    assert len(ours) == len(them) > 4 * SAMPLE
    assert [(mine, text) for text, mine in zip(ours, map(python_text, them))
            if text != mine] == []


def decimals():
    """Texts: Python's own, far too long ones, those on both sides of the
    middle of two numbers, and some that are none."""
    generator = random.Random(5)
    for number in numbers():
        yield repr(number)
    for _ in range(SAMPLE // 10):
        digits = str(generator.getrandbits(generator.randrange(1, 4000)))
        point = generator.randrange(len(digits) + 1)
        yield "%s.%se%d" % (digits[:point], digits[point:],
                            generator.randrange(-1300, 400))
    for exponent in range(-1074, 971, 7):
        middle = (2 * generator.getrandbits(52) + 1) * 2
        yield from around(middle, exponent - 2)
    alphabet = "0123456789..eE+-infa "
    for _ in range(SAMPLE):
        yield "".join(generator.choices(alphabet, k=generator.randrange(9)))


def around(whole, exponent):
    """whole * 2 ** exponent as text, and a little less and more than that."""
    if exponent >= 0:
        value, power = whole << exponent, 0
    else:
        value, power = whole * 5 ** -exponent, exponent
    for text in str(value), str(value - 1) + "9" * 900, str(value) + "0" * 900:
        yield f"{text}e{power - (len(text) - len(str(value)))}"
        yield f"{text}1e{power - (len(text) - len(str(value))) - 1}"


def python_bits(text):
    try:
        if text != text.strip():
            raise ValueError
        return bits_of(float(text))
    except ValueError:
        return "no number"


def test_numbers_are_read_as_python_does():
    texts = [text for text in decimals() if text]
    ours = ask("read-float", texts)
    assert [(text, bits, mine) for text, bits, mine
            in zip(texts, ours, map(python_bits, texts))
            if bits != mine] == []
    assert 100 < ours.count("no number") < len(texts)


SAY_POINT = """
import locale
locale.setlocale(locale.LC_ALL, "")
print(locale.localeconv()["decimal_point"])
"""


@pytest.fixture(params=["de_DE", "ps_AF"])
def locale_with_another_point(request, tmp_path):
    """A comma, and one that takes two bytes."""
    if not shutil.which("localedef"):
        pytest.skip("there is no localedef to make a locale with")
    made = tmp_path / "other.UTF-8"
    subprocess.run(["localedef", "-i", request.param, "-f", "UTF-8",
                    str(made)], capture_output=True, timeout=HANG)
    if not made.exists():
        pytest.skip("there is no source of the locale " + request.param)
    environment = {"LOCPATH": str(tmp_path), "LC_ALL": made.name}
    point = subprocess.run([sys.executable, "-c", SAY_POINT], check=True,
                           capture_output=True, timeout=HANG,
                           env={**os.environ, **environment}).stdout
    assert point.strip() not in (b".", b"")
    return environment


def test_numbers_are_the_same_in_every_locale(locale_with_another_point):
    texts = ["0.1", "-2.5e-07", "1.7976931348623157e+308", "123.456"]
    bits = ask("read-float", texts, **locale_with_another_point)
    assert bits == [bits_of(float(text)) for text in texts]
    assert ask("write-float", bits, **locale_with_another_point) == texts


# ---- Values ----------------------------------------------------------------

# Prints what repr() makes of values at random, one to a line.
REPRS = r"""
import array, math, random, struct, sys, warnings

warnings.simplefilter("ignore")
chance = random.Random(6)
bits = chance.getrandbits
pick = chance.choice

# Printable or not in every Unicode alike.
SOME = ["'", '"', "\\", "\t", "\n", "\r", " ", "\0", "\x1f", "\x7f", "\x80",
        "\xa0", "\xad", "\xe9", "\u0394", "\u05d0", "\u200b", "\u2028",
        "\u20ac", "\u3000", "\ud800", "\udfff", "\ue000", "\uffff",
        "\U0001d11e", "\U0001f600", "\U000e0001", "\U0010ffff"]


def text():
    return "".join(pick(SOME) if bits(1) else chr(32 + bits(6))
                   for _ in range(bits(4)))


def some_bytes():
    return bytes(pick([39, 34, bits(8), 32 + bits(6)])
                 for _ in range(bits(4)))


def floating():
    return pick([0.0, -0.0, 1e16, 1e-5, 1e22, math.inf, -math.inf, math.nan,
                 -math.nan, float(bits(60)), bits(20) / 1000, -bits(9) / 64,
                 struct.unpack("<d", struct.pack("<Q", bits(64)))[0]])


def a_complex():
    # Without zeros: repr() loses their signs when it is read again.
    return complex(pick([0.0, floating() or 1.0]), floating() or 1.0)


def integer():
    return pick([-1, 1]) * bits(pick([1, 8, 31, 63, 64, 65, 200, 2000]))


def an_array():
    code = pick("bBhHiIlLqQfdu")
    if code == "u":
        return array.array(code, text())
    made = array.array(code)
    made.frombytes(bytes(bits(8) for _ in range(made.itemsize * bits(2))))
    return made


PLAIN = [lambda: None, lambda: bool(bits(1)), integer, floating,
         a_complex, text, some_bytes]
KEYS = PLAIN + [lambda: tuple(one(KEYS) for _ in range(bits(2))),
                lambda: frozenset(several(KEYS)),
                lambda: range(integer() >> 1, bits(9), pick([1, 2, -3]))]


def one(kinds):
    return pick(kinds)()


def several(kinds):
    return [one(kinds) for _ in range(bits(2))]


def value(depth=0):
    inner = [lambda: value(depth + 1)] if depth < 5 else PLAIN
    return one(KEYS + [
        lambda: bytearray(some_bytes()), an_array,
        lambda: several(inner), lambda: tuple(several(inner)),
        lambda: set(several(KEYS)),
        lambda: dict(zip(several(KEYS), several(inner))),
        lambda: slice(one(inner), one(inner), one(inner))])


for _ in range(int(sys.argv[1])):
    sys.stdout.buffer.write(repr(value()).encode() + b"\n")
"""


def test_values_are_written_as_python_does(python):
    done = subprocess.run([python, "-c", REPRS, str(SAMPLE)],
                          capture_output=True, check=True, timeout=HANG)
    texts = done.stdout.decode().splitlines()
    ours = ask("write-repr", texts)
    assert len(texts) == len(ours) == SAMPLE
    assert [(text, mine) for text, mine in zip(texts, ours)
            if text != mine] == []
