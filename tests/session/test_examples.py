# SPDX-License-Identifier: MIT
"""The conversation of docs/protocol.md, section 10.6, with a real broker, byte
for byte."""

import re

import pytest

from conftest import HANG, ROOT

from .wire import OPS, Session

DOCUMENT = (ROOT / "docs/protocol.md").read_text()
BLOCKS = re.findall(r"^```session\n(.*?)^```$", DOCUMENT, re.M | re.S)
PART = re.compile(r"<\w+>|\.\.|[0-9a-f]{2}")
WORD_BYTES = 8
FLAGS_AT, OP_AT = 5, 4  # behind the length


def steps(block):
    """What happens in a block: pairs of a field and the parts of its bytes, or
    a text."""
    text = re.sub(r" *#.*", "", block)
    text = re.sub(r"\n(?: +|(?=\n))", "", text)
    for line in text.strip().split("\n"):
        field, value = line.split(": ", 1)
        if field != "then":
            value = "".join(value.split())
            parts = PART.findall(value)
            assert "".join(parts) == value, value
            value = parts
        yield field, value


STEPS = [step for block in BLOCKS for step in steps(block)]


class Conversation:
    """A session that says and expects what is written down."""

    def __init__(self, hub):
        self.hub = hub
        self.session = hub.session(is_silent=True)
        self.words = {}

    def send(self, parts):
        self.session.write(*(
            self.words[part] if part.startswith("<") else bytes.fromhex(part)
            for part in parts))

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.session.sock.recv(count - len(data))
            assert more, f"it ends behind {data.hex()}"
            data += more
        return data

    def recv(self, parts):
        """Names what came as the document does, to be compared with it."""
        came = []
        for part in parts:
            if part.startswith("<"):
                data = self.read(WORD_BYTES)
                known = self.words.setdefault(part, data) == data
                came.append(part if known else data.hex())
            else:
                data = self.read(1)
                came.append(".." if part == ".." else data.hex())
        assert " ".join(came) == " ".join(parts)

    def then(self, what):
        {"the broker is told to end": self.hub.broker.process.terminate,
         "the connection ends": self.end}[what]()

    def end(self):
        assert self.session.sock.recv(1) == b""
        self.session.close()
        assert self.hub.broker.process.wait(HANG) == 0


@pytest.fixture
def tielined():
    """Answers come in the order that is written down."""
    return "broker/tielined"


def test_the_conversation(hub):
    conversation = Conversation(hub)
    for field, value in STEPS:
        getattr(conversation, field)(value)
    numbers = {*conversation.words.values(), bytes(WORD_BYTES)}
    assert len(numbers) == len(conversation.words) + 1 > 5


def codes(field, is_reply):
    return {int(parts[OP_AT], 16) for wanted, parts in STEPS
            if wanted == field and int(parts[FLAGS_AT], 16) % 2 == is_reply}


def test_each_operation_is_in_it():
    asked, answered = codes("send", False), codes("recv", True)
    pushed = codes("recv", False)
    assert set(OPS.values()) - asked - pushed == set()
    assert asked - answered == set()
    assert asked & pushed == set()


def test_another_byte_is_found(hub):
    conversation = Conversation(hub)
    (_, hello), (_, reply) = STEPS[:2]
    conversation.send(hello)
    with pytest.raises(AssertionError):
        conversation.recv([*reply[:-1], "00"])
