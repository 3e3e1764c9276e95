# SPDX-License-Identifier: MIT
"""Items of Python, C and a shell on the same queues: each reads what the others
put."""

import os
import subprocess

import pytest

from conftest import BUILD, HANG, KEY

from .conftest import PROGRAMS
from .test_names import Broker
from .test_values import protocols_of


@pytest.fixture
def broker(start, tmp_path, key_file):
    return Broker(start, tmp_path, key_file)


@pytest.fixture
def move(start, broker, key_file):
    """Starts the C program that moves items: move(from, to, protocol)."""
    def run(from_, to, protocol):
        return start(BUILD / "tests/mover", broker.at["tcp"], key_file, from_,
                     to, protocol)
    return run


@pytest.fixture
def put_and_get(start, broker):
    """Starts a Python with what it puts and gets:
    put_and_get(python, from, to, activity)."""
    def run(python, *words):
        return start(python, "-B", PROGRAMS / "queues.py", broker.at["unix"],
                     repr(KEY), *words,
                     env={**os.environ, "LC_ALL": "C.UTF-8"})
    return run


def ends_well(program, text):
    status, out, err = program.finish()
    assert (status, out, err) == (0, f"done {text}\n", "")


def test_c_pickles_anew_what_python_puts(python, move, put_and_get):
    for protocol in protocols_of(python):
        mover = move("out", "in", protocol)
        ends_well(put_and_get(python, "out", "in", "objects"), "59 objects")
        mover.process.kill()
        mover.finish()


def test_other_formats_and_headers(python, move, put_and_get):
    move("out", "in", 4)
    ends_well(put_and_get(python, "out", "in", "formats"), "6 formats")


def test_from_python_through_c_and_a_shell(
        python, broker, move, put_and_get, key_file):
    move("out", "shell", 4)
    program = put_and_get(python, "out", "in", "in turn")
    tool = BUILD / "cli/tieline"
    subprocess.run(
        f"{tool} get shell -n 13 --value | {tool} put in --value", shell=True,
        check=True, timeout=HANG,
        env={**os.environ, "TIELINE_URL": broker.at["tcp"],
             "TIELINE_AUTHKEY_FILE": str(key_file)})
    ends_well(program, "13 plain objects")
