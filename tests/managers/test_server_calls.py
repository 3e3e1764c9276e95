# SPDX-License-Identifier: MIT
"""What a broker answers, beside what a server of stock Python answers: the same
requests to both, for every Python and protocol, raw and by proxies."""

import json
import pathlib
import re

import pytest

from conftest import ENGINES, PYTHONS, version_text

PROGRAMS = pathlib.Path(__file__).parent / "programs"
STEPS = 600  # are compared, or more

# What differs: a pattern for the request, and our answer to it; before which
# version it does, or None, and why.
DIFFERENCES = [
    (r"(Barrier|Namespace) exposes", [], None,
     "what would get in the way of a proxy's own attributes is not told, but "
     "may be called"),
    (r"list exposes", [], None,
     "what proxies do in place by a method of their own is not told, either"),
    (r"dict exposes", [], (3, 7), "has_key() is of Python 2"),
    (r"list.__imul__\(2\)", ["#RETURN", "None"], None,
     "the proxy throws it away, and it can be long"),
    (r"(R?Lock).acquire\(True, -5\)", ["#ERROR", "builtins", "ValueError"],
     (3, 13), "the text is that of newer versions"),
    (r"Condition.notify\(-1\)", ["#RETURN", "None"], (3, 11),
     "newer versions take it"),
    (r"Namespace.__delattr__\('a'\)", ["#ERROR", "builtins", "AttributeError"],
     (3, 11), "the text is that of newer versions"),
    (r"server.create\('(Iterator|AsyncResult)'\)",
     ["#TRACEBACK", ["ValueError"]], (3, 8), "that of newer versions"),
]


def is_same(ours, stock):
    """Of what went wrong while the server handled what went wrong, one."""
    if ours[0] == stock[0] == "#TRACEBACK":
        return set(*ours[1:]) <= set(*stock[1:])
    return ours == stock


def may_differ(version, step, ours):
    return any(
        re.fullmatch(pattern, step) and ours[:len(start)] == start and
        (before is None or version < before)
        for pattern, start, before, _why in DIFFERENCES)


def mixes():
    """The oldest and the newest Python with every protocol, the others with
    their newest; over any socket."""
    versions = list(PYTHONS)
    for version in versions:
        newest = 5 if version >= (3, 8) else 4
        is_end = version in (versions[0], versions[-1])
        for protocol in range(2 if is_end else newest, newest + 1):
            yield version, protocol, "tcp" if protocol % 2 else "unix"


def marks(i, count):
    """The first and the last are done each time: a stock server takes long."""
    return [] if i in (0, count - 1) else [pytest.mark.long]


MIXES = pytest.mark.parametrize("version, protocol, kind", [
    pytest.param(*mix, id="-".join([version_text(mix[0]), *map(str, mix[1:])]),
                 marks=marks(i, len(list(mixes()))))
    for i, mix in enumerate(mixes())])


@pytest.fixture(params=[ENGINES[0]])
def tielined(request):
    return request.param


@pytest.fixture
def compare(hub, start, key_file):
    """compare(version, protocol, kind of socket)"""
    def run(version, protocol, kind):
        program = start(PYTHONS[version], "-B", PROGRAMS / "compare.py",
                        hub.broker.at[kind], key_file, protocol)
        status, out, err = program.finish()
        steps = [json.loads(line) for line in out.splitlines()]
        assert [step for step in steps
                if not is_same(step["ours"], step["stock"])
                and not may_differ(version, step["step"], step["ours"])] == []
        assert (status, err) == (0, "")
        assert len(steps) > STEPS
        hub.is_at_rest()
    return run


@MIXES
def test_raw_requests(compare, version, protocol, kind):
    compare(version, protocol, kind)


@pytest.mark.parametrize("tielined", ENGINES[1:], indirect=True)
def test_answers_that_come_late(compare):
    compare(max(PYTHONS), 4, "unix")
