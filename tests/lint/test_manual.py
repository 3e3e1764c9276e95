# SPDX-License-Identifier: MIT
"""The manual pages: all there is to set and to say is in them."""

import json
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, HANG, ROOT

PAGES = BUILD / "docs/man"


def page(name):
    """The page in one line, without its markup."""
    if not shutil.which("scdoc"):
        pytest.skip("no scdoc to make manual pages with")
    roff = (PAGES / name).read_text()
    return " ".join(re.sub(r"\\f.|\\&|\\", "", roff).split())


def without_comments(text):
    return re.sub(r"^\s*//.*", "", text, flags=re.M)


def test_every_setting_is_explained_with_its_default():
    text = page("tielined.json.5")
    example = without_comments(
        (ROOT / "examples/tielined.json").read_text())
    settings = json.loads(example)
    assert len(settings) > 20
    for name, value in settings.items():
        assert " %s: " % name in text, name
        if isinstance(value, int):
            assert re.search(" %s: [^;]*; default %s " % (
                name, json.dumps(value)), text), name
    assert not re.search("@[a-z_]+@", text)


def test_every_right_and_what_an_identity_has_is_explained():
    text = page("tielined.json.5")
    source = (ROOT / "broker/rights.h").read_text()
    verbs = re.findall(r'X\([A-Z]+, "([a-z]+)"', source)
    assert len(verbs) == 15
    for word in verbs + ["rights", "not_before", "not_after", "uids",
                         "certificates"]:
        assert re.search(r" %s( NAME|:)? " % word, text), word


def test_every_option_is_explained():
    said = subprocess.run([BUILD / "broker/tielined", "--help"], text=True,
                          capture_output=True, timeout=HANG, check=True)
    options = set(re.findall(r"--[a-z-]+", said.stdout))
    assert "--check-config" in options
    assert set(re.findall(r"--[a-z-]+", page("tielined.8"))) == options


@pytest.mark.parametrize("name", ["tielined.8", "tielined.json.5"])
def test_a_page_names_no_file_that_is_not_there(name):
    for path in re.findall(r"examples/[a-z.]+[a-z]", page(name)):
        assert (ROOT / path).exists(), path
