# SPDX-License-Identifier: MIT
"""What tests of things as users get them share."""

import subprocess

import pytest

from conftest import HANG, ROOT


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], text=True,
                          capture_output=True, timeout=10 * HANG, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """A release build, installed into a folder; returns that folder."""
    place = tmp_path_factory.mktemp("installed")
    build = tmp_path_factory.mktemp("build")
    run("meson", "setup", build, ROOT, "--prefix", place, "--libdir=lib",
        "-Dexamples=false")
    run("meson", "install", "-C", build)
    return place
