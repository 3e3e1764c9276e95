# SPDX-License-Identifier: MIT
"""Whose key is taken: when, where, and what becomes of those who are connected
when it is not any more."""

import datetime
import os
import pickle
from multiprocessing import AuthenticationError

import pytest

from conftest import KEY, ended_broker
from rendezvous.client import BREAK, END, Peer, echo_both_ways
from rendezvous.conftest import BOTH
from session.wire import fragments

RELOADED = "settings and keys reloaded"
UNCHANGED = "nothing is changed by the reload: "
NOW = datetime.datetime.now(datetime.timezone.utc)


def day(days):
    """As it is written in a file, so many days from now."""
    return (NOW + datetime.timedelta(days)).strftime("%Y-%m-%d")


def reload(hub):
    assert RELOADED in hub.broker.reload()


def is_not_let_in(hub, key, kind="unix"):
    with pytest.raises(AuthenticationError):
        Peer(hub.broker.at[kind], key)
    return True


# ---- Sets that cannot be used


def empty_rights(keys):
    keys.write("robot.json", "")


def malformed_rights(keys):
    keys.write("robot.json", '{"rights": ["all"')


def rights_of_no_verb(keys):
    keys.write("robot.json", '{\n"rights": ["everything"]}')


def missing_rights(keys):
    keys.write("robot.json", '{"not_after": "2999-12-31"}')


def null_rights(keys):
    keys.write("robot.json", '{"rights": null}')


def unknown_member(keys):
    keys.write("robot.json", '{"rights": [], "role": "admin"}')


def rights_in_no_file(keys):
    keys.path("robot.json").unlink()


def rights_in_a_folder(keys):
    keys.path("robot.json").unlink()
    keys.path("robot.json").mkdir()


def rights_in_a_link(keys):
    keys.path("robot.json").rename(keys.path("elsewhere"))
    keys.path("robot.json").symlink_to("elsewhere")


def rights_that_others_change(keys):
    keys.path("robot.json").chmod(0o620)


def empty_key(keys):
    keys.write("robot.key", "")


def missing_key(keys):
    keys.path("robot.key").unlink()


def key_that_others_read(keys):
    keys.path("robot.key").chmod(0o604)


def the_same_key_twice(keys):
    keys.add("twin", "all", key="the key of robot")


def the_key_of_the_broker(keys):
    keys.add("twin", key=KEY.decode())


def a_folder_that_others_change(keys):
    keys.folder.chmod(0o777)


def no_folder(keys):
    keys.folder.rename(keys.folder.with_name("elsewhere"))


def too_many(keys):
    for i in range(64):
        keys.add(f"id-{i}")


UNUSABLE = pytest.mark.parametrize("spoil, wrong", [
    (empty_rights, "robot.json:1: "),
    (malformed_rights, "robot.json:1: "),
    (rights_of_no_verb, 'robot.json:2: rights: "everything" has no verb'),
    (missing_rights, 'robot.json:1: "rights" are missing'),
    (null_rights, "robot.json:1: rights: null where an array belongs"),
    (unknown_member, 'robot.json:1: there is no setting "role"'),
    (rights_in_no_file, "robot.key: there is no robot.json"),
    (rights_in_a_folder, "robot.json is not a regular file"),
    (rights_in_a_link, "robot.json: Too many levels of symbolic links"),
    (rights_that_others_change, "robot.json can be changed by group"),
    (empty_key, "robot.key is to have 1 to 4096 bytes"),
    (missing_key, "robot.json: there is neither robot.key"),
    (key_that_others_read, "robot.key can be used by group or others"),
    (the_same_key_twice, "robot and twin have the same key"),
    (the_key_of_the_broker, "authkey and twin have the same key"),
    (a_folder_that_others_change, "keys can be changed by group or others"),
    (no_folder, "No such file or directory"),
    (too_many, "there are more than 64 identities"),
], ids=lambda value: getattr(value, "__name__", ""))


