# SPDX-License-Identifier: MIT
"""The test vectors of docs/protocol.md against other people's work: hashlib
and hmac for each digest, and multiprocessing.connection of every installed
CPython for each peer, and for our own side where it does the same."""

import hmac
import json
import re
import struct
import subprocess

import pytest

from conftest import HANG, PYTHONS, ROOT, python_version, version_text

CHALLENGE, WELCOME, FAILURE = b"#CHALLENGE#", b"#WELCOME#", b"#FAILURE#"
DIGESTS = ("md5", "sha256", "sha384", "sha3_256", "sha3_384")
BYTES = ("key", "peer-key", "nonce", "channel", "bound-key")

# Runs one side of a handshake on frames from standard input, and prints what
# it sent and received. Connection's own framing is used, on bytes in memory.
SIDE = r"""
import io, json, multiprocessing, os, sys
from multiprocessing import connection

script = json.load(sys.stdin)
key, nonce = bytes.fromhex(script["key"]), bytes.fromhex(script["nonce"])
incoming = io.BytesIO(bytes.fromhex(script["incoming"]))
events = []

class Scripted(connection.Connection):
    def _send(self, buf):
        events.append(["send", bytes(buf).hex()])

    def _recv(self, size):
        data = incoming.read(size)
        if len(data) < size:
            raise EOFError
        events.append(["recv", data.hex()])
        return io.BytesIO(data)

def urandom(size):
    assert size == len(nonce), (size, len(nonce))
    return nonce

os.urandom = urandom
end = Scripted(os.open(os.devnull, os.O_RDWR))
digest = [script["digest"]] if script["digest"] else []
deliver = lambda: connection.deliver_challenge(end, key, *digest)
answer = lambda: connection.answer_challenge(end, key)
try:
    for step in (deliver, answer)[::1 if script["role"] == "listener" else -1]:
        step()
    result = "done"
except multiprocessing.AuthenticationError:
    result = "failed"
json.dump({"events": events, "result": result,
           "left": len(incoming.read())}, sys.stdout)
"""


def parse(block):
    """A vector as a dictionary; its frames are a list of (who, bytes)."""
    vector = {"frames": []}
    for line in re.sub(r"\n +", " ", block.strip()).split("\n"):
        field, value = line.split(":", 1)
        if field in ("send", "recv"):
            vector["frames"].append((field, bytes.fromhex(value)))
        else:
            assert field not in vector
            vector[field] = (bytes.fromhex(value) if field in BYTES
                             else value.strip())
    return vector


DOCUMENT = (ROOT / "docs/protocol.md").read_text()
BINDINGS = [parse(block) for block in
            re.findall(r"^```binding\n(.*?)^```$", DOCUMENT, re.M | re.S)]
VECTORS = [parse(block) for block in
           re.findall(r"^```vector\n(.*?)^```$", DOCUMENT, re.M | re.S)]


def name_of(vector):
    return vector["name"]


each_vector = pytest.mark.parametrize("vector", VECTORS, ids=name_of)


def body_of(frame):
    """What follows the length; None if it is a refused length alone."""
    length, = struct.unpack("!i", frame[:4])
    if len(frame) == 4 and length != 0:
        assert not 0 <= length <= 256
        return None
    assert length == len(frame) - 4 <= 256
    return frame[4:]


def bodies(vector, who):
    return [body_of(frame) for side, frame in vector["frames"] if side == who]


def message_of(body):
    """A challenge's message, or None."""
    if body is not None and body.startswith(CHALLENGE):
        return body[len(CHALLENGE):]
    return None


def digest_and_mac(answer):
    """("md5", MAC) of what looks like an answer, or None."""
    if len(answer) in (16, 32):
        return {16: "md5", 32: "sha256"}[len(answer)], answer
    found = re.match(rb"{(\w+)}(.*)", answer, re.S)
    if found and found[1].decode() in DIGESTS:
        return found[1].decode(), found[2]
    return None


def is_right(answer, message, key):
    digest, mac = digest_and_mac(answer)
    return mac == hmac.new(key, message, digest).digest()


def answers(vector):
    """Each (who, answer, message): the frame behind the other's challenge."""
    asked = {}
    for who, frame in vector["frames"]:
        other = "recv" if who == "send" else "send"
        body = body_of(frame)
        if other in asked:
            message = asked.pop(other)
            if body not in (None, FAILURE) and digest_and_mac(body):
                yield who, body, message
        if message_of(body) is not None:
            asked[who] = message_of(body)


def test_there_are_vectors_of_each_kind():
    assert len(VECTORS) == DOCUMENT.count("\nname: ") >= 50
    assert len({name_of(vector) for vector in VECTORS}) == len(VECTORS)
    peers = {(vector["role"], vector.get("peer"), vector["result"] == "done")
             for vector in VECTORS}
    assert len(peers) == 2 * 3 * 2
    done = [vector for vector in VECTORS if vector["result"] == "done"]
    for role in "listener", "client":
        used = {(digest_and_mac(answer)[0], answer[:1] == b"{")
                for vector in done if vector["role"] == role
                for _, answer, _ in answers(vector)}
        assert used == {("md5", False), ("sha256", False),
                        *((digest, True) for digest in DIGESTS)}


