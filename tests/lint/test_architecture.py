# SPDX-License-Identifier: MIT
"""ARCHITECTURE.md names every file of the sources, and no other."""

import re
from fnmatch import fnmatch

from conftest import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text()
SOURCES = (".c", ".h", ".def", ".py")


def folder_of(title, above):
    return title if (ROOT / title).is_dir() else above


def tables(text):
    """Rows of tables of files: the folder that they are of, and the names."""
    chapter = folder = None
    is_of_files = False
    for line in text.splitlines():
        if line.startswith("## "):
            chapter = folder = folder_of(line[3:], None)
        elif line.startswith("### "):
            folder = folder_of(line[4:], chapter)
        elif line.startswith("| file"):
            is_of_files = True
        elif not line.startswith("|"):
            is_of_files = False
        elif is_of_files and folder and "`" in line:
            cell = line.split("|")[1]
            below = re.match(r" `(\w+)/`: ", cell)
            names = re.findall(r"`([\w.*-]+)`", cell)
            yield f"{folder}/{below.group(1)}" if below else folder, names


def named(text):
    """Patterns of names by folder."""
    found = {}
    for folder, names in tables(text):
        found.setdefault(folder, []).extend(names)
    return found


def is_named(path, pattern):
    return fnmatch(path.name, pattern) or fnmatch(path.stem, pattern)


def sources(folder):
    return [path for path in (ROOT / folder).iterdir()
            if path.suffix in SOURCES]


def wrong_names(text):
    """Files without a name, and names without a file."""
    for folder, patterns in named(text).items():
        files = sources(folder)
        for path in files:
            if not any(is_named(path, pattern) for pattern in patterns):
                yield str(path.relative_to(ROOT))
        for pattern in patterns:
            if not any(is_named(path, pattern) for path in files):
                yield f"{folder}: {pattern}"


def test_every_file_has_its_row_and_every_row_its_file():
    assert sorted(wrong_names(TEXT)) == []


def test_every_folder_has_its_table():
    folders = {str(path.parent.relative_to(ROOT))
               for top in ("proto", "system", "libclient", "broker", "cli",
                           "python")
               for path in (ROOT / top).rglob("*")
               if path.suffix in (".c", ".py")}
    assert folders == set(named(TEXT))


def test_every_folder_of_tests_has_its_row():
    folders = [path.name for path in (ROOT / "tests").iterdir()
               if path.is_dir() and not path.name.startswith("__")]
    rows = re.findall(r"^\| `tests/(\w+)` \|", TEXT, re.M)
    assert sorted(rows) == sorted(folders)


def test_no_file_has_two_rows():
    for folder, patterns in named(TEXT).items():
        assert sorted(set(patterns)) == sorted(patterns), folder


def test_a_wrong_name_is_found():
    text = TEXT.replace("| `grants` |", "| `gains` |")
    assert sorted(wrong_names(text)) \
        == ["broker/grants.c", "broker/grants.h", "broker: gains"]
