# SPDX-License-Identifier: MIT
"""key add, key rm: a folder of identities, which a broker takes whatever
happens in between."""

import fcntl
import json
import os
import re
import shutil
import stat
import subprocess

import pytest

from conftest import BUILD, HANG, ROOT

from .conftest import TOOL, broker_check

TIELINED = BUILD / "broker/tielined"
RIGHTS = re.findall(r'^\tX\(\w+, "(\w+)", (true|false),',
                    (ROOT / "broker/rights.h").read_text(), re.M)


def members(folder, name):
    return json.loads((folder / f"{name}.json").read_text())


def files(folder):
    """What is in it, but for what keeps two from changing it at once."""
    return sorted(set(os.listdir(folder)) - {".lock"})


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


# ---- Adding ---------------------------------------------------------------

def test_what_is_made(add, folder):
    said = add("cook", "--right", "dial kitchen.*", "--right", "list")
    assert str(folder / "cook.key") in said and "kill -HUP" in said
    assert files(folder) == ["cook.json", "cook.key"]
    key = (folder / "cook.key").read_text()
    assert re.fullmatch("[0-9a-f]{64}", key) and key not in said
    assert members(folder, "cook") == {"rights": ["dial kitchen.*", "list"]}
    assert broker_check(folder) is None


@pytest.mark.parametrize("umask", [0, 0o077, 0o777])
def test_it_is_for_its_user_alone_whatever_the_umask(tool, folder, umask):
    assert tool("key", "add", folder, "a", "--all-rights",
                umask=umask).returncode == 0
    assert mode(folder) == 0o700
    assert mode(folder / "a.key") == mode(folder / "a.json") == 0o600
    assert broker_check(folder) is None


def test_all_that_can_be_said(add, folder):
    add("a", "--right", "get", "--not-before", "2026-01-02",
        "--not-after", "2126-01-02T03:04:05Z", "--uid", "root", "--uid", "0",
        "--certificate", "a.example.org", "--certificate", "b")
    assert members(folder, "a") == {
        "rights": ["get"], "not_before": "2026-01-02",
        "not_after": "2126-01-02T03:04:05Z", "uids": ["root", 0],
        "certificates": ["a.example.org", "b"]}
    assert broker_check(folder) is None


def test_as_much_as_can_be_said(add, tool, folder):
    def several(count):
        return [word for number in range(count) for word in (
            "--right", f"get {number}", "--uid", number,
            "--certificate", number)]
    add("a", *several(16))
    found = members(folder, "a")
    assert found["rights"] == [f"get {number}" for number in range(16)]
    assert found["uids"] == [*range(16)]
    assert found["certificates"] == [str(number) for number in range(16)]
    assert broker_check(folder) is None
    done = tool("key", "add", folder, "b", *several(17))
    assert done.returncode == 2 and "16 at most" in done.stderr


def test_a_folder_that_is_a_link(add, tool, folder, tmp_path):
    add("a", "--all-rights")
    link = tmp_path / "link"
    link.symlink_to(folder)
    for path in (link, f"{link}/"):
        done = tool("key", "ls", path)
        assert done.returncode == 1 and "links are not followed" in done.stderr
    assert "symbolic links" in broker_check(link)


def test_without_rights_it_says_what_to_give(tool, folder):
    done = tool("key", "add", folder, "a")
    assert done.returncode == 2
    assert "--right" in done.stderr and "--all-rights" in done.stderr
    assert not folder.exists()


def test_the_verbs_are_those_of_the_broker(add, tool, folder):
    assert len(RIGHTS) == 15
    for number, (verb, named) in enumerate(RIGHTS):
        add(f"alone{number}", "--right", verb)
        if named == "true":
            add(f"named{number}", "--right", f"{verb} @*")
        else:
            done = tool("key", "add", folder, "x", "--right", f"{verb} *")
            assert done.returncode == 2, verb
    assert broker_check(folder) is None


def test_everything(add, folder):
    add("boss", "--all-rights")
    assert members(folder, "boss") == {"rights": ["all"]}
    assert broker_check(folder) is None


