# SPDX-License-Identifier: MIT
"""No private key is ever committed: certs/make makes them when needed."""

import re

from conftest import ROOT

from .conftest import run

PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def files_of_the_project():
    """Those that git knows, or all that came in an archive."""
    if (ROOT / ".git").exists():
        names = run("git", "ls-files", "-z", cwd=ROOT).split("\0")
        paths = [ROOT / name for name in names if name]
    else:
        paths = ROOT.rglob("*")
    return [path for path in paths if path.is_file()]


def holds_a_key(path):
    return bool(PRIVATE_KEY.search(path.read_bytes()))


def test_no_file_holds_a_private_key():
    files = files_of_the_project()
    assert ROOT / "certs/make" in files
    assert [path for path in files if holds_a_key(path)] == []


def test_a_private_key_is_found(certificates):
    kinds = ["server-good", "server-rsa", "encrypted"]
    assert all(holds_a_key(certificates / f"{kind}.key") for kind in kinds)
    assert not holds_a_key(certificates / "server-good.crt")
