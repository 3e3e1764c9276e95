# SPDX-License-Identifier: MIT
"""The tool is told what it may not do, and ends with the status for that."""

import subprocess

import pytest

from conftest import BUILD

from .needs import VERBS
from .test_objects import explained

NOT_PERMITTED = 8


@pytest.mark.parametrize("rights, arguments, missing", [
    (["put q"], ["put", "q", "x"], None),
    (["get q"], ["put", "q", "x"], "put q"),
    (["get q"], ["get", "q", "--timeout", "0"], None),
    (["put q"], ["get", "q", "--timeout", "0"], "get q"),
    (["publish t"], ["pub", "t", "s", "x"], None),
    (["subscribe t"], ["pub", "t", "s", "x"], "publish t"),
    (["call d"], ["call", "d", "keys"], None),
    (["put d"], ["call", "d", "keys"], "call d"),
    (["create d"], ["call", "other", "keys"],
     " or ".join(VERBS) + " other"),
    (["delete q"], ["rm", "q"], None),
    (["put q"], ["rm", "q"], "delete q"),
])
def test_the_tool(hub, keys, rights, arguments, missing):
    owner = hub.session()
    for handle, name, kind in ((1, "q", "Queue"), (2, "t", "Topic"),
                               (3, "d", "dict")):
        owner.has_open(handle, name, kind)
    owner.put(1, b"one")
    keys.add("robot", *rights)
    hub.reloads()
    done = subprocess.run(
        [BUILD / "cli/tieline", *arguments, "--url", hub.broker.at["unix"],
         "--authkey-file", keys.path("robot.key")],
        text=True, capture_output=True)
    if missing:
        assert done.returncode == NOT_PERMITTED, done
        assert explained("robot", missing) in done.stderr
    else:
        assert done.returncode == 0, done
