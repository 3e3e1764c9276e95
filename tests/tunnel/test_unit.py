# SPDX-License-Identifier: MIT
"""The example of a unit for systemd is one."""

import os
import re
import shutil
import subprocess

import pytest

from cli.conftest import TOOL
from conftest import HANG, ROOT

UNIT = ROOT / "examples/systemd/tieline-tunnel.service"


def verify(path, folder):
    """What systemd has to say of it."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", path], text=True,
        capture_output=True, timeout=HANG,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder)})
    return done.returncode, done.stderr


@pytest.fixture
def unit(tmp_path):
    """It, with the tool of this build."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd on this machine")
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace("/usr/bin/tieline", str(TOOL)))
    return path


def test_systemd_takes_it(unit, tmp_path):
    status, said = verify(unit, tmp_path)
    assert status == 0, said
    assert unit.name not in said


def test_systemd_would_tell_what_is_wrong(unit, tmp_path):
    unit.write_text(unit.read_text() + "[Service]\nNoSuchSetting=1\n")
    assert "NoSuchSetting" in verify(unit, tmp_path)[1]


def test_the_command_in_it_is_one(tool, tmp_path):
    """As far as the key, which is not there."""
    words = re.search("^ExecStart=/usr/bin/tieline (.*)", UNIT.read_text(),
                      re.M).group(1)
    words = words.replace("%t", str(tmp_path)).replace(
        "${TIELINE_REMOTE}", "tls://127.0.0.1:7601").split()
    done = tool(*words, env={"TIELINE_AUTHKEY_FILE": f"{tmp_path}/none"})
    assert done.returncode == 4 and "none" in done.stderr
