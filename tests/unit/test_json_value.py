# SPDX-License-Identifier: MIT
"""Values from JSON and as JSON, against Python's json module: documents and
values at random, always the same."""

import array
import json
import math
import random
import subprocess

import pytest

from conftest import BUILD, HANG

COUNT = 2000
MANY = 100_000

FLOATS = [0.0, -0.0, 1.0, 0.1, 1e15, 1e16, 1e17, 1e-4, 1e-5, 5e-324,
          1.7976931348623157e308, 2.0 ** 53, 2.0 ** 63, 1e22, 123456789.125]
INTEGERS = [0, 1, -1, 2 ** 53 + 1, 2 ** 63 - 1, 2 ** 63, -2 ** 63,
            -2 ** 63 - 1, 10 ** 4299, -10 ** 400]
TEXTS = ["", "a", "'", '"', "'\"", "\\", "/", "\x01\x1f\x7f", "\t\n\r\b\f",
         "\xe9\u20ac", "\U0001d11e", "\u2028\xad", "$repr", "1", "[", "{"]

# What Python's repr() prints of these is no expression on its own.
NAMES = {"inf": math.inf, "nan": math.nan, "array": array.array}


class Maker:
    """Values at random, of what JSON has, or of more."""

    def __init__(self, seed, more=False):
        self.random = random.Random(seed)
        self.more = more

    def integer(self):
        bits = self.random.choice([8, 32, 64, 128, 2000])
        return self.random.choice(
            [self.random.choice(INTEGERS),
             self.random.randint(-2 ** bits, 2 ** bits)])

    def float(self):
        return self.random.choice(
            [self.random.choice(FLOATS), self.random.uniform(-1e6, 1e6),
             self.random.uniform(-1, 1)
             * 10.0 ** self.random.randint(-300, 300)])

    def text(self):
        return "".join(self.random.choices(TEXTS, k=self.random.randint(0, 3)))

    def hashable(self):
        kind = self.random.randrange(5)
        if kind == 0:
            return self.integer()
        if kind == 1:
            return self.random.choice(["\0", "a\0b", "\ud800", self.text()])
        if kind == 2:
            return self.text().encode()
        if kind == 3:
            return tuple(self.hashable()
                         for _ in range(self.random.randint(0, 2)))
        return self.random.choice(
            [None, math.inf, -math.inf, 1.5, 2j, range(3), frozenset()])

    def other(self, depth):
        kind = self.random.randrange(6)
        if kind == 0:
            return self.random.choice(
                [set(), {self.hashable()}, set(range(9)), math.nan])
        if kind == 1:
            return bytearray(self.text().encode())
        if kind == 2:
            return array.array("d", [self.random.choice(FLOATS)])
        if kind == 3:
            return tuple(self.any(depth + 1)
                         for _ in range(self.random.randint(0, 3)))
        if kind == 4:
            return {self.hashable(): self.any(depth + 1) for _ in range(2)}
        return self.hashable()

    def any(self, depth=0):
        kind = self.random.randrange(8 if depth < 5 else 4)
        if self.more and self.random.randrange(8) == 0:
            return self.other(depth)
        if kind >= 6:
            return {self.text(): self.any(depth + 1)
                    for _ in range(self.random.randint(0, 4))}
        if kind >= 4:
            return [self.any(depth + 1)
                    for _ in range(self.random.randint(0, 5))]
        return [self.integer, self.float, self.text,
                lambda: self.random.choice([None, True, False])][kind]()


@pytest.fixture
def count(request):
    return MANY if request.config.getoption("--long") else COUNT


def answers(mode, lines):
    """What the program answers to each line."""
    done = subprocess.run(
        [BUILD / "tests/unit/json-lines", mode],
        input="".join(line + "\n" for line in lines).encode(),
        stdout=subprocess.PIPE, timeout=20 * HANG)
    assert done.returncode == 0
    out = done.stdout.decode().split("\n")
    assert len(out) == len(lines) + 1
    return [line.split("\t") for line in out[:-1]]


def documents(count):
    """JSON texts as Python writes them, and with other spaces and escapes."""
    for seed in range(count):
        yield json.dumps(
            Maker(seed).any(), ensure_ascii=seed % 2 == 0,
            separators=[(", ", ": "), (",", ":"), (" \r ,", " : ")][seed % 3])


def test_what_is_read_is_what_python_reads(count):
    texts = list(documents(count))
    for text, (shown, written) in zip(texts, answers("read", texts)):
        value = json.loads(text)
        assert shown == repr(value), text
        assert repr(json.loads(written)) == repr(value), text


def unwrap(pairs):
    """What {"$repr": ...} stands for: an object_pairs_hook."""
    if len(pairs) == 1 and pairs[0][0] == "$repr":
        return eval(pairs[0][1], dict(NAMES))
    return dict(pairs)


def as_json(value):
    """The value as json has it: tuples are lists."""
    if isinstance(value, (list, tuple)):
        return list(map(as_json, value))
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return value


def is_json(value):
    """Whether we say that JSON can say it."""
    if isinstance(value, (list, tuple)):
        return all(map(is_json, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(key) and is_json(item)
                   for key, item in value.items())
    if isinstance(value, str):
        return "\0" not in value and "\ud800" not in value
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (bool, int))


def test_what_is_written_python_reads_and_so_do_we(count):
    values = [Maker(seed, more=True).any() for seed in range(count)]
    lines = list(map(repr, values))
    plain = 0
    for value, line, (text, wrapped, back) in zip(
            values, lines, answers("write", lines)):
        if is_json(value):
            assert repr(json.loads(text)) == repr(as_json(value)), line
            plain += 1
        else:
            assert text.startswith("!") and "cannot be JSON" in text, line
        assert repr(json.loads(wrapped, object_pairs_hook=unwrap)) == line
        assert back == line
    assert count / 10 < plain < count * 9 / 10
