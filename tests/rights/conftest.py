# SPDX-License-Identifier: MIT
"""Brokers whose peers have identities: a folder of them, and connections with
their keys. When these are gone, nothing of them may be left."""

import json
import pathlib
from multiprocessing.connection import (
    Connection, answer_challenge, deliver_challenge)

import pytest

from conftest import HANG, KEY
from managers.wire import Speaker
from rendezvous import conftest as rendezvous
from rendezvous.client import open_socket
from session.wire import Session


class Keys:
    """The folder of identities."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(mode=0o700)

    def path(self, name):
        return self.folder / name

    def write(self, name, text, mode=0o600):
        self.path(name).touch(mode=mode)
        self.path(name).write_text(text)
        self.path(name).chmod(mode)

    def add(self, id, *rights, key=None, **members):
        self.write(f"{id}.json", json.dumps({"rights": rights, **members}))
        self.write(f"{id}.key", key or f"the key of {id}")

    def remove(self, id):
        self.path(f"{id}.json").unlink()
        self.path(f"{id}.key").unlink()


class Hub(rendezvous.Hub):
    """A broker with such a folder. Who connects without saying as whom may do
    everything."""

    def key_of(self, id):
        folder = pathlib.Path(self.broker.settings["keys_dir"])
        return (folder / f"{id}.key").read_bytes()

    def connect(self, to="unix", id=None, **options):
        if id:
            options["key"] = self.key_of(id)
        return super().connect(to, **options)

    def session(self, id=None):
        key = self.key_of(id) if id else KEY
        session = Session(self.broker.at["unix"], key=key)
        self.stack.callback(session.close)
        return session

    def speaker(self, id=None):
        """A manager's client."""
        key = self.key_of(id) if id else KEY
        speaker = Speaker(self.broker.at["unix"], key=key)
        self.stack.callback(speaker.close)
        return speaker

    def reloads(self):
        assert "settings and keys reloaded" in self.broker.reload()

    def until_waiting(self, count):
        self.connect().until(lambda peer: peer.asked(
            stat=True)["objects"]["waiting"] == count)

    def pair_of(self, acceptor, dialler, kind):
        """Two that have met, with these identities."""
        name = f"{acceptor}-{dialler}"
        first = self.connect(kind, id=acceptor).parks(name)
        second = self.connect(kind, id=dialler)
        second.ask(dial=name)
        second.is_paired(name)
        first.is_paired(name)
        return [first, second]

    def half_way(self, key):
        """A login that has been challenged, and not said anything yet: call
        what it returns for it to go on, and to be asked something."""
        connection = Connection(open_socket(self.broker.at["unix"]).detach())
        self.stack.callback(connection.close)
        assert connection.poll(HANG)

        def go_on():
            answer_challenge(connection, key)
            deliver_challenge(connection, key)
            connection.send_bytes(b'{"ping":"x"}')
            return connection.recv_bytes()
        return go_on

    def refusals(self):
        """How much peers had no right to."""
        return self.connect().asked(stat=True)["identities"]["not_permitted"]


@pytest.fixture
def hub_type():
    return Hub


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


@pytest.fixture
def hub(keys, serve):
    """With the folder, in which there is nobody yet."""
    return serve(keys_dir=str(keys.folder))