@UNUSABLE
@pytest.mark.parametrize("options", [[], ["--check-config"]], ids=len)
def test_the_broker_does_not_start(
        keys, tmp_path, key_file, spoil, wrong, options):
    keys.add("robot", "stat")
    spoil(keys)
    config = tmp_path / "tielined.json"
    config.write_text('{"keys_dir": "%s", "listen": ["unix:%s/broker"]}' % (
        keys.folder, tmp_path))
    done = ended_broker(
        "--config", config, "--authkey-file", key_file, *options)
    assert done.returncode == 2 and done.stdout == ""
    assert str(keys.folder) in done.stderr or "the same key" in done.stderr
    assert wrong in done.stderr
    assert not (tmp_path / "broker").exists()


@UNUSABLE
def test_a_reload_keeps_those_that_there_were(hub, keys, spoil, wrong):
    """With their rights, and nobody else."""
    keys.add("robot", "stat")
    reload(hub)
    robot = hub.connect(id="robot")
    spoil(keys)
    keys.add("one-more", "all") if keys.folder.exists() else None
    line = hub.broker.reload()
    assert UNCHANGED in line and wrong in line
    assert robot.asked(stat=True)["identities"]["total"] == 2
    assert hub.connect(key=b"the key of robot").asked(stat=True)["ok"]
    robot.ask(list="names")
    robot.is_refused("not_permitted")
    assert is_not_let_in(hub, b"the key of one-more")
    assert is_not_let_in(hub, b"")


def test_nobody_at_all_is_no_start(keys, tmp_path):
    config = tmp_path / "tielined.json"
    config.write_text('{"keys_dir": "%s", "listen": ["unix:%s/broker"]}' % (
        keys.folder, tmp_path))
    done = ended_broker("--config", config)
    assert done.returncode == 2
    assert "there is no identity in it: nobody could log in" in done.stderr


def test_the_settings_of_a_good_folder_can_be_used(keys, tmp_path):
    keys.add("robot", "stat")
    config = tmp_path / "tielined.json"
    config.write_text('{"keys_dir": "%s"}' % keys.folder)
    done = ended_broker("--config", config, "--check-config")
    assert (done.returncode, done.stderr) == (0, "")


# ---- Whose key is taken


@BOTH
def test_each_is_known_by_its_key(hub, keys, kind):
    for id in ["alice", "bob", "carol"]:
        keys.add(id, "list")
    reload(hub)
    for id in ["carol", "alice", "bob"]:
        asker = hub.connect(kind, id=id)
        assert asker.connections()[-1]["identity"] == id
    assert is_not_let_in(hub, b"the key of nobody", kind)


def test_the_one_key_does_not_count_unless_it_is_set(hub, keys):
    """The default one would be made, and taken."""
    keys.add("robot", "stat")
    hub.broker.configure(authkey_file="")
    reload(hub)
    assert is_not_let_in(hub, KEY)
    robot = hub.connect(id="robot")
    assert robot.asked(stat=True)["identities"]["total"] == 1
    hub.broker.configure(authkey_file=str(hub.broker.config.parent.parent
                                          / "key"))
    reload(hub)
    assert hub.connect().asked(ping="x")["ok"]


@pytest.mark.parametrize("members, why", [
    ({"not_before": day(+1)}, "not valid yet"),
    ({"not_after": day(-1)}, "not valid any more"),
], ids=["before", "after"])
def test_a_key_that_is_not_valid_now(hub, keys, members, why):
    keys.add("robot", "all", **members)
    reload(hub)
    assert is_not_let_in(hub, b"the key of robot")
    hub.broker.log.wait_for(f"robot: it is {why}")


def test_a_key_that_is_valid_now(hub, keys):
    keys.add("robot", "stat", not_before=day(-1), not_after=day(+1))
    reload(hub)
    assert hub.connect(id="robot").asked(stat=True)["ok"]


def test_a_key_for_some_users(hub, keys):
    """On Unix sockets alone."""
    keys.add("mine", "stat", uids=[os.getuid()])
    keys.add("other", "stat", uids=[os.getuid() + 1])
    keys.add("nobody", "stat", uids=[])
    reload(hub)
    assert hub.connect("unix", id="mine").asked(stat=True)["ok"]
    assert is_not_let_in(hub, b"the key of mine", "tcp")
    assert is_not_let_in(hub, b"the key of other")
    assert is_not_let_in(hub, b"the key of nobody")


# ---- What a reload brings


