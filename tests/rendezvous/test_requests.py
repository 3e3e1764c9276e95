# SPDX-License-Identifier: MIT
"""Requests as bytes: whatever is not one of docs/protocol.md, section 9.1, is
refused with a message that says why, and whatever is one is served, however it
is cut."""

import json
import struct

import pytest

from conftest import KEY
from hostile import wire

from .client import (
    END, echo_both_ways, frame, long_frame, meanwhile, open_socket, request)
from .conftest import BOTH

MAX = 4096


def padded(length):
    """A ping of that many bytes."""
    start = b'{"ping":"x"'
    return start + b" " * (length - len(start) - 1) + b"}"


def nested(depth):
    """A request with objects and arrays so deep, itself counted."""
    return b'{"ping":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


NO_VERB = "no verb: one of accept, dial, pipe, ping, list, stat, monitor, typeid"
NO_NAME = "needs a name of 1 to 128 letters"
NO_JSON = "the request cannot be read"

# What is refused: the body, and what the message says.
BAD = {
    # No JSON.
    "nothing behind it": (b"{", "found the end"),
    "not closed": (b'{"ping":"x"', "expected a comma or }"),
    "no colon": (b'{"ping" "x"}', "the : behind a key"),
    "no quotes": (b"{ping:1}", "a key in double quotes"),
    "single quotes": (b"{'ping':'x'}", "a key in double quotes"),
    "trailing comma": (b'{"ping":"x",}', "comma behind the last member"),
    "two commas": (b'{"ping":"x",,"a":1}', NO_JSON),
    "a comment": (b'{"ping":"x"/**/}', NO_JSON),
    "Python's True": (b'{"stat":True}', NO_JSON),
    "a raw tab": (b'{"ping":"\t"}', "control character"),
    "a raw newline": (b'{"ping":"\n"}', 'lacks the "'),
    "a raw NUL": (b'{"ping":"\0"}', "control character"),
    "a NUL behind": (b'{"ping":"x"}\0', "expected nothing more"),
    "bytes behind": (b'{"ping":"x"}x', "expected nothing more"),
    "another object behind": (b'{"ping":"x"}{}', "expected nothing more"),
    "a wrong escape": (b'{"ping":"\\x41"}', NO_JSON),
    "a cut escape": (b'{"ping":"\\u004"}', "four hexadecimal digits"),
    # Texts.
    "NUL escape": (b'{"dial":"echo\\u0000.admin"}', "\\u0000 is not allowed"),
    "NUL escape in a key": (b'{"dial\\u0000":"echo"}', "\\u0000"),
    "half a pair": (b'{"ping":"\\ud800"}', "halves"),
    "the wrong half first": (b'{"ping":"\\udc00\\ud800"}', "halves"),
    "half a pair and a letter": (b'{"ping":"\\ud800\\u0041"}', "halves"),
    "lone continuation": (b'{"ping":"\x80"}', "not UTF-8"),
    "cut sequence": (b'{"ping":"\xe2\x82"}', "not UTF-8"),
    "overlong slash": (b'{"dial":"a\xc0\xafb"}', "not UTF-8"),
    "overlong NUL": (b'{"dial":"a\xc0\x80"}', "not UTF-8"),
    "UTF-8 surrogate": (b'{"ping":"\xed\xa0\x80"}', "not UTF-8"),
    "above U+10FFFF": (b'{"ping":"\xf4\x90\x80\x80"}', "not UTF-8"),
    "Latin-1": ('{"ping":"caf\u00e9"}'.encode("latin-1"), "not UTF-8"),
    "bad UTF-8 in a key": (b'{"\xff":1}', "not UTF-8"),
    # Numbers.
    "NaN": (b'{"dial":"a","timeout":NaN}', NO_JSON),
    "Infinity": (b'{"dial":"a","timeout":Infinity}', NO_JSON),
    "-Infinity": (b'{"dial":"a","timeout":-Infinity}', NO_JSON),
    "1e999": (b'{"dial":"a","timeout":1e999}', "a number is too large"),
    "-1e999": (b'{"dial":"a","timeout":-1e999}', "a number is too large"),
    "hexadecimal": (b'{"dial":"a","timeout":0x10}', "a number is written"),
    "leading zero": (b'{"dial":"a","timeout":010}', "a number is written"),
    "a plus": (b'{"dial":"a","timeout":+1}', NO_JSON),
    "no digit behind the point": (b'{"dial":"a","timeout":1.}', "a number is"),
    "64 digits": (b'{"dial":"a","timeout":0.%062d}' % 1, "63 characters"),
    # Keys.
    "the verb twice": (b'{"dial":"a","dial":"a"}', "for the second time"),
    "twice, once escaped": (b'{"dial":"a","d\\u0069al":"b"}', "second time"),
    "a key twice": (b'{"dial":"a","timeout":1,"timeout":2}', "second time"),
    "an unknown key twice": (b'{"dial":"a","x":1,"x":1}', "second time"),
    "twice, far inside": (b'{"ping":[{"a":1,"a":2}]}', "second time"),
    "two verbs": (b'{"accept":"a","dial":"a"}',
                  'two verbs, "accept" and "dial"'),
    "two control verbs": (b'{"ping":"x","stat":true}', "two verbs"),
    "all verbs": (b'{"accept":"a","dial":"a","pipe":"a","ping":"x",'
                  b'"list":"names","stat":true,"monitor":true}', "two verbs"),
    "no member": (b"{}", NO_VERB),
    "no verb": (b'{"timeout":1}', NO_VERB),
    "another case": (b'{"Dial":"echo"}', NO_VERB),
    "an empty key": (b'{"":"echo"}', NO_VERB),
    "a verb of the future": (b'{"put":"echo"}', NO_VERB),
    "an unknown key": (b'{"dial":"a","tiemout":1}',
                       'unknown key "tiemout" for "dial"'),
    "a nasty key": (b'{"dial":"a","\\u001b[2J\\u202e":1}', "unknown key"),
    "a long key": (b'{"dial":"a","%s":1}' % (b"k" * 3000), "unknown key"),
    # Depth.
    "9 deep": (nested(9), "more than 8 {...} and [...] inside one another"),
    "2000 deep": (nested(2000), "more than 8"),
    "4000 open": (b'{"ping":' + b"[" * 4000, "more than 8"),
    "8 deep": (nested(8), '"ping" needs a text of up to 128 bytes, not an'),
}

