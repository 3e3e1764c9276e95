# SPDX-License-Identifier: MIT
"""Literals, against Python's ast.literal_eval() and repr()."""

import array
import json
import math
import random
import re
import struct
import subprocess

import pytest

from conftest import HANG, PYTHONS, version_text
from test_texts import ask

SAMPLE = 4_000
ERROR = "error: "

# Says of each text whether Python takes it, and, if so, whether our repr is of
# the same value.
JUDGE = r"""
import ast, json, sys, warnings
warnings.simplefilter("ignore")

def alike(one, other):
    if type(one) is not type(other):
        return False
    if type(one) in (list, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if type(one) is dict:
        return alike(list(one.items()), list(other.items()))
    return one == other and (type(one) is not float or repr(one) == repr(other))

def judge(text, ours):
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError):
        return "refused"
    names = {"inf": float("inf"), "infj": complex(0, float("inf"))}
    return "same" if ours and alike(value, eval(ours, names)) else "another"

json.dump([judge(*pair) for pair in json.load(sys.stdin)], sys.stdout)
"""


class Writer:
    """Writes values as nobody would, but as Python allows."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *choices):
        return self.random.choice(choices)

    def space(self):
        return self.pick("", "", "", " ", "\n", "\t \r\n", " # ] ' \"\n")

    def digits(self, alphabet, most):
        count = self.random.randrange(1, most)
        digits = self.random.choices(alphabet, k=count)
        return self.pick("", "", "_").join(digits)

    def integer(self):
        start = self.pick("0x", "0O", "0b", "", "", "")
        alphabet = {"0x": "0123456789abcdefABCDEF", "0O": "01234567",
                    "0b": "01", "": "123456789"}[start]
        underscore = self.pick("", "_") if start else ""
        return self.pick("0", "00_0", *5 * [
            start + underscore + self.digits(alphabet, 40)])

    def real(self):
        whole, fraction = (self.digits("0123456789", 20) for _ in "ab")
        exponent = self.pick("e", "E") + self.pick("", "+", "-") + \
            self.digits("0123456789", 4)
        return self.pick(f"{whole}.", f".{fraction}", f"{whole}.{fraction}",
                         whole + exponent, f"{whole}.{fraction}{exponent}")

    def imaginary(self):
        return self.pick(self.real(), self.digits("0123456789", 9)) + \
            self.pick("j", "J")

    def sum(self):
        return self.pick("", "-") + self.pick(self.integer, self.real)() + \
            self.space() + self.pick("+", "-") + self.space() + \
            self.imaginary()

    def signed(self):
        return self.pick("", "", "+", "-", "- ") + \
            self.pick(self.integer, self.real)()

    def number(self):
        return self.pick(self.signed, self.signed, self.imaginary, self.sum)()

    def content(self, prefix, quote):
        """Pieces of what can be between quotes."""
        raw, is_bytes = "r" in prefix.lower(), "b" in prefix.lower()
        yield from ("a", "7", "{", "#", "\\\\", "\\'", '\\"', "\\\n", "\\q",
                    "\\\r\n", "'" if quote[0] == '"' else '"')
        if len(quote) == 3:
            yield from ("\n", "\r\n", "\r", quote[0] + "x")
        if not is_bytes:
            yield from "\u00e9\u20ac\U0001f600\u00a0\u2028"
        if not raw:
            yield from ("\\n", "\\a", "\\0", "\\x7f", "\\377", "\\08",
                        "\\xe9", "\\t", "\\r", "\\v", "\\777")
        if is_bytes:
            yield from ("\\u12", "\\Uq", "\\N{DASH}")
        elif not raw:
            yield from ("\\u20ac", "\\U0010ffff", "\\ud800", "\\udc00")

    def piece(self, prefix):
        quote = self.pick("'", '"', "'''", '"""')
        parts = self.random.choices(list(self.content(prefix, quote)),
                                    k=self.random.randrange(6))
        return prefix + quote + "".join(parts) + quote

    def text(self):
        prefixes = self.pick(("", "r", "R", "u", "U"),
                             ("b", "B", "br", "bR", "Br", "RB", "rb"))
        return (" " + self.space()).join(self.piece(self.pick(*prefixes))
                                         for _ in range(self.pick(1, 1, 2, 3)))

    def hashable(self):
        return self.pick(self.number, self.text, lambda: "None",
                         lambda: f"(1,{self.text()})")()

    def items(self, item, least=0):
        items = [self.space() + item() + self.space()
                 for _ in range(self.random.randrange(least, 5))]
        comma = "," if len(items) == 1 or items and self.pick(0, 1) else ""
        return ",".join(items) + comma + self.space()

    def value(self, depth=3):
        def inside():
            return self.value(depth - 1)

        def entry():
            return f"{self.hashable()}{self.space()}:{inside()}"

        flat = [self.number, self.number, self.text, self.text,
                lambda: self.pick("None", "True", "False")]
        deep = [lambda: f"[{self.items(inside)}]",
                lambda: f"({self.items(inside)})",
                lambda: f"({self.space()}{inside()}{self.space()})",
                lambda: "{" + self.items(entry) + "}",
                lambda: "{" + self.items(self.hashable, 1) + "}"]
        return self.pick(*flat, *(deep if depth else []))()

    def damaged(self):
        """With characters too many, too few, or others."""
        text = self.value()
        for _ in range(self.random.randrange(1, 3)):
            place = self.random.randrange(len(text) + 1)
            other = self.random.choice(
                "0179_.eEjxob+-'\"\\[](){},: \n#rbuNTag\u00e9\u00a0")
            end = place + self.pick(0, 0, 1, 2)
            text = text[:place] + self.pick("", other, other) + text[end:]
        return text


