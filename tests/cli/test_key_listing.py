# SPDX-License-Identifier: MIT
"""key ls: who is there, and what keeps a broker from taking the folder."""

import datetime
import json
import os
import re

import pytest

from .conftest import broker_check, rows


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