# Each key with each wrong value: what the message says of all of them.
WRONG = {
    "timeout": (
        {"dial": "a"}, "needs seconds from 0 to 31536000",
        [-1, -0.001, 31536000.001, 1e300, "1", None, True, [], {}]),
    "listener": (
        {"accept": "a"}, "needs 1 to 64",
        ["", "a" * 65, "a b", "a#", "\u00e9", 1, None, True, [], {}]),
    "confirm": (
        {"accept": "a"}, "needs true or false", ["true", 1, 0, None, [], {}]),
    "exclusive": (
        {"accept": "a"}, "needs true or false", ["true", 1, 0, None, [], {}]),
    "prefix": (
        {"list": "names"}, "needs up to 128",
        ["p" * 129, "a b", "#", "\u00e9", 1, None, True, [], {}]),
    "limit": (
        {"list": "names"}, "needs a whole number from 1 to 1000",
        [0, -1, 1001, 1.5, 1e300, "1", None, True, [], {}]),
    "ping": (
        {}, "needs a text of up to 128 bytes",
        ["x" * 129, "\u00e9" * 65, 1, None, True, [], {}]),
    "list": (
        {}, 'needs "names" or "connections"',
        ["", "Names", "name", "all", 1, None, True, [], {}]),
    "stat": ({}, "needs true", [False, "true", 1, None, [], {}]),
    "monitor": ({}, "needs true", [False, "true", 1, None, [], {}]),
    "typeid": (
        {}, "needs a text of up to 128 bytes",
        ["x" * 129, "\u00e9" * 65, 1, None, True, [], {}]),
    "args": (
        {"typeid": "f"}, "needs an array of about 1000 bytes",
        [["x" * 1022], "[]", 1, None, True, {}]),
    "kwargs": (
        {"typeid": "f"}, "needs an object of about 1000 bytes",
        [{"x": "x" * 1022}, "{}", 1, None, True, []]),
}

# Which keys go with which verb.
VERBS = {
    "accept": {"timeout": 1, "listener": "l", "confirm": True,
               "exclusive": True},
    "dial": {"timeout": 1},
    "pipe": {"timeout": 1},
    "ping": {},
    "list": {"prefix": "p", "limit": 1},
    "stat": {},
    "monitor": {"prefix": "p"},
    "typeid": {"args": [1], "kwargs": {"a": 1}},
}
VALUES = {"ping": "x", "list": "names", "stat": True, "monitor": True,
          "typeid": "Queue"}
KEYS = {key: value for keys in VERBS.values() for key, value in keys.items()}


@pytest.mark.parametrize("where", ["first", "later"])
def test_what_is_no_request(hub, where):
    for name, (body, message) in BAD.items():
        peer = hub.connect()
        if where == "later":
            peer.asked(ping=name)
        peer.write(frame(body))
        peer.is_refused("bad_request", message)


@pytest.mark.parametrize("key", WRONG)
def test_values_of_the_wrong_kind(hub, key):
    verb, message, values = WRONG[key]
    for value in values:
        peer = hub.connect()
        peer.ask(**verb, **{key: value})
        peer.is_refused("bad_request", f'"{key}" {message}')