ACCEPTED = [
    ("--right", "dial a"), ("--right", "dial *"), ("--right", "get @1"),
    ("--right", "put " + 128 * "a"), ("--right", "call aZ09._-:/*"),
    ("--right", "accept @" + 127 * "*"),
    ("--all-rights", "--not-before", "2026-12-31"),
    ("--all-rights", "--not-after", "2028-02-29"),
    ("--all-rights", "--not-before", "2026-05-05", "--not-after", "2026-05-05"),
    ("--all-rights", "--not-before", "2026-05-05T00:00:01Z",
     "--not-after", "2026-05-05T00:00:01Z"),
    ("--all-rights", "--uid", "4294967295"), ("--all-rights", "--uid", "007"),
    ("--all-rights", "--certificate", 2048 * "n"),
    ("--all-rights", "--certificate", "K\u00f6ch \"a\\b\""),
]


@pytest.mark.parametrize("options", ACCEPTED)
def test_what_is_accepted_the_broker_takes(add, folder, options):
    add("a", *options)
    assert broker_check(folder) is None


REFUSED = [
    ("--right", ""), ("--right", "dail a"), ("--right", "dial "),
    ("--right", "dial  a"), ("--right", "dial a b"), ("--right", "dial \u00e4"),
    ("--right", "dial @"), ("--right", "dial a@"), ("--right", "Dial a"),
    ("--right", "put " + 129 * "a"), ("--right", "stat x"),
    ("--right", "all *"), ("--right", "*"),
    ("--all-rights", "--not-before", "2026-02-30"),
    ("--all-rights", "--not-after", "2026-1-1"),
    ("--all-rights", "--not-after", "tomorrow"),
    ("--all-rights", "--not-after", ""),
    ("--all-rights", "--not-after", "2026-01-01T00:00:00"),
    ("--all-rights", "--not-after", "2026-01-01T24:00:00Z"),
    ("--all-rights", "--not-before", "2026-02-02", "--not-after", "2026-02-01"),
    ("--all-rights", "--uid", "no such user"), ("--all-rights", "--uid", ""),
    ("--all-rights", "--uid", "4294967296"), ("--all-rights", "--uid", "-1"),
    ("--all-rights", "--certificate", ""),
    ("--all-rights", "--certificate", 2049 * "n"),
]


@pytest.mark.parametrize("options", REFUSED)
def test_what_is_refused_the_broker_would_not_take(add, tool, folder, options):
    done = tool("key", "add", folder, "a", *options)
    assert done.returncode == 2 and done.stderr.count("\n") == 1, done
    assert not folder.exists()
    # Written by hand:
    said = {}
    for option, value in zip(options, options[1:]):
        if option in ("--right", "--uid", "--certificate"):
            said.setdefault({"--right": "rights", "--uid": "uids",
                             "--certificate": "certificates"}[option],
                            []).append(value)
        elif option in ("--not-before", "--not-after"):
            said[option[2:].replace("-", "_")] = value
    add("a", "--all-rights")
    (folder / "a.json").write_text(json.dumps({"rights": ["all"], **said}))
    assert broker_check(folder) is not None


@pytest.mark.parametrize("name", [
    b"caf\xe9", b"\xff", b"\xc0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"])
def test_names_that_are_no_utf8(tool, add, folder, name, environment):
    def add_with(words):
        return subprocess.run(
            [TOOL, "key", "add", folder, "a", "--all-rights", *words],
            capture_output=True, timeout=HANG, env=environment)
    done = add_with(["--certificate", "good", "--certificate", name])
    assert done.returncode == 2 and b"certificates" in done.stderr, done
    assert b"UTF-8" in done.stderr and done.stderr.count(b"\n") == 1
    assert not folder.exists()
    add("other", "--all-rights")
    assert add_with(["--certificate", name]).returncode == 2
    assert files(folder) == ["other.json", "other.key"]


