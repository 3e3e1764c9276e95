# SPDX-License-Identifier: MIT
"""key add, key ls, key rm: a folder of identities, which a broker takes
whatever happens in between."""

import datetime
import fcntl
import json
import os
import re
import shutil
import stat
import subprocess

import pytest

from conftest import BUILD, HANG, ROOT, ended_broker

from .conftest import TOOL, rows

TIELINED = BUILD / "broker/tielined"
RIGHTS = re.findall(r'^\tX\(\w+, "(\w+)", (true|false),',
                    (ROOT / "broker/rights.h").read_text(), re.M)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def add(tool, folder):
    """Adds an identity, which must go well: add(id, *options)."""
    def run(name, *options):
        done = tool("key", "add", folder, name, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run


def broker_check(folder):
    """What a broker says of the folder; None if it takes it."""
    config = folder.parent / "tielined.json"
    config.write_text(json.dumps({
        "keys_dir": str(folder), "listen": [f"unix:{folder.parent}/socket"]}))
    done = ended_broker("--check-config", "--config", config)
    return done.stderr if done.returncode else None


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


# ---- Listing --------------------------------------------------------------

def test_a_table(add, tool, folder):
    add("a", "--right", "get x", "--right", "list")
    add("b", "--all-rights", "--not-before", "2100-01-01")
    add("c", "--all-rights", "--not-after", "2001-01-01")
    done = tool("key", "ls", folder)
    assert done.returncode == 0
    assert [re.split("  +", line) for line in done.stdout.splitlines()] == [
        ["ID", "VALID", "FROM", "UNTIL", "KEY", "RIGHTS"],
        ["a", "yes", "-", "-", "yes", "get x, list"],
        ["b", "not yet", "2100-01-01", "-", "yes", "all"],
        ["c", "no more", "-", "2001-01-01", "yes", "all"]]


def test_json(add, tool, folder):
    add("a", "--right", "get x", "--certificate", "c", "--uid", "0")
    done = tool("key", "ls", folder, "--json")
    assert rows(done.stdout) == [{
        "id": "a", "valid": "yes", "key": True, "rights": ["get x"],
        "certificates": ["c"], "uids": [0]}]


def test_today_is_valid_to_its_end(add, tool, folder):
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    add("a", "--all-rights", "--not-after", today)
    later = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    valid, = rows(tool("key", "ls", folder, "--json").stdout)
    assert valid["valid"] == ("yes" if today == later else "no more")


def test_keys_are_never_shown(add, tool, folder):
    add("a", "--all-rights")
    key = (folder / "a.key").read_text()
    for options in ((), ("--json",)):
        done = tool("key", "ls", folder, *options)
        assert key not in done.stdout + done.stderr


def test_comments_and_identities_without_a_key(tool, add, folder):
    add("a", "--all-rights")
    (folder / "b.json").write_text(
        '// by hand\n{"rights": [], /* none */ "certificates": ["b"]}\n')
    assert broker_check(folder) is None
    done = tool("key", "ls", folder, "--json")
    assert done.returncode == 0
    assert rows(done.stdout)[1] == {
        "id": "b", "valid": "yes", "key": False, "rights": [],
        "certificates": ["b"]}


ELSE = '"rights": ["all"], '

REFUSED_FILES = {
    "nothing": "", "a list": "[]", "cut": "{", "no member": "{}",
    "nonsense": "nonsense", "null": "null",
    "no rights": '{"not_after": "2100-01-01"}',
    "rights that are a text": '{"rights": "all"}',
    "rights that are null": '{"rights": null}',
    "rights that are an object": '{"rights": {}}',
    "a right that is a number": '{"rights": [1]}',
    "a right that is null": '{"rights": [null]}',
    "a list of rights in rights": '{"rights": [["all"]]}',
    "an unknown verb": '{"rights": ["all", "bogus"]}',
    "a long right": json.dumps({"rights": [200 * "\u00e4"]}),
    "a long right, cut elsewhere":
        json.dumps({"rights": ["." + 200 * "\u00e4"]}),
    "no pattern": '{"rights": ["dial \\u0007"]}',
    "an escaped NUL": '{"rights": ["all\\u0000"]}',
    "too many rights": json.dumps({"rights": ["get a"] * 1001}),
    "an unknown member": '{%s"right": []}' % ELSE,
    "an unknown member that a list has": '{%s"valid": "yes"}' % ELSE,
    "other letters": '{%s"Uids": []}' % ELSE,
    "a key twice": '{%s"rights": []}' % ELSE,
    "the same twice, escaped": '{%s"right\\u0073": []}' % ELSE,
    "a uid that is a list": '{%s"uids": [[0]]}' % ELSE,
    "a uid that is true": '{%s"uids": [true]}' % ELSE,
    "a uid with a fraction": '{%s"uids": [0.5]}' % ELSE,
    "a uid below 0": '{%s"uids": [-1]}' % ELSE,
    "a uid that is too large": '{%s"uids": [4294967296]}' % ELSE,
    "a uid that is huge": '{%s"uids": [1e999]}' % ELSE,
    "a uid that is nobody": '{%s"uids": ["no such user"]}' % ELSE,
    "too many uids": json.dumps({"rights": [], "uids": [0] * 65}),
    "uids that are a number": '{%s"uids": 0}' % ELSE,
    "a certificate without a name": '{%s"certificates": [""]}' % ELSE,
    "a name that is a number": '{%s"certificates": [1]}' % ELSE,
    "a name that is too long":
        json.dumps({"rights": [], "certificates": [2049 * "n"]}),
    "too many certificates":
        json.dumps({"rights": [], "certificates": ["n"] * 17}),
    "certificates that are a text": '{%s"certificates": "n"}' % ELSE,
    "a time that is a number": '{%s"not_after": 1}' % ELSE,
    "a time that is null": '{%s"not_after": null}' % ELSE,
    "a time that is none": '{%s"not_before": "soon"}' % ELSE,
    "times the wrong way round":
        '{%s"not_before": "2101-01-01", "not_after": "2100-01-01"}' % ELSE,
    "something behind it": '{"rights": []} {}',
    "a comma too many": '{"rights": ["all",]}',
    "numbers in two parts": '{%s"uids": [1 2]}' % ELSE,
    "a word in two parts": '{%s"uids": nu ll}' % ELSE,
    "a number that starts with 0": '{%s"uids": [01]}' % ELSE,
    "a newline in a text": '{"rights": ["all\n"]}',
    "a comment that does not end": '{"rights": []} /* ',
    "half a comment": '{"rights": []} / ',
    "no UTF-8": b'{"rights": [], "certificates": ["caf\xe9"]}',
    "a byte order mark": '\ufeff{"rights": []}',
    "too long": '{"rights": []}' + " " * (1 << 20),
}


def expect_both_to_refuse(tool, folder, name="a"):
    done = tool("key", "ls", folder)
    assert done.returncode == 1, done
    assert f": {name}.json: " in done.stderr, done
    assert "no broker takes this folder" in done.stderr
    assert done.stderr.count("\n") == 1 and "\a" not in done.stderr
    row, = [row for row in rows(tool("key", "ls", folder, "--json").stdout)
            if row["id"] == name]
    assert row["valid"] == "?" and row["error"]
    assert broker_check(folder) is not None
    return done


@pytest.mark.parametrize("content", REFUSED_FILES.values(),
                         ids=REFUSED_FILES.keys())
def test_files_that_no_broker_takes_are_told(add, tool, folder, content):
    add("a", "--all-rights")
    add("good", "--all-rights")
    (folder / "a.json").write_bytes(
        content if isinstance(content, bytes) else content.encode())
    done = expect_both_to_refuse(tool, folder)
    assert re.search("^good +yes", done.stdout, re.M)
    assert re.search(r"^a +\?", done.stdout, re.M)


def without_json(folder):
    (folder / "a.json").unlink()


def without_key(folder):
    (folder / "a.key").unlink()


def with_users_of_no_key(folder):
    without_key(folder)
    (folder / "a.json").write_text(
        '{"rights": [], "uids": [0], "certificates": ["n"]}')


def for_others_to_change(folder):
    (folder / "a.json").chmod(0o620)


def of_somebody_else(folder):
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(folder / "a.json", 12345, -1)


def behind_a_link(folder):
    (folder / "a.json").rename(folder / "elsewhere")
    (folder / "a.json").symlink_to("elsewhere")


def as_a_pipe(folder):
    without_json(folder)
    os.mkfifo(folder / "a.json")


def as_a_folder(folder):
    without_json(folder)
    (folder / "a.json").mkdir()


@pytest.mark.parametrize("spoil", [
    without_json, without_key, with_users_of_no_key, for_others_to_change,
    of_somebody_else, behind_a_link, as_a_pipe, as_a_folder],
    ids=lambda spoil: spoil.__name__)
def test_identities_that_no_broker_takes_are_told(add, tool, folder, spoil):
    add("a", "--all-rights")
    add("good", "--all-rights")
    spoil(folder)
    expect_both_to_refuse(tool, folder)


@pytest.mark.parametrize("name", ["authkey", 65 * "a", "a b", "\u00e4"])
def test_names_that_no_broker_takes_are_told(add, tool, folder, name):
    add("good", "--all-rights")
    (folder / f"{name}.json").write_text('{"rights": []}')
    expect_both_to_refuse(tool, folder, name)


def test_two_with_one_certificate_are_told(add, tool, folder):
    add("other", "--all-rights", "--certificate", "m", "--certificate", "n")
    add("a", "--all-rights")
    (folder / "a.json").write_text(
        '{"rights": [], "certificates": ["x", "n"]}')
    expect_both_to_refuse(tool, folder, "other")


TAKEN_FILES = [
    '{"rights": []}', '{"rights": ["all", "get", "get a*", "list"]}',
    json.dumps({"rights": ["get a"] * 1000 + ["get"] * 1000}),
    json.dumps({"rights": [], "uids": [0] * 64, "certificates": ["n"] * 16}),
    '{%s"uids": ["root", 0, 4294967295, 1e3]}' % ELSE,
    '{%s"uids": [], "certificates": []}' % ELSE,
    '{%s"certificates": ["// no /* comment \\" // \\\\"]} // one' % ELSE,
    '/**/{"rights"/***/:/*"*/[ // "\n"all"]}\n//',
    '{%s"certificates": ["\\u00e4\\\\u0000"]}' % ELSE,
    '{"\\u0072ights": ["all"]}',
]


@pytest.mark.parametrize("content", TAKEN_FILES, ids=range(len(TAKEN_FILES)))
def test_files_that_a_broker_takes(add, tool, folder, content):
    add("a", "--all-rights")
    (folder / "a.json").write_text(content)
    assert broker_check(folder) is None
    done = tool("key", "ls", folder, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    row, = rows(done.stdout)
    assert row["valid"] == "yes"


def test_what_is_no_identity_is_passed_over(add, tool, folder):
    add("a", "--all-rights")
    for name in (".b.json", ".json", "c.json.bak", "README"):
        (folder / name).touch()
    done = tool("key", "ls", folder, "--json")
    assert [row["id"] for row in rows(done.stdout)] == ["a"]
    assert broker_check(folder) is None


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
