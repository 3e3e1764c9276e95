# SPDX-License-Identifier: MIT
"""Pickles that want to harm: each is refused with where and what, or taken as
symbols; at little cost; and nothing is run, opened or connected to."""

import pickletools
import re
import signal

import pytest

from . import hostile
from .codec import Codec, Died
from .conftest import PROGRAM

OPCODES = {ord(opcode.code): opcode.name for opcode in pickletools.opcodes}
CASES = list(hostile.cases(set(OPCODES)))

# Of values; stack and memo are beside them.
LIMITS = "--max-bytes", 8 << 20, "--max-values", 1_000_000
MAX_SECONDS, MAX_BYTES = 0.050, 16 << 20
TRIES = 5  # CPU time is a bit longer when the machine is busy

DEEDS = ["open", "openat", "creat", "execve", "execveat", "socket", "connect",
         "fork", "clone"]


def misjudged(taken, text, verdict):
    """None, or what is wrong with that answer."""
    if verdict in (hostile.TAKEN, hostile.EITHER) and taken:
        return None
    if taken or verdict is hostile.TAKEN:
        return f"taken: {taken}, {text}"
    if (verdict or "") not in text:
        return f"not the reason: {text}"
    return None if re.search(r"\d", text) else f"does not say where: {text}"


def wrong_answers(codec):
    for name, data, verdict in CASES:
        try:
            taken, _, _, text = codec.check(data)
        except Died as died:
            pytest.fail(f"{name}: ended with {died}")
        wrong = misjudged(taken, text, verdict)
        if wrong:
            yield name, wrong


def test_there_are_many_and_each_has_a_name():
    names = [name for name, _, _ in CASES]
    assert len(names) == len(set(names)) >= 1000
    assert sum(verdict is not hostile.TAKEN for _, _, verdict in CASES) >= 200


def test_each_is_refused_with_where_and_what_or_taken():
    with Codec(PROGRAM, *LIMITS) as codec:
        assert list(wrong_answers(codec)) == []
        assert codec.close() == 0


def test_nothing_is_run_or_opened():
    """The kernel would end the program."""
    with Codec(PROGRAM, *LIMITS, "--confined") as codec:
        for name, data, _ in CASES:
            for command in b"r", b"p", b"k":
                try:
                    codec.request(command, data)
                except Died as died:
                    pytest.fail(f"{command} {name}: ended with {died}")
        assert codec.close() == 0


@pytest.mark.parametrize("deed", DEEDS)
def test_the_kernel_does_end_what_runs_or_opens(deed):
    with Codec(PROGRAM, "--confined") as codec:
        assert codec.repr(b"N.") == "None"
        with pytest.raises(Died) as died:
            codec.request(b"m", deed.encode())
    assert died.value.args == (-signal.SIGSYS,)


def cost(codec, data):
    """The least CPU time and memory of a few tries."""
    tries = []
    for _ in range(TRIES):
        _, seconds, memory, _ = codec.check(data)
        tries.append((seconds, memory))
        if seconds < MAX_SECONDS and memory < MAX_BYTES:
            break
    return tuple(map(min, zip(*tries)))


def test_each_costs_little(optimised):
    with Codec(optimised, *LIMITS) as codec:
        costs = [(name, *cost(codec, data)) for name, data, _ in CASES]
    assert [(name, f"{seconds * 1000:.1f} ms", f"{memory >> 10} KiB")
            for name, seconds, memory in costs
            if seconds >= MAX_SECONDS or memory >= MAX_BYTES] == []
