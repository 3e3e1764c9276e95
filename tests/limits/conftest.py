# SPDX-License-Identifier: MIT
"""A broker with settings of the test's own, of the build with sanitizers."""

import contextlib

import pytest

from .broker import LoadedBroker


@pytest.fixture
def run_broker(tmp_path):
    """run_broker(**settings): it is stopped when the test is over, and no
    sanitizer may have said anything."""
    with contextlib.ExitStack() as stack:
        def run(**settings):
            broker = LoadedBroker(tmp_path, **settings)
            stack.callback(broker.stop)
            return broker
        yield run