def test_a_certificate_is_that_of_one(tool, add, folder):
    add("other", "--all-rights", "--certificate", "m", "--certificate", "n")
    before = {name: (folder / name).read_bytes() for name in files(folder)}
    done = tool("key", "add", folder, "a", "--right", "get",
                "--certificate", "x", "--certificate", "n")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done
    assert "'n'" in done.stderr and "other" in done.stderr
    assert before == {
        name: (folder / name).read_bytes() for name in files(folder)}
    add("a", "--right", "get", "--certificate", "N", "--certificate", "mn")
    assert tool("key", "rm", folder, "other").returncode == 0
    add("b", "--right", "get", "--certificate", "n", "--certificate", "n")
    assert broker_check(folder) is None


def test_everything_is_not_said_by_the_way(tool, folder):
    done = tool("key", "add", folder, "a", "--right", "all")
    assert done.returncode == 2 and "--all-rights" in done.stderr
    done = tool("key", "add", folder, "a", "--right", "get", "--all-rights")
    assert done.returncode == 2 and "does not go with" in done.stderr


@pytest.mark.parametrize("name", ["a", 64 * "a", "A.b_c-9", "a.key", "-"])
def test_ids(add, folder, name):
    add(name, "--all-rights")
    assert broker_check(folder) is None


@pytest.mark.parametrize("name", [
    "", 65 * "a", ".a", "..", "a/b", "../a", "a b", "\u00e4", "a:b", "authkey"])
def test_ids_that_are_none(tool, folder, name):
    for verb in ("add", "rm"):
        done = tool("key", verb, folder, name, *(
            ["--all-rights"] if verb == "add" else []))
        assert done.returncode == 2, done
    assert not folder.exists()


@pytest.mark.parametrize("left", ["json", "key"])
def test_what_is_there_is_left_alone(add, tool, folder, left):
    add("a", "--all-rights")
    os.unlink(folder / ("a.key" if left == "json" else "a.json"))
    before = (folder / f"a.{left}").read_bytes()
    done = tool("key", "add", folder, "a", "--right", "get")
    assert done.returncode == 1 and f"a.{left} is there already" in done.stderr
    assert files(folder) == [f"a.{left}"]
    assert (folder / f"a.{left}").read_bytes() == before


def test_a_link_is_there_too(add, tool, folder, tmp_path):
    add("a", "--all-rights")
    os.symlink(tmp_path / "elsewhere", folder / "b.key")
    assert tool("key", "add", folder, "b", "--all-rights").returncode == 1
    assert not (tmp_path / "elsewhere").exists()


def test_two_have_two_keys(add, folder):
    add("a", "--all-rights")
    add("b", "--all-rights")
    assert (folder / "a.key").read_bytes() != (folder / "b.key").read_bytes()


