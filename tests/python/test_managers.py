# SPDX-License-Identifier: MIT
"""Managers by tieline.manager(): over every kind of address, with other ones
beside them in the process, and what comes out of shared objects."""

import gc
import multiprocessing
from multiprocessing.managers import BaseManager, DictProxy, SyncManager

import pytest

from conftest import KEY, python_address
from rights.conftest import Keys

from .conftest import KINDS, tieline


class Manager(SyncManager):
    pass


Manager.register("get_tasks")
Manager.register("get_shared", proxytype=DictProxy)


@pytest.fixture
def keys(tmp_path):
    return Keys(tmp_path / "keys")


@pytest.fixture
def hub(broker, keys, server_options):
    """Bob can put what he cannot get."""
    keys.add("bob", "create *", "put tasks", "call shared")
    return broker(
        keys_dir=str(keys.folder), listen=[
            "tcp://127.0.0.1:0", f"unix:{keys.folder}/broker",
            {"address": "tls://127.0.0.1:0", **server_options("tls")}],
        typeids={"get_tasks": {"type": "Queue", "name": "tasks"},
                 "get_shared": {"type": "dict", "name": "shared"}})


@pytest.fixture
def manager(hub, keys, client_options):
    """As one of them, or who may do everything: manager(kind, id)."""
    def run(kind, id=None):
        key = keys.path(f"{id}.key").read_bytes() if id else KEY
        return tieline.manager(hub.at[kind], key, manager_class=Manager,
                               **client_options(kind))
    yield run
    gc.collect()  # errors and their frames, which have proxies, have each other


@pytest.mark.parametrize("kind", KINDS)
def test_a_manager(manager, kind):
    one = manager(kind)
    shared, queue = one.dict(), one.Queue()
    with one.Lock():
        shared["count"] = 1
    queue.put("item")
    assert (shared.copy(), queue.get()) == ({"count": 1}, "item")


def test_a_manager_class(hub):
    class Bare(BaseManager):
        pass
    Bare.register("get_task_queue")
    one, other = (tieline.manager(hub.at["unix"], KEY, manager_class=Bare)
                  for _ in range(2))
    one.get_task_queue().put(1)
    assert other.get_task_queue().get() == 1


def serves_each_as_who_he_is(mine, bobs, mine_first):
    """Two proxies of the queue of tasks."""
    for one in ([mine, bobs] if mine_first else [bobs, mine]):
        one.put("task")
    with pytest.raises(PermissionError, match="bob may not get"):
        bobs.get_nowait()
    assert mine.get_nowait() == "task"


@pytest.mark.parametrize("mine_first", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_each_has_its_own_rights(manager, kind, mine_first):
    me, bob = manager(kind), manager(kind, "bob")
    serves_each_as_who_he_is(me.get_tasks(), bob.get_tasks(), mine_first)


@pytest.mark.parametrize("mine_first", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_proxies_that_come_out_have_its_rights(manager, kind, mine_first):
    """Those of the manager by which they come out."""
    me, bob = manager(kind), manager(kind, "bob")
    mine, bobs = me.get_shared(), bob.get_shared()
    mine["tasks"] = me.get_tasks()
    serves_each_as_who_he_is(
        mine.get("tasks"), bobs["tasks"], mine_first)


def test_proxies_come_out_by_another_way(manager):
    """By which the manager has come that they come out of."""
    there, here = manager("unix"), manager("tls")
    shared, inner = there.get_shared(), there.list([1])
    shared["deep"] = [{"inner": inner}]
    taken = here.get_shared()["deep"][0]["inner"]
    taken.append(2)
    assert inner[:] == [1, 2]
    assert taken._token.address == here.address != there.address


def test_proxies_of_another_broker(manager, broker):
    """They lead where they did."""
    elsewhere = tieline.manager(broker().at["unix"], KEY)
    shared, inner = manager("tls").get_shared(), elsewhere.list([1])
    shared["inner"] = inner
    shared["inner"].append(2)
    assert inner[:] == [1, 2]


def test_proxies_that_stock_managers_take_out(hub, manager, monkeypatch):
    """Python connects them, with the key of the process."""
    monkeypatch.setattr(multiprocessing.current_process(), "_config", {
        **multiprocessing.current_process()._config,
        "authkey": multiprocessing.process.AuthenticationString(KEY)})
    bob, stock = manager("unix", "bob"), Manager(
        python_address(hub.at["unix"]), KEY)
    stock.connect()
    manager("unix").get_shared()["tasks"] = bob.get_tasks()
    taken = stock.get_shared()["tasks"]
    taken.put("task")
    assert taken.get_nowait() == "task"