@pytest.mark.parametrize("verb", VERBS)
def test_keys_of_other_verbs(hub, verb):
    for key in set(KEYS) - set(VERBS[verb]):
        peer = hub.connect()
        peer.ask(**{verb: VALUES.get(verb, "a"), key: KEYS[key]})
        peer.is_refused("bad_request", f'unknown key "{key}" for "{verb}"')


def test_all_keys_of_a_verb_at_once(hub):
    acceptor = hub.connect()
    acceptor.ask(accept="a", **VERBS["accept"])
    assert acceptor.reply()["parked"] == "a"
    for verb in ["dial", "pipe"]:
        peer = hub.connect()
        peer.ask(**{verb: "b"}, **VERBS[verb])
        hub.connect().until(lambda peer: "b" in peer.names())
    peer = hub.connect()
    assert peer.asked(list="names", **VERBS["list"])["ok"]
    assert peer.asked(typeid="Queue", **VERBS["typeid"])["ok"]
    assert peer.asked(monitor=True, **VERBS["monitor"])["ok"]


def test_what_is_json_all_the_same(hub):
    """White space, escapes, any order of the keys."""
    peer = hub.connect()
    for body in [b'{ "ping" :\r\n\t"x" }', b'{"ping":"x"} \n',
                 b'{"\\u0070ing":"\\u0078"}', b'{"p\\u0069ng":"x"}']:
        peer.write(frame(body))
        assert peer.reply()["ping"] == "x"
    acceptor, dialler = hub.connect(), hub.connect()
    acceptor.write(frame(
        b'{"confirm":true,"timeout":1E1,"accept":"\\/a\\u002Fb"}'))
    assert acceptor.reply() == {"ok": True, "parked": "/a/b"}
    dialler.ask(timeout=0.0, dial="/a/b")
    dialler.is_paired("/a/b")


# ---- Lengths


@pytest.mark.parametrize("where", ["first", "later"])
def test_the_longest_request(hub, where):
    peer = hub.connect()
    if where == "later":
        peer.asked(ping="first")
    peer.write(frame(padded(MAX)), long_frame(padded(MAX)))
    assert peer.reply()["ping"] == peer.reply()["ping"] == "x"


@pytest.mark.parametrize("length", [MAX + 1, 5000, 1 << 20, 0x7fffffff])
@pytest.mark.parametrize("header", ["short", "long"])
def test_longer_ones(hub, length, header):
    """It is refused when the length is there; the body need not be."""
    head = struct.pack("!i", length) if header == "short" else \
        struct.pack("!iQ", -1, length)
    for start in [b"", request(ping="first")]:
        peer = hub.connect()
        peer.write(start, head, b'{"ping":')
        if start:
            assert peer.reply()["ping"] == "first"
        peer.is_refused("bad_request", "a request has at most 4096 bytes")


def test_the_long_header_with_a_small_length(hub):
    acceptor, dialler = hub.connect(), hub.connect()
    acceptor.write(long_frame(b'{"ping":"x"}'),
                   long_frame(b'{"accept":"a","confirm":true}'))
    assert acceptor.reply()["ping"] == "x"
    assert acceptor.reply()["parked"] == "a"
    dialler.write(long_frame(b'{"dial":"a"}'))
    dialler.is_paired("a")
    acceptor.is_paired("a")
    echo_both_ways(acceptor, dialler)


NO_LENGTHS = {
    "-2": b"\xff\xff\xff\xfe",
    "-2^31": b"\x80\0\0\0",
    "2^63": b"\xff\xff\xff\xff\x80\0\0\0\0\0\0\0",
    "2^64-1": b"\xff" * 12,
}


@pytest.mark.parametrize("head", NO_LENGTHS.values(), ids=NO_LENGTHS)
def test_what_is_no_length(hub, head):
    peer = hub.connect()
    peer.write(head, b'{"ping":"x"}')
    peer.is_refused("unsupported")
    peer = hub.connect()
    peer.asked(ping="first")
    peer.write(head, b'{"ping":"x"}')
    peer.is_refused("bad_request", "a length that no Python sends")


def test_an_empty_frame(hub):
    for header in [b"\0\0\0\0", struct.pack("!iQ", -1, 0)]:
        peer = hub.connect()
        peer.write(header)
        peer.is_refused("unsupported")
        peer = hub.connect()
        peer.asked(ping="first")
        peer.write(header)
        peer.is_refused("bad_request", NO_JSON)


# ---- However it is cut


