# SPDX-License-Identifier: MIT
"""xmlrpc_texts.py PROGRAM XMLRPC SEED COUNT: what the program XMLRPC writes and
reads as XML-RPC is what multiprocessing's connections do in this Python. Runs
on every Python from 3.6."""

import array
import datetime
import pickle
import random
import re
import sys
import xmlrpc.client

from codec import Codec, Refused

CHARACTERS = "abc<>&\"' \t\n]]>\xe9\u20ac\U0001d11e\x7f\x85\u2028"
UNSAYABLE = "\x00\x01\x0b\x1f\x7f\ud800\ufffe\uffff"
FLOATS = [0.0, -0.0, 1.0, 0.1, 1e15, 1e16, 1e-5, 5e-324, 123456789.125,
          sys.float_info.max, float("inf"), float("-inf"), float("nan")]
INTS = [0, 1, -1, 2 ** 31 - 1, -2 ** 31, 2 ** 31, -2 ** 31 - 1, 2 ** 63,
        10 ** 50]
OTHERS = [{1}, frozenset(), 1j, range(3), slice(1), array.array("i", [1]),
          {1: 2}, {None: 1}]


def dumps(one):
    """As multiprocessing.connection._xml_dumps."""
    return xmlrpc.client.dumps((one,), None, None, None, 1).encode("utf-8")


def loads(text):
    """As multiprocessing.connection._xml_loads."""
    (one,), _ = xmlrpc.client.loads(text.decode("utf-8"))
    return one


def plain(one):
    """With bytes for a Binary; so that repr() tells all."""
    if isinstance(one, xmlrpc.client.Binary):
        return one.data
    if isinstance(one, xmlrpc.client.DateTime):
        return "DateTime", one.value
    if isinstance(one, (list, tuple)):
        return [plain(item) for item in one]
    if isinstance(one, dict):
        return {key: plain(item) for key, item in one.items()}
    if isinstance(one, bytearray):
        return bytes(one)
    return one


class Values:
    """Values at random: such as XML-RPC has, but for a few."""

    def __init__(self, seed, odd):
        self.random = random.Random(seed)
        self.odd = odd  # how likely another one is

    def text(self):
        characters = CHARACTERS
        if self.random.random() < self.odd / 2:
            characters += UNSAYABLE
        return "".join(self.random.choice(characters)
                       for _ in range(self.random.randrange(20)))

    def int(self):
        if self.random.random() < self.odd:
            return self.random.choice(INTS)
        return self.random.randint(-2 ** 31, 2 ** 31 - 1)

    def float(self):
        return self.random.choice(
            [self.random.choice(FLOATS), self.random.uniform(-1e6, 1e6)])

    def bytes(self):
        size = self.random.choice([0, 1, 2, 3, 56, 57, 58, 114, 200])
        data = bytes(self.random.getrandbits(8) for _ in range(size))
        return self.random.choice([bytes, bytearray])(data)

    def date(self):
        return xmlrpc.client.DateTime(datetime.datetime(
            self.random.randint(1000, 9999), 2, 28, 12, 30))

    def any(self, depth=0):
        if self.random.random() < self.odd / 4:
            return self.random.choice(OTHERS)
        kind = self.random.randrange(8 if depth < 5 else 5)
        some = range(self.random.randrange(5))
        if kind == 7:
            return {self.text(): self.any(depth + 1) for _ in some}
        if kind >= 5:
            return [list, tuple][kind - 5](self.any(depth + 1) for _ in some)
        return self.random.choice(
            [self.int, self.float, self.text, self.bytes, self.date,
             lambda: self.random.choice([None, True, False])])()


def written(codec, one):
    """What the program writes; the error's text if it refuses."""
    try:
        return codec.ask(b"w", pickle.dumps(one, 3))
    except Refused as error:
        return str(error)


def read(codec, text):
    return plain(pickle.loads(codec.ask(b"r", text)))


def cannot_be_xml(one):
    """Whether Python writes it, or would, but nobody can read that."""
    if isinstance(one, str):
        return set(one) & set(UNSAYABLE) - {"\x7f"}
    if isinstance(one, dict):
        return any(cannot_be_xml(item) for pair in one.items()
                   for item in pair)
    return isinstance(one, (list, tuple)) and any(map(cannot_be_xml, one))


