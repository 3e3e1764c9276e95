# SPDX-License-Identifier: MIT
"""The program that has values, in both builds, and Pythons that talk to it."""

import json
import os
import pathlib
import subprocess
import unicodedata

import pytest

from conftest import BUILD, ROOT

HERE = pathlib.Path(__file__).parent
RELEASE = pathlib.Path(
    os.environ.get("TIELINE_RELEASE_BUILD", ROOT / "build")).absolute()
PROGRAM = BUILD / "tests/values"
LONG_HANG = 7200


@pytest.fixture
def agree():
    """Runs one of the scripts here with a Python: it must come to its end.
    agree(python, "script.py", argument...)."""
    def run(python, script, *arguments):
        done = subprocess.run(
            [python, "-B", HERE / script, PROGRAM, *map(str, arguments)],
            capture_output=True, text=True,
            encoding="utf-8", errors="backslashreplace", timeout=LONG_HANG)
        assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-4000:]
        assert done.stdout.startswith("done "), done.stdout[-4000:]
    return run


@pytest.fixture
def amount(request):
    """amount(few, many): how much is tried; many with --long."""
    return lambda few, many: (
        many if request.config.getoption("--long") else few)


@pytest.fixture(scope="session")
def assigned(tmp_path_factory):
    """A file with the characters to which the Unicode of this Python, by which
    the build's table was made, gives a meaning: spans of first and last."""
    spans = []
    for code in range(0x110000):
        if unicodedata.category(chr(code)) == "Cn":
            continue
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    path = tmp_path_factory.mktemp("unicode") / "assigned.json"
    path.write_text(json.dumps(spans))
    return path


@pytest.fixture(scope="session")
def optimised(tmp_path_factory):
    """The program linked with the optimised build's library: what it costs."""
    program = tmp_path_factory.mktemp("optimised") / "values"
    helpers = ROOT / "tests/helpers"
    subprocess.run(
        ["cc", "-O2", "-D_GNU_SOURCE", f"-I{ROOT}/include",
         *(helpers / name for name in ("values.c", "confine.c", "usage.c")),
         RELEASE / "libclient/libtieline.a", "-lssl", "-lcrypto",
         "-lcjson", "-o", program], check=True)
    return program