# What Python takes and Tieline does not: names of characters, Ellipsis, lines
# joined by a backslash, signs and sums of what is in brackets.
ONLY_PYTHON = re.compile(r"\\N|\.\.\.|\\\r?\n|\)\s*[-+]|[-+]\s*(#.*\s*)*\(")


def texts_of(make, count):
    """In brackets, in which Python takes white space and comments as Tieline
    does everywhere."""
    return [f"[{text}\n]" for text in (make() for _ in range(count))]


def literals(texts):
    """What we say of each: a repr, or an error."""
    return ask("literal", (text.encode(errors="surrogatepass").hex()
                           for text in texts))


def judged(python, texts, ours):
    pairs = [[text, None if mine.startswith(ERROR) else mine]
             for text, mine in zip(texts, ours)]
    done = subprocess.run(
        [python, "-c", JUDGE], input=json.dumps(pairs).encode(), check=True,
        capture_output=True, timeout=HANG)
    return json.loads(done.stdout)


@pytest.fixture(scope="module", name="right")
def right_texts():
    texts = texts_of(Writer(1).value, SAMPLE)
    return texts, literals(texts)


@pytest.fixture(scope="module", name="wrong")
def wrong_texts():
    texts = [text for text in texts_of(Writer(2).damaged, 2 * SAMPLE)
             if not ONLY_PYTHON.search(text)]
    return texts, literals(texts)


def test_what_python_takes_is_the_same(python, right):
    judgements = judged(python, *right)
    assert len(judgements) == SAMPLE
    assert [pair for pair, judgement in zip(zip(*right), judgements)
            if judgement != "same"] == []


# Older ones add up any numbers, and take more signs.
@pytest.mark.parametrize("version", [
    version for version in PYTHONS if version >= (3, 8)], ids=version_text)
def test_what_python_refuses_is_refused(version, wrong):
    judgements = judged(PYTHONS[version], *wrong)
    assert [pair for pair, judgement in zip(zip(*wrong), judgements)
            if judgement != ("refused" if pair[1].startswith(ERROR)
                             else "same")] == []
    assert 500 < judgements.count("same") < len(judgements) - 500


class Maker(Writer):
    """Makes values whose repr() is of one order only."""

    def bits(self):
        bits = self.random.getrandbits(64)
        return struct.unpack("<d", struct.pack("<Q", bits))[0]

    def float(self):
        return self.pick(0.0, -0.0, 1.5, 1e16, 1e-5, math.inf, -math.inf,
                         math.nan, self.bits())

    def integer(self):
        return self.pick(1, -1) * self.random.getrandbits(
            self.random.randrange(1, 200))

    def str(self):
        return "".join(self.random.choices(
            "ab'\"\\\n\t\0\x7f\xa0\xe9\u20ac\ud800\udfff\U0001f600", k=4))

    def key(self):
        return self.pick(self.integer, self.str, lambda: None,
                         lambda: (self.integer(), self.str()),
                         lambda: frozenset({self.integer()}))()

    def plain(self):
        data = self.random.getrandbits(64).to_bytes(8, "little")
        return self.pick(
            self.integer, self.float, self.str, self.key,
            lambda: complex(self.float(), self.float()),
            lambda: data, lambda: bytearray(data),
            lambda: self.pick(set(), frozenset(), {self.integer()}, True),
            lambda: range(self.integer(), self.integer(), -3),
            lambda: array.array(self.pick(*"bBhHiIlLqQ"), data),
            lambda: array.array("d", [self.float(), self.float()]),
            lambda: array.array("u", self.str()))()

    def tree(self, depth=3):
        if not depth:
            return self.plain()
        items = [self.tree(depth - 1) for _ in range(self.pick(0, 1, 2, 3))]
        return self.pick(list(items), tuple(items), slice(*(items + [0])[:3]),
                         {self.key(): item for item in items}, self.plain())


def test_what_repr_prints_is_read_and_printed_alike():
    maker = Maker(3)
    texts = [repr(maker.tree()) for _ in range(SAMPLE)]
    assert [(text, mine) for text, mine in zip(texts, literals(texts))
            if text != mine] == []
