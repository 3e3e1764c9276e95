# SPDX-License-Identifier: MIT
"""A broker of the optimised build, with settings of the test's own, and the
figures that tests leave for the end of the run."""

import contextlib
import os
import pathlib
import resource

import pytest

from conftest import ROOT
from limits.broker import LoadedBroker

RELEASE = pathlib.Path(
    os.environ.get("TIELINE_RELEASE_BUILD", ROOT / "build")).absolute()
FIGURES = []
KIB, MIB = 1 << 10, 1 << 20


def sizes(*params):
    """The last one takes long."""
    return [*params[:-1], pytest.param(params[-1], marks=pytest.mark.long)]


@pytest.fixture
def run_broker(tmp_path):
    """run_broker(**settings): it is stopped when the test is over."""
    with contextlib.ExitStack() as stack:
        def run(**settings):
            broker = LoadedBroker(tmp_path, RELEASE, **settings)
            stack.callback(broker.stop)
            return broker
        yield run


@pytest.fixture(scope="session", autouse=True)
def many_descriptors():
    """As many as this process may have."""
    which = resource.RLIMIT_NOFILE
    before = resource.getrlimit(which)
    resource.setrlimit(which, (before[1], before[1]))
    yield
    resource.setrlimit(which, before)


@pytest.fixture
def figure():
    """figure(text): a line of what was measured."""
    return FIGURES.append


def pytest_terminal_summary(terminalreporter):
    if FIGURES:
        terminalreporter.section("measured")
    for line in FIGURES:
        terminalreporter.line(line)