@BOTH
@pytest.mark.parametrize("make", [frame, long_frame])
def test_cut_at_every_byte(hub, kind, make):
    """In two, and in as many as there are; at first and later."""
    whole = make(b'{"ping":"cut"}')
    eye, later = hub.connect(), hub.connect(kind)
    for at in range(1, len(whole)):
        for peer in (hub.connect(kind), later):
            peer.write(whole[:at])
            eye.asked(ping="the broker has seen it")
            assert peer.is_quiet()
            peer.write(whole[at:])
            assert peer.reply()["ping"] == "cut"
    for peer in (hub.connect(kind), later):
        for byte in whole:
            peer.write(bytes([byte]))
            eye.asked(ping="the broker has seen it")
        assert peer.reply()["ping"] == "cut"


@BOTH
def test_meeting_cut_at_every_byte(hub, kind):
    """With a message behind it."""
    whole = request(accept="echo", confirm=True) + frame(b"behind")
    for at in range(1, len(whole)):
        acceptor, dialler = hub.connect(kind), hub.connect(kind)
        acceptor.write(whole[:at])
        hub.connect().asked(ping="the broker has seen it")
        acceptor.write(whole[at:])
        assert acceptor.reply()["parked"] == "echo"
        dialler.ask(dial="echo")
        dialler.is_paired("echo")
        acceptor.is_paired("echo")
        assert dialler.receive() == b"behind"
        acceptor.close()
        assert dialler.rest() == ([], END)


@BOTH
def test_an_end_inside_a_request(hub, kind):
    """Is no request, wherever it is."""
    whole = request(accept="echo")
    for at in range(len(whole)):
        peer = hub.connect(kind)
        peer.write(whole[:at])
        peer.stop_sending()
        assert peer.rest() == ([], END)
    assert hub.connect().names() == {}


@BOTH
def test_requests_in_one_segment(hub, kind):
    """Each is answered, in order, and the last one is the last."""
    acceptor, dialler = hub.connect().parks("echo"), hub.connect(kind)
    dialler.write(
        request(ping="1"), request(list="names"), request(stat=True),
        request(ping="2"), request(dial="echo"), request(ping="not yours"))
    assert dialler.reply()["ping"] == "1"
    assert dialler.reply()["total"] == 1
    assert "relay" in dialler.reply()
    assert dialler.reply()["ping"] == "2"
    dialler.is_paired("echo")
    acceptor.is_paired("echo")
    assert json.loads(acceptor.receive()) == {"ping": "not yours"}
    echo_both_ways(acceptor, dialler)


@BOTH
def test_a_bad_request_behind_good_ones(hub, kind):
    """The good ones are answered, and none behind it."""
    peer = hub.connect(kind)
    peer.write(request(ping="1"), frame(b"{}"), request(ping="2"),
               request(accept="echo"))
    assert peer.reply()["ping"] == "1"
    peer.is_refused("bad_request", NO_VERB)
    assert hub.connect().names() == {}


@BOTH
def test_many_requests_before_a_reply_is_read(hub, kind):
    """The broker keeps few replies, and loses none."""
    for _ in range(20):
        hub.connect().parks("n" * 128)
    peer, eye = hub.connect(kind, receive_bytes=8192), hub.connect()
    count = 1500  # of replies that are 8 KB each
    with meanwhile(lambda: [peer.write(request(list="connections"))
                            for _ in range(count)]):
        eye.until(lambda eye: any(
            entry["held"] > 0 for entry in eye.connections()))
        for _ in range(count):
            assert peer.reply()["ok"]
    assert peer.asked(ping="in step")["ping"] == "in step"


@BOTH
@pytest.mark.parametrize("first", [
    b"", request(ping="with the handshake"), request(accept="echo"),
    request(accept="echo") + frame(b"early"), frame(b"{}"),
    frame(b"x" * 5000)], ids=len)
def test_in_the_segment_of_the_handshakes_last_frame(hub, kind, first):
    """Whatever it is, it is what it would be alone."""
    with open_socket(hub.broker.at[kind]) as sock:
        side = wire.Side(sock, "client", KEY)
        side.go_to("verdict")
        sock.sendall(side.take() + first)
        if b"ping" in first:
            assert b"with the handshake" in wire.read_frame(sock)
        elif b"accept" in first:
            dialler = hub.connect(kind)
            dialler.ask(dial="echo")
            dialler.is_paired("echo")
            assert json.loads(wire.read_frame(sock))["name"] == "echo"
            if b"early" in first:
                assert dialler.receive() == b"early"
        elif first:
            assert not json.loads(wire.read_frame(sock))["ok"]
            assert wire.everything(sock) == b""
        else:
            hub.connect().until(lambda eye: [
                entry["state"] for entry in eye.connections()][0] == "idle")


@BOTH
def test_in_the_segment_of_more_than_the_last_frame(hub, kind):
    """A client need not wait for our answer before it says that it is right."""
    with open_socket(hub.broker.at[kind]) as sock:
        side = wire.Side(sock, "client", KEY)
        side.go_to("challenge")
        sock.sendall(side.take(2) + request(ping="early"))
        side.catch_up()
        assert b'"early"' in wire.read_frame(sock)
