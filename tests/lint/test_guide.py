# SPDX-License-Identifier: MIT
"""docs/guide.md: what it shows in C and in a shell works as shown, and its
tables are those of the broker."""

import os
import re
import subprocess

import pytest

from conftest import BUILD, HANG, ROOT

from .conftest import run

GUIDE = (ROOT / "docs/guide.md").read_text()
SECTIONS = dict(re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", GUIDE, re.M))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SKELETON = BLOCK.search(GUIDE).group(2)
BODY = "\nstatic int work(tieline_session *session, tieline_values *values)\n" \
       "{\n\tint result;\n\n%s\treturn result;\n}\n"
TASKS = [title for title, text in SECTIONS.items() if "```" in text]


# ---- Blocks, in their order

def said(block):
    """The commands of a shell block and what they print, as an expression."""
    commands = re.findall(r"^[$>] (.*\n)", block, re.M)
    printed = re.sub(r"^[$>] .*\n", "", block, flags=re.M)
    return "".join(commands), re.escape(printed).replace(r"\.\.\.", ".*")


class Reader:
    """Somebody with a broker, who tries what a section shows."""

    def __init__(self, start, installed, folder):
        self.folder = folder
        self.installed = installed
        self.environment = {
            **os.environ, "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder),
            "PATH": f"{BUILD / 'cli'}:{os.environ['PATH']}",
            "LD_LIBRARY_PATH": str(installed / "lib")}
        for name in ("XDG_CONFIG_HOME", "TIELINE_URL", "TIELINE_AUTHKEY_FILE"):
            self.environment.pop(name, None)
        folder.chmod(0o700)
        start(BUILD / "broker/tielined", "--print-address", "--listen",
              f"unix:{folder}/tieline.sock",
              env=self.environment).listening_at()
        self.functions = ""  # C that the next block calls
        self.printed = None  # by the last one in C

    def see(self, language, block):
        {"c": self.see_c, "console": self.see_console,
         "": self.see_output}[language](block)

    def see_c(self, block):
        assert not self.printed, "nothing shows what this prints"
        if block.startswith("static "):
            self.functions = block
            return
        body = re.sub("^(?=.)", "\t", block, flags=re.M)
        source = self.folder / "task.c"
        source.write_text(SKELETON + "\n" + self.functions + BODY % body)
        self.functions = ""
        run("cc", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
            "-I", self.installed / "include", source, "-o",
            self.folder / "task", "-L", self.installed / "lib", "-ltieline")
        self.printed = run(self.folder / "task", env=self.environment)

    def see_output(self, block):
        assert self.printed == block
        self.printed = None

    def see_console(self, block):
        commands, printed = said(block)
        done = subprocess.run(
            ["sh", "-c", commands], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=HANG)
        assert re.fullmatch(printed, done.stdout), done.stdout


@pytest.fixture
def reader(start, installed, tmp_path):
    return Reader(start, installed, tmp_path)


# What is shown before in another section.
BEFORE = {"How long objects stay, and how much fits":
          ["Shared dicts, lists, values"]}


@pytest.mark.parametrize("title", TASKS)
def test_what_is_shown_works(reader, title):
    for part in [*BEFORE.get(title, []), title]:
        for language, block in BLOCK.findall(SECTIONS[part]):
            reader.see(language, block)
    assert not reader.printed and not reader.functions


def test_what_is_printed_otherwise_is_found(reader):
    with pytest.raises(AssertionError):
        reader.see("console", "$ echo a\nb\n")
    reader.see("c", 'result = printf("a\\n");\n')
    with pytest.raises(AssertionError):
        reader.see("", "b\n")


# ---- Tables

def signature(name, parameters):
    """As the guide writes it."""
    words = [word + "..." if word.endswith("=") else word
             for word in parameters.split()]
    return f"{name}({', '.join(words)})"


def kinds():
    """Each kind's options and methods, as the broker has them."""
    found = {}
    for line in run(BUILD / "tests/model/model-tables").splitlines():
        what, name, rest = line.split(" ", 2)
        if what == "kind":
            options = [one for one in rest.split() if one.strip("*")]
            found[name] = (options, [])
            methods = found[name][1]
        else:
            methods.append(signature(name, rest))
    return found


def documented():
    found = {}
    for title, text in re.findall(r"^### (.*)\n((?:(?!^##).*\n?)*)",
                                  SECTIONS["Every kind"], re.M):
        options = re.search(r"^Options: ((?:.+\n)+)", text, re.M)
        options = re.findall("`([^`]+)`", options.group(1)) if options else []
        rows = re.findall(r"^\| (`.*?) \|", text, re.M)
        methods = [one for row in rows
                   for one in re.findall(r"`(\w+\([^`]*\))`", row)]
        title = title.replace("The broker itself", "broker")
        for name in title.split(", "):
            found[name] = (options, methods)
    return found


def test_the_guide_has_each_kind():
    assert set(documented()) == set(kinds())
    assert len(kinds()) > 15


@pytest.mark.parametrize("name", documented())
def test_tables_are_those_of_the_broker(name):
    options, methods = kinds()[name]
    shown_options, shown_methods = documented()[name]
    assert shown_options == options
    assert sorted(shown_methods) == sorted(methods)