def test_many_at_once(add, folder, environment):
    """Of several that add one identity, one does."""
    running = [subprocess.Popen(
        [TOOL, "key", "add", folder, "a", "--right", f"get {number}"],
        stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        for number in range(8)]
    done = [(one.communicate(timeout=HANG), one.returncode) for one in running]
    assert sorted(status for _, status in done) == [0] + 7 * [1], done
    assert files(folder) == ["a.json", "a.key"]
    assert broker_check(folder) is None


# ---- Folders --------------------------------------------------------------

def verbs(folder):
    yield "add", folder, "b", "--all-rights"
    yield "ls", folder
    yield "rm", folder, "a"


@pytest.mark.parametrize("bits", [0o720, 0o702, 0o777])
def test_a_folder_that_others_can_change(add, tool, folder, bits):
    add("a", "--all-rights")
    folder.chmod(bits)
    for words in verbs(folder):
        done = tool("key", *words)
        assert done.returncode == 1 and "chmod go-w" in done.stderr
    assert files(folder) == ["a.json", "a.key"]
    assert broker_check(folder) is not None


def test_a_folder_of_somebody_else(add, tool, folder):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    add("a", "--all-rights")
    os.chown(folder, 12345, -1)
    for words in verbs(folder):
        done = tool("key", *words)
        assert done.returncode == 1 and "another user" in done.stderr


def test_what_is_no_folder(tool, tmp_path):
    (tmp_path / "file").touch()
    for place, words in ((place, words)
                         for place in ("file", "file/keys", "none/keys")
                         for words in verbs(tmp_path / place)):
        done = tool("key", *words)
        assert done.returncode == 1 and str(tmp_path) in done.stderr, words
    assert os.listdir(tmp_path) == ["file"] or "key" in os.listdir(tmp_path)


# ---- Locked ---------------------------------------------------------------

def test_a_lock_on_the_folder_holds_nobody_up(add, tool, folder):
    """Which all can take who can read it."""
    add("a", "--all-rights")
    folder.chmod(0o755)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        for words in verbs(folder):
            assert tool("key", *words).returncode == 0, words
    finally:
        os.close(descriptor)
    assert files(folder) == ["b.json", "b.key"]


@pytest.mark.parametrize("umask", [0, 0o077, 0o777])
def test_nobody_else_can_open_the_lock(tool, folder, umask):
    for name in ("a", "b"):
        assert tool("key", "add", folder, name, "--all-rights",
                    umask=umask).returncode == 0
    assert mode(folder / ".lock") == 0o600
    assert broker_check(folder) is None


@pytest.mark.parametrize("made", ["link", "folder"])
def test_a_lock_that_is_no_file(add, tool, folder, made):
    add("a", "--all-rights")
    os.unlink(folder / ".lock")
    if made == "link":
        os.symlink(folder.parent / "elsewhere", folder / ".lock")
    else:
        os.mkdir(folder / ".lock")
    done = tool("key", "rm", folder, "a")
    assert done.returncode == 1 and ".lock" in done.stderr
    assert not (folder.parent / "elsewhere").exists()
    assert files(folder) == ["a.json", "a.key"]


def test_who_changes_it_keeps_others_waiting_but_not_for_ever(
        add, tool, folder):
    add("a", "--all-rights")
    with open(folder / ".lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert tool("key", "ls", folder).returncode == 0
        for words in (("add", folder, "b", "--all-rights"),
                      ("rm", folder, "a")):
            done = tool("key", *words)
            assert done.returncode == 124, done
            assert str(folder / ".lock") in done.stderr
            assert done.stderr.count("\n") == 1
        assert files(folder) == ["a.json", "a.key"]
    assert tool("key", "rm", folder, "a").returncode == 0


def test_who_waits_goes_on_when_the_other_is_done(add, folder, environment):
    if not shutil.which("strace"):
        pytest.skip("no strace to see it wait with")
    add("a", "--all-rights")
    with open(folder / ".lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            ["strace", "-qq", "-e", "trace=flock", TOOL, "key", "rm", folder,
             "a"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**environment, "ASAN_OPTIONS": "detect_leaks=0"})
        assert "EAGAIN" in waiting.stderr.readline()
    waiting.communicate(timeout=HANG)
    assert waiting.returncode == 0
    assert files(folder) == []


# ---- Interrupted ----------------------------------------------------------

def disturbed_at(call, number, what, *words):
    """Runs the tool, and has that happen at its so many-th such call."""
    if not shutil.which("strace"):
        pytest.skip("no strace to disturb it with")
    return subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
         f"inject={call}:{what}:when={number}", TOOL, "key",
         *map(str, words)], capture_output=True, timeout=HANG, text=True,
        env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})


def killed_at(call, number, *words):
    return disturbed_at(call, number, "signal=KILL", *words).returncode != 0


@pytest.mark.parametrize("call,number", [
    ("linkat", 1), ("linkat", 2), ("unlinkat", 3), ("unlinkat", 4),
    ("fsync", 1), ("fsync", 2), ("fsync", 3), ("fsync", 4)])
def test_adding_that_is_interrupted_opens_nothing(add, tool, folder, call,
                                                  number):
    add("other", "--right", "list")
    assert killed_at(call, number, "add", folder, "a", "--right", "get",
                     "--certificate", "a")
    there = {name for name in os.listdir(folder) if name[0] != "."}
    assert "a.json" not in there or "a.key" in there
    if "a.json" in there:
        assert members(folder, "a") == {
            "rights": ["get"], "certificates": ["a"]}
    if "a.key" in there:
        assert len((folder / "a.key").read_bytes()) == 64
    assert (broker_check(folder) is None) == (("a.json" in there)
                                              == ("a.key" in there))
    # It can be taken up again.
    if there & {"a.key", "a.json"}:
        assert tool("key", "rm", folder, "a").returncode == 0
    add("a", "--right", "get")
    assert files(folder) == [
        "a.json", "a.key", "other.json", "other.key"]


