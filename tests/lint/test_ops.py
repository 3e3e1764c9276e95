# SPDX-License-Identifier: MIT
"""docs/protocol.md has every operation, flag, format and status of ops.def, in
the same words."""

import re

import pytest

from conftest import ROOT

TABLES = (ROOT / "proto" / "ops.def").read_text()
SECTION = (ROOT / "docs" / "protocol.md").read_text().split(
    "## 10. Sessions")[1].split("## 11.")[0]
ROWS = [[cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in SECTION.splitlines() if line.startswith("|")]


def entries(macro):
    """The arguments of each use of a macro, strings joined."""
    for use in re.findall(rf"^{macro}\((.*?)\)$", TABLES, re.M | re.S):
        yield [re.sub(r'^"|"$', "", re.sub(r'"\s*"', "", argument.strip()))
               for argument in re.split(r',\s*(?=(?:[^"]*"[^"]*")*[^"]*$)', use)]


EXPECTED = {
    "OP": lambda name, code, word, sender, payload, text: [
        f"{int(code, 16):02x}", word, sender.lower(), payload.lower(), text],
    "FLAG": lambda name, bit, word, text: [f"{int(bit):02x}", word, text],
    "STATUS": lambda name, code, exception, text: [
        code, name.lower(), exception, text],
}


@pytest.mark.parametrize("macro", EXPECTED)
def test_the_document_has_each_in_the_same_words(macro):
    wanted = [EXPECTED[macro](*entry) for entry in entries(macro)]
    assert len(wanted) > 3
    assert [row for row in wanted if row not in ROWS] == []


def test_the_document_has_each_format():
    formats = list(entries("FORMAT"))
    assert len(formats) == 4
    for name, code, word in formats:
        assert any(row[:2] == [code, word] for row in ROWS)


def test_the_document_has_no_others():
    words = {entry[2] for entry in entries("OP")}
    listed = {row[1] for row in ROWS
              if len(row) == 5 and re.fullmatch("[0-9a-f]{2}", row[0])}
    assert listed == words