def check_written(codec, one):
    """Whether it can be written."""
    got = written(codec, one)
    try:
        expected = dumps(one)
    except (TypeError, OverflowError, UnicodeEncodeError) as error:
        assert isinstance(got, str), (one, got)
        assert got.endswith(str(error)) or cannot_be_xml(one), (got, error)
        return False
    if cannot_be_xml(one):
        assert isinstance(got, str) and "XML cannot have" in got, (one, got)
        return False
    assert got == expected, (one, got, expected)
    assert repr(read(codec, got)) == repr(plain(loads(got))), got
    return True


def check_values(codec, seed, count):
    done = sum(check_written(codec, Values("%s %s" % (seed, number),
                                           number % 3 / 10).any())
               for number in range(count))
    assert count / 3 < done < count
    return done


def in_value(text):
    return "<params><param><value>%s</value></param></params>" % text


# Texts that Python does not write, but reads: so do we.
READABLE = list(map(in_value, [
    "", " ", "a", "<string/>", " <int> 1\n</int> ", "<i8>%s</i8>" % 2 ** 70,
    "<ex:nil xmlns:ex='x'/>", "<ex:i8>-1</ex:i8>", "<i1>+1</i1>",
    "<biginteger>1</biginteger>", "<float>1e5</float>", "<double>1</double>",
    "<double>.5</double>", "<double>Infinity</double>",
    "<!-- a --><int>1</int>", "a<!-- b -->c", "<![CDATA[<&>]]>", "a\r\nb",
    "<?a b?>&#65;&#x1F600;&lt;&quot;&apos;", "<base64>YQ==</base64>",
    "<base64>\r\n Y Q\t== </base64>",
    "<array><data/></array>", "<array> <data> <value/> </data> </array>",
    "<struct/>", "<struct> <member> <name/> <value/> </member> </struct>",
    "<struct><member><name>a</name><value>1</value></member>"
    "<member><name>b</name><value>2</value></member>"
    "<member><name>a</name><value>3</value></member></struct>",
    "<dateTime.iso8601> 20240229T12:00:00 </dateTime.iso8601>",
])) + [
    "\ufeff" + in_value("\xe9"),
    "<?xml version='1.0' encoding='iso-8859-1'?>" + in_value("\xe9"),
]

# What Python takes though it is no XML-RPC, or dangerous: we do not.
UNREADABLE = list(map(in_value, [
    "a<int>1</int>", "<int>1</int>a", "<array><value/></array>", "<array/>",
    "<int>1_0</int>", "<int>\u0661</int>", "<double>1_0</double>",
    "<base64>Y!Q==</base64>", "<nil>a</nil>", "<bigdecimal>1</bigdecimal>",
    "<struct><value>a</value><value/></struct>",
])) + [
    "<methodCall>%s</methodCall>" % in_value(""),
    "<a>%s</a>" % in_value(""),
    "<!DOCTYPE a [<!ENTITY b 'c'>]>" + in_value("&b;"),
]


def check_texts(codec):
    for text in READABLE:
        data = text.encode("utf-8")
        assert repr(read(codec, data)) == repr(plain(loads(data))), text
    for text in UNREADABLE:
        data = text.encode("utf-8")
        loads(data)
        try:
            raise AssertionError((text, read(codec, data)))
        except Refused as error:
            assert str(error).startswith("line 1: "), error
    return len(READABLE) + len(UNREADABLE)


PART = re.compile("(<[^<>]*>)")
PARTS = PART.findall("".join(READABLE)) + ["", "1", "a", " ", "YQ==", "\n"]


def spoilt(source, text):
    """The text with some of its parts doubled, gone, moved or changed."""
    parts = PART.split(text)
    for _ in range(source.randrange(1, 4)):
        place = source.randrange(len(parts))
        parts[place:place + source.randrange(3)] = [
            source.choice(PARTS + parts)
            for _ in range(source.randrange(3))]
    return "".join(parts)


def check_spoilt(codec, seed, count):
    """What we take, Python does, and as the same: we are the stricter."""
    source, taken = random.Random(seed), 0
    for _ in range(count):
        text = spoilt(source, source.choice(READABLE)).encode("utf-8")
        try:
            got = read(codec, text)
        except Refused as error:
            assert str(error).startswith("line "), error
            continue
        assert repr(got) == repr(plain(loads(text))), text
        taken += 1
    assert taken > count / 100, taken
    return taken


def main(_, program, seed, count):
    with Codec(program) as codec:
        texts = check_texts(codec)
        values = check_values(codec, seed, int(count))
        taken = check_spoilt(codec, seed, int(count))
    print("done", texts, "texts", values, "values", taken, "spoilt texts")


if __name__ == "__main__":
    main(*sys.argv[1:])