@each_vector
def test_our_challenge_is_the_nonce_with_a_name(vector):
    ours = [message for message in map(message_of, bodies(vector, "send"))
            if message is not None]
    assert len(vector["nonce"]) == 40
    assert ours in ([], [b"{sha256}" + vector["nonce"]])
    assert ours or vector["role"] == "client"


@each_vector
def test_answers_are_computed_alike_here(vector):
    for who, answer, message in answers(vector):
        wrong = who == "recv" and vector["result"] == "failed WRONG_ANSWER"
        assert is_right(answer, message, vector["key"]) != wrong
        if wrong and "peer-key" in vector:
            assert is_right(answer, message, vector["peer-key"])


@each_vector
def test_verdicts_are_those_of_the_result(vector):
    sent, received = bodies(vector, "send"), bodies(vector, "recv")
    last = bodies(vector, vector["frames"][-1][0])[-1]
    if vector["result"] == "done":
        assert len(list(answers(vector))) == 2
        assert sent.count(WELCOME) == received.count(WELCOME) == 1
        assert FAILURE not in sent + received
    elif vector["result"] == "failed REJECTED":
        assert last == received[-1] == FAILURE
        assert vector["frames"][-1][0] == "recv"
        assert FAILURE not in sent + received[:-1]
    else:
        assert last == sent[-1] == FAILURE
        assert vector["frames"][-1][0] == "send"
        assert FAILURE not in sent[:-1] + received


def test_bound_keys_are_made_alike_here():
    assert len({(vector["role"], vector["type"]) for vector in BINDINGS}) == 4
    for vector in BINDINGS:
        text = "tieline-cb1 %(role)s %(type)s:" % vector
        assert vector["bound-key"] == hmac.new(
            vector["key"], text.encode() + vector["channel"],
            "sha256").digest()


def covers(peer, version):
    """Whether 'CPython 3.6 to 3.11', '... 3.12 and later' has the version."""
    numbers = [int(number) for number in re.findall(r"3\.(\d+)", peer)]
    last = 99 if peer.endswith(" and later") else numbers[1]
    return version[0] == 3 and numbers[0] <= version[1] <= last


def run_side(python, role, key, nonce, incoming, digest):
    done = subprocess.run(
        [python, "-c", SIDE], capture_output=True, text=True, timeout=HANG,
        input=json.dumps({"role": role, "key": key.hex(),
                          "nonce": nonce.hex(), "incoming": incoming.hex(),
                          "digest": digest}))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def joined(events):
    """Adjacent events of one kind as one: [kind, bytes]."""
    whole = []
    for kind, data in events:
        if whole and whole[-1][0] == kind:
            whole[-1][1] += data
        else:
            whole.append([kind, data])
    return whole


def peer_nonce(vector):
    """The random bytes of the peer's challenge, and its digest if any."""
    for message in map(message_of, bodies(vector, "recv")):
        if message and len(message) == 20:
            return message, None
        if message:
            name, nonce = re.match(rb"{(\w+)}(.*)", message, re.S).groups()
            return nonce, name.decode()
    return b"", None


def vectors_for(python, select):
    version = python_version(python)
    chosen = [vector for vector in VECTORS if select(vector, version)]
    assert chosen
    return chosen


def test_the_peers_are_real(python):
    for vector in vectors_for(python, lambda vector, version: covers(
            vector.get("peer", "3.0 to 3.0"), version)):
        nonce, digest = peer_nonce(vector)
        got = run_side(
            python, "client" if vector["role"] == "listener" else "listener",
            vector.get("peer-key", vector["key"]), nonce,
            b"".join(frame for who, frame in vector["frames"]
                     if who == "send"), digest)
        mirrored = [("recv" if who == "send" else "send", frame.hex())
                    for who, frame in vector["frames"]]
        assert joined(got["events"]) == joined(mirrored), vector["name"]
        assert got["result"] == vector["result"].split()[0], vector["name"]
        assert got["left"] == 0


def same_in_cpython(vector, _):
    """Handshakes that CPython 3.12 makes just as we do: it knows all digests
    with a name, and bare MD5."""
    return vector["result"] == "done" and not any(
        len(answer) == 32 for _, answer, _ in answers(vector))


@pytest.mark.parametrize("version", [
    version for version in PYTHONS if version >= (3, 12)], ids=version_text)
def test_cpython_does_the_same_on_our_side(version):
    python = PYTHONS[version]
    for vector in vectors_for(python, same_in_cpython):
        got = run_side(python, vector["role"], vector["key"], vector["nonce"],
                       b"".join(frame for who, frame in vector["frames"]
                                if who == "recv"), "sha256")
        ours = [(who, frame.hex()) for who, frame in vector["frames"]]
        assert joined(got["events"]) == joined(ours), vector["name"]
        assert got["result"] == "done"