@pytest.mark.parametrize("call,number", [
    ("linkat", 1), ("linkat", 2),
    ("fsync", 1), ("fsync", 2), ("fsync", 3), ("fsync", 4)])
def test_adding_that_fails_leaves_nothing(add, tool, folder, call, number):
    add("other", "--right", "list")
    done = disturbed_at(call, number, "error=ENOSPC", "add", folder, "a",
                        "--right", "get")
    assert done.returncode == 1 and "No space left" in done.stderr, done
    assert files(folder) == ["other.json", "other.key"]
    assert broker_check(folder) is None
    add("a", "--right", "get")


@pytest.mark.parametrize("ending", ["key", "json"])
def test_adding_that_fails_removes_nothing_of_others(add, folder, ending):
    """Who made the file in between is not this program."""
    add("other", "--right", "list")
    (folder / f"other.{ending}").rename(folder / f"a.{ending}")
    assert disturbed_at("faccessat2", "1+", "error=ENOENT", "add", folder, "a",
                        "--right", "get").returncode == 1
    assert f"a.{ending}" in files(folder)
    assert len([name for name in files(folder) if name[0] == "a"]) == 1


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_removing_that_is_interrupted_opens_nothing(add, tool, folder, number):
    add("other", "--right", "list")
    add("a", "--right", "get", "--certificate", "a")
    assert killed_at("unlinkat", number, "rm", folder, "a")
    there = os.listdir(folder)
    assert "a.json" not in there or "a.key" in there
    if "a.key" in there:
        assert tool("key", "rm", folder, "a").returncode == 0
    assert files(folder) == ["other.json", "other.key"]


# ---- Removing -------------------------------------------------------------

def test_removing_leaves_nothing_behind(add, tool, folder):
    add("a", "--all-rights")
    add("b", "--all-rights")
    (folder / ".a.key.new").touch()
    done = tool("key", "rm", folder, "a")
    assert done.returncode == 0 and "kill -HUP" in done.stdout
    assert files(folder) == ["b.json", "b.key"]
    assert broker_check(folder) is None


def test_removing_what_is_not_there(add, tool, folder):
    add("a", "--all-rights")
    done = tool("key", "rm", folder, "b")
    assert done.returncode == 5 and "no identity b" in done.stderr


# ---- Beside the other verb ------------------------------------------------

def test_a_key_file_of_that_name(tool, tmp_path):
    assert tool("key", "add", cwd=tmp_path).returncode == 2
    assert tool("key", "./add", cwd=tmp_path).returncode == 0
    assert (tmp_path / "add").exists()


def test_a_broker_takes_what_was_added_and_removed(broker, tool, folder,
                                                   tmp_path, start):
    """As the whole of it is meant to be used."""
    assert tool("key", "add", folder, "one", "--right",
                "list").returncode == 0
    broker.program.process.kill()
    config = tmp_path / "with-keys.json"
    url = f"unix:{tmp_path}/keys-broker"
    config.write_text(json.dumps({"keys_dir": str(folder), "listen": [url]}))
    program = start(TIELINED, "--config", config, "--print-address")
    program.listening_at()

    def ls(name):
        return tool("ls", "--names", "--url", url, "--authkey-file",
                    folder / f"{name}.key")
    assert ls("one").returncode == 0
    assert tool("key", "add", folder, "two", "--right", "get").returncode == 0
    shutil.copy(folder / "one.key", folder.parent / "old.key")
    assert tool("key", "rm", folder, "one").returncode == 0
    program.process.send_signal(1)
    while "reload" not in program.process.stderr.readline():
        pass
    assert ls("two").returncode == 8
    old = tool("ls", "--url", url, "--authkey-file", folder.parent / "old.key")
    assert old.returncode == 4