@BOTH
def test_keys_are_exchanged_with_nothing_lost(hub, keys, kind):
    """A new one comes, all go over to it, the old one goes."""
    keys.add("old", "accept echo", "dial echo")
    reload(hub)
    first = hub.connect(kind, id="old").parks("echo")
    keys.add("new", "accept echo", "dial echo")
    reload(hub)
    dialler = hub.connect(kind, id="new")
    dialler.ask(dial="echo")
    dialler.is_paired("echo")
    first.is_paired("echo")
    second = hub.connect(kind, id="new").parks("echo")
    hub.broker.configure(removed_identities="keep")
    keys.remove("old")
    reload(hub)
    echo_both_ways(first, dialler)
    last = hub.connect(kind, id="new")
    last.ask(dial="echo")
    last.is_paired("echo")
    second.is_paired("echo")
    echo_both_ways(second, last)
    assert is_not_let_in(hub, b"the key of old", kind)


def test_another_key_of_the_same_identity(hub, keys):
    """It is for those who log in from then on."""
    keys.add("robot", "stat")
    reload(hub)
    robot = hub.connect(id="robot")
    keys.add("robot", "stat", key="another key")
    reload(hub)
    assert robot.asked(stat=True)["ok"]
    assert is_not_let_in(hub, b"the key of robot")
    assert hub.connect(id="robot").asked(stat=True)["ok"]


def test_other_rights_hold_at_once(hub, keys):
    keys.add("robot", "stat")
    reload(hub)
    first, second = hub.connect(id="robot"), hub.connect(id="robot")
    assert first.asked(stat=True)["ok"]
    keys.add("robot", "list")
    reload(hub)
    assert first.names() == {}
    first.ask(stat=True)
    first.is_refused("not_permitted")
    keys.add("robot")
    reload(hub)
    second.ask(list="names")
    second.is_refused("not_permitted")


class Occupations:
    """Connections of an identity, each doing something else."""

    def __init__(self, hub, kind, id):
        self.kind = kind
        self.idle = hub.connect(kind, id=id)
        self.control = hub.connect(kind, id=id)
        assert self.control.asked(ping="x")["ok"]
        self.parked = hub.connect(kind, id=id).parks("parked")
        self.waiting = hub.connect(kind, id=id)
        self.waiting.ask(dial="nobody")
        self.monitor = hub.connect(kind, id=id)
        assert self.monitor.asked(monitor=True, prefix="none")["ok"]
        self.session = hub.connect(kind, id=id)
        self.session.write(*fragments("HELLO", tag=1, argument=1))
        self.session.receive()
        self.manager = hub.connect(kind, id=id)
        assert self.managers_call(None, "accept_connection", "name") == (
            "#RETURN", None)
        self.both = hub.pair_of(id, id, kind)
        self.one = hub.pair_of(id, None, kind)
        hub.connect().until_seated("nobody", waiting=1)

    def managers_call(self, ident, method, *args):
        self.manager.send(pickle.dumps((ident, method, args, {}), 2))
        return pickle.loads(self.manager.receive())

    def are_closed(self):
        for peer in (self.idle, self.control, self.parked, self.waiting,
                     self.monitor, self.session, self.manager):
            assert peer.rest() in [([], END), ([], BREAK["tcp"])]
        for peer in self.both + self.one:
            assert peer.rest() == ([], BREAK[self.kind])

    def go_on(self):
        assert self.control.asked(stat=True)["ok"]
        assert self.idle.asked(ping="x")["ok"]
        self.session.write(*fragments("PING", tag=2))
        assert self.session.receive()
        assert self.managers_call("none", "get")[0] == "#TRACEBACK"
        echo_both_ways(*self.both)
        echo_both_ways(*self.one)
        assert self.parked.is_quiet() and self.monitor.is_quiet()


@BOTH
def test_who_is_removed_is_sent_away(hub, keys, kind):
    """Whatever it is doing, and nobody else but its partners."""
    keys.add("robot", "all")
    keys.add("other", "all")
    reload(hub)
    robots = Occupations(hub, kind, "robot")
    pair = hub.pair_of("other", "other", kind)
    keys.remove("robot")
    reload(hub)
    robots.are_closed()
    echo_both_ways(*pair)
    assert is_not_let_in(hub, b"the key of robot", kind)
    removed = [line for line in hub.broker.log.lines
               if "not robot any more: the identity is removed" in line]
    assert len(removed) == 9 and all("closed" in line for line in removed)


