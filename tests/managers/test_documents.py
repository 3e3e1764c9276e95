# SPDX-License-Identifier: MIT
"""What the documents say of managers is so: the types and their methods in
docs/python.md, the bytes in docs/protocol.md, the examples."""

import os
import re

import pytest

from conftest import BUILD, ROOT
from rendezvous.client import frame

# Those that need arguments.
ARGUMENTS = {"Barrier": (2,), "Value": ("i", 1), "Array": ("i", [1])}


def types():
    """Rows of the table: a type, and the methods that are told."""
    text = (ROOT / "docs/python.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (?:`[^|]*`)? ?\| ([^|]*) \|$", text,
                      re.M)
    assert len(rows) >= 19
    for name, methods in rows:
        yield name, re.findall(r"`(\w+)`", methods)


@pytest.mark.parametrize("name, methods", types())
def test_a_type_has_the_methods_that_the_table_has(hub, name, methods):
    ident, exposed = hub.ask("create", name, *ARGUMENTS.get(name, ()))
    assert sorted(exposed) == sorted(methods)
    hub.give_back(ident)


def test_the_example_in_bytes(hub):
    text = (ROOT / "docs/protocol.md").read_text().split("### 11.6")[1]
    lines = re.findall(r"(send|recv): ([0-9a-f]{8} 80.*(?:\n {10}.*)?)", text)
    assert [line[0] for line in lines] == ["send", "recv"]
    sent, received = (
        b"".join(word.encode() if word else bytes.fromhex(digits)
                 for digits, word in re.findall(r'([0-9a-f]+)|"(\w+|#\w+)"',
                                                line))
        for _, line in lines)
    speaker = hub.speaker()
    speaker.write(sent)
    assert frame(speaker.receive()) == received


def test_a_task_master_and_workers_in_both_languages(
        hub, start, key_file, python):
    environment = {**os.environ, "TIELINE_URL": hub.broker.at["unix"],
                   "TIELINE_AUTHKEY_FILE": str(key_file)}
    address = hub.broker.at["tcp"]
    workers = [
        start(python, "-B", ROOT / "examples/task_worker.py", address,
              key_file, 3),
        start(BUILD / "examples/task-worker", 3, env=environment)]
    master = start(python, "-B", ROOT / "examples/task_master.py", address,
                   key_file, *range(6))
    status, out, err = master.finish()
    assert (status, err) == (0, "")
    assert sorted(line.split(", says ")[0] for line in out.splitlines()) == [
        f"{n} * {n} = {n * n}" for n in range(6)]
    assert sorted(line.split(", says ")[1] for line in out.splitlines()) == \
        3 * ["the worker in C"] + 3 * ["the worker in Python"]
    for worker in workers:
        assert worker.finish() == (0, "", "")
