# SPDX-License-Identifier: MIT
"""What the tool shows of identities, and says of what they may not do."""

import json
import subprocess

from conftest import BUILD, HANG

TOOL = BUILD / "cli/tieline"


def run(hub, keys, id, *words):
    return subprocess.run(
        [TOOL, "--url", hub.broker.at["tcp"], "--authkey-file",
         keys.path(f"{id}.key"), *words],
        capture_output=True, text=True, timeout=HANG)


def test_who_is_there(hub, keys):
    keys.add("admin", "list", "stat")
    keys.add("robot", "accept echo")
    assert "reloaded" in hub.broker.reload()
    hub.connect(id="robot").parks("echo")
    done = run(hub, keys, "admin", "ls", "--connections")
    assert done.returncode == 0, done.stderr
    head, robot, admin = map(str.split, done.stdout.splitlines())
    at = head.index("IDENTITY")
    assert robot[at] == "robot" and "admin" in admin
    counters = json.loads(run(hub, keys, "admin", "stat", "--json").stdout)
    assert counters["identities"] == {"total": 3, "not_permitted": 0}


def test_what_it_may_not(hub, keys):
    keys.add("robot", "dial other")
    assert "reloaded" in hub.broker.reload()
    for words, entry in [(["dial", "echo"], "dial echo"),
                         (["ls", "--names"], "list"), (["stat"], "stat")]:
        done = run(hub, keys, "robot", *words)
        assert done.returncode == 8, done
        assert f"robot may not {entry}: add this to the " in done.stderr
    assert run(hub, keys, "robot", "ping").returncode == 0