@BOTH
def test_who_is_removed_may_stay(hub, keys, kind):
    """With the rights that it had; but nobody else comes."""
    hub.broker.configure(removed_identities="keep")
    keys.add("robot", "all")
    reload(hub)
    robots = Occupations(hub, kind, "robot")
    keys.remove("robot")
    reload(hub)
    robots.go_on()
    assert is_not_let_in(hub, b"the key of robot", kind)
    hub.broker.configure(removed_identities="close")
    reload(hub)
    robots.are_closed()


def test_who_is_kept_is_not_who_has_its_id_later(hub, keys):
    hub.broker.configure(removed_identities="keep")
    keys.add("robot", "stat")
    keys.add("other", "stat")
    reload(hub)
    first = hub.connect(id="robot")
    keys.remove("robot")
    reload(hub)
    keys.add("robot", "all", key="another key")
    reload(hub)
    assert first.asked(stat=True)["ok"]
    first.ask(list="names")
    first.is_refused("not_permitted")
    assert hub.connect(id="robot").names() == {}


def test_both_of_a_pair_are_kept_and_said(hub, keys):
    hub.broker.configure(removed_identities="keep")
    for id in ("one", "two", "three"):
        keys.add(id, "all")
    reload(hub)
    pair = hub.pair_of("one", "two", "unix")
    keys.remove("one")
    keys.remove("two")
    reload(hub)
    echo_both_ways(*pair)
    for id in ("one", "two"):
        hub.broker.log.wait_for(f"not {id} any more: the identity is removed: "
                                "kept")


def test_whose_time_is_over_is_removed(hub, keys):
    keys.add("robot", "all")
    reload(hub)
    robots = Occupations(hub, "unix", "robot")
    keys.add("robot", "all", not_after=day(-1))
    reload(hub)
    robots.are_closed()


@pytest.mark.parametrize("removed,rest", [("close", END), ("keep", None)])
def test_a_user_whose_key_it_is_not_any_more(hub, keys, removed, rest):
    hub.broker.configure(removed_identities=removed)
    keys.add("robot", "all", uids=[os.getuid()])
    keys.add("other", "all", uids=[os.getuid()])
    reload(hub)
    robot, other = hub.connect(id="robot"), hub.connect(id="other")
    keys.add("robot", "all", uids=[os.getuid() + 1])
    reload(hub)
    assert other.asked(ping="x")["ok"]
    hub.broker.log.wait_for("not robot any more: its key is for other users")
    if rest:
        assert robot.rest() == ([], rest)
    else:
        assert robot.asked(ping="x")["ok"]


def removes(keys):
    keys.remove("robot")


def exchanges_the_key(keys):
    keys.add("robot", "all", key="another key")


def gives_the_key_to_another(keys):
    exchanges_the_key(keys)
    keys.add("heir", "all", key="the key of robot")


def limits_the_key_to_others(keys):
    keys.add("robot", "all", uids=[])


@pytest.mark.parametrize("change, why", [
    (removes, "the identity is removed"),
    (exchanges_the_key, "the identity has another key"),
    (gives_the_key_to_another, "the identity has another key"),
    (limits_the_key_to_others, "its key is for other users")])
def test_a_login_that_is_under_way_when_its_key_goes(hub, keys, change, why):
    """It is not let in, though the key was good when it began."""
    keys.add("robot", "all")
    reload(hub)
    late = hub.half_way(b"the key of robot")
    change(keys)
    reload(hub)
    with pytest.raises((AuthenticationError, EOFError, OSError)):
        late()
    hub.broker.log.wait_for(f"logged in while that was taken away: {why}")


def test_a_login_that_is_under_way_when_other_keys_go(hub, keys):
    keys.add("robot", "all")
    keys.add("other", "all")
    reload(hub)
    late = hub.half_way(b"the key of robot")
    keys.remove("other")
    keys.add("robot", "dial")
    reload(hub)
    assert b'"ok":true' in late()
