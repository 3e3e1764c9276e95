# SPDX-License-Identifier: MIT
"""A broker that hostile clients share, which is looked at behind each."""

import contextlib

import pytest

from conftest import ENGINES, HANG, KEY, Broker
from rendezvous.client import frame

from .conftest import Hub
from .wire import packed

KINDS = pytest.mark.parametrize("kind", ["unix", "tcp"])
MAX_ITEM_BYTES = 1 << 20
VALUES_MAX = 1 << 20
FOREIGN_EPOCH = "0123456789abcdef"
FIRST = frame(packed(None, "accept_connection", ("x",)))


class Runs:
    """Would run code where it is unpickled."""

    def __init__(self, function, *args):
        self.made_of = function, args

    def __reduce__(self):
        return self.made_of


class Victim(Broker):
    """One for all tests here."""

    lifetime = 60 * HANG


@pytest.fixture(scope="module", params=ENGINES)
def victims(request, tmp_path_factory):
    """victims(): the same broker for all tests, as long as each leaves it
    well."""
    current = []

    def get():
        if not current or not current[-1].is_sound:
            folder = tmp_path_factory.mktemp("hostile")
            key_file = folder / "key"
            key_file.touch(mode=0o600)
            key_file.write_bytes(KEY)
            current.append(Victim(folder, key_file, (), dict(
                max_item_bytes=MAX_ITEM_BYTES), program=request.param))
            stack.callback(current[-1].stop)
        current[-1].is_sound = False
        return current[-1]

    with contextlib.ExitStack() as stack:
        yield get


@pytest.fixture
def hub(victims):
    """Behind a test nothing of it is left, and others are served."""
    victim = victims()
    hub = Hub(victim)
    yield hub
    hub.stack.close()
    others = hub.create("Queue")
    proxy = hub.proxy()
    proxy.returns(others, "put", "well")
    assert proxy.returns(others, "get") == "well"
    hub.give_back(others)
    hub.is_at_rest()
    hub.close()
    victim.is_sound = True


@pytest.fixture
def objects(hub):
    """objects(typeid, ...): an object's ident, given back behind the test."""
    with contextlib.ExitStack() as stack:
        def make(typeid, *args, **kwds):
            ident = hub.create(typeid, *args, **kwds)
            stack.callback(hub.give_back, ident)
            return ident
        yield make
