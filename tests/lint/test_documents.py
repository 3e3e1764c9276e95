# SPDX-License-Identifier: MIT
"""What the documents show works as shown, and the messages are the ones
that are said."""

import contextlib
import os
import re

import pytest

from conftest import BUILD, HANG, ROOT

from .conftest import run

README = (ROOT / "README.md").read_text()
TROUBLE = (ROOT / "docs/troubleshooting.md").read_text()

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
INDENTED = re.compile(r"(?<=\n\n)(?: {4}.*\n(?:\n(?= {4}))?)+")


def without_indent(block):
    return re.sub("^ {4}", "", block, flags=re.M)


# ---- The first minute ------------------------------------------------------

class Section:
    """A chapter of the README: blocks by language, and lines of shell."""

    def __init__(self, title):
        text = re.search(rf"^## {title}\n(.*?)^## ", README,
                         re.M | re.S).group(1)
        self.blocks = dict(FENCED.findall(text))
        self.shell = [
            line for block in INDENTED.findall(FENCED.sub("", text))
            for line in re.sub(r"\\\n *", "", without_indent(block))
            .splitlines() if line]

    def command(self, part):
        """The one line of shell with that in it."""
        line, = (line for line in self.shell if part in line)
        return line

    def answer(self, part):
        """The line behind it."""
        return self.shell[self.shell.index(self.command(part)) + 1] + "\n"


FIRST = Section("The first minute")
HELD = Section("Queues, topics and locks")
OBJECTS = Section("Python's objects")


class Minute:
    """A user's folder, with a broker as the text has it but for its port."""

    def __init__(self, start, folder):
        self.start = start
        self.folder = folder
        self.environment = {
            **os.environ, "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder)}
        for name in ("XDG_CONFIG_HOME", "TIELINE_URL", "TIELINE_AUTHKEY_FILE"):
            self.environment.pop(name, None)
        (folder / "build").symlink_to(BUILD)
        (folder / ".config").mkdir()
        folder.chmod(0o700)
        broker = self.begin(FIRST.command("build/broker/tielined") +
                            " --print-address --listen tcp://127.0.0.1:0"
                            " --listen unix:$XDG_RUNTIME_DIR/tieline.sock")
        self.port = broker.listening_at().rpartition(":")[2]
        broker.listening_at()

    def begin(self, line):
        return self.start("sh", "-c", "exec " + line, cwd=self.folder,
                          env=self.environment)

    def run(self, *words, **environment):
        return run(*words, cwd=self.folder,
                   env={**self.environment, **environment})

    def here(self, text):
        """A text, at the broker's port."""
        assert "7600" in text
        return text.replace("7600", self.port)

    @contextlib.contextmanager
    def serving(self, line):
        """With that running, for which the broker would wait at its end."""
        server = self.begin(line)
        yield self
        server.stop()


@pytest.fixture
def folder(start, tmp_path):
    return Minute(start, tmp_path)


@pytest.fixture
def minute(folder):
    with folder.serving(FIRST.command("tieline listen greeter")):
        yield folder


def test_the_first_minute_of_a_shell(minute):
    assert minute.run("sh", "-c", FIRST.command("tieline dial greeter")) \
        == FIRST.answer("tieline dial greeter")


def test_the_first_minute_of_python(minute, python):
    said = minute.run(
        python, "-c", minute.here(FIRST.blocks["python"])).splitlines()
    assert "'ok': True" in said[0]
    assert said[1:] == ["b'hello, Python'"]


def compiled_and_run(minute, installed, source):
    """What a program prints, which is built as the text says."""
    (minute.folder / "client.c").write_text(minute.here(source))
    minute.run("sh", "-c", FIRST.command("cc client.c"),
               PKG_CONFIG_PATH=str(installed / "lib/pkgconfig"))
    return minute.run("./client", LD_LIBRARY_PATH=str(installed / "lib"))


def test_the_first_minute_of_c(minute, installed):
    # A busy machine has more time.
    source = FIRST.blocks["c"].replace(" 1000", " %d" % (1000 * HANG))
    assert compiled_and_run(minute, installed, source) == "hello, C\n"


# ---- Queues, topics and locks ----------------------------------------------

def test_queues_and_locks_of_a_shell(folder):
    folder.run("sh", "-c", HELD.command("put jobs"))
    for part in ("get jobs", "consume jobs", "lock door"):
        assert folder.run("sh", "-c", HELD.command(part)) \
            == HELD.answer(part)


def test_topics_of_a_shell(folder):
    subscriber = folder.begin(HELD.command("sub news"))
    pub = HELD.command("pub news")
    # Until it has subscribed there is no topic, or nobody at it.
    folder.run("sh", "-c", "until build/cli/tieline call news subscriptions "
                           "2>&1 | grep -q sport; do sleep 0.1; done")
    folder.run("sh", "-c", pub)
    assert subscriber.line() == "\t".join(pub.split()[-2:])


def test_queues_in_c(folder, installed):
    assert compiled_and_run(folder, installed, HELD.blocks["c"]) == "eat\n"


# ---- Python's objects ------------------------------------------------------

@pytest.fixture
def adder(folder):
    with folder.serving(folder.here(OBJECTS.command("examples/adder"))):
        yield folder


def test_objects_and_a_shell(adder):
    assert adder.run("sh", "-c", OBJECTS.command("dial adder")) \
        == OBJECTS.answer("dial adder")


def test_objects_and_python(adder, python):
    assert adder.run(python, "-c", adder.here(OBJECTS.blocks["python"])) \
        == OBJECTS.answer("dial adder")


def test_the_c_of_objects_is_that_of_the_example():
    assert OBJECTS.blocks["c"] in (ROOT / "examples/adder.c").read_text()


# ---- Messages --------------------------------------------------------------

STRING = r'"(?:[^"\\\n]|\\.)*"'
FORMAT = re.compile(r"%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[hlzj]*[a-zA-Z]")

# What formats are filled in with, in these messages.
VALUES = re.compile(r'tcp://[\d.]+:\d+|\d+|"x"|\.\.\.|SHA-256|raw MD5|'
                    r"\b(?:max_)?parked\b|\bQueue\b|"
                    + "|".join(map(re.escape, map(os.strerror, (98, 111)))))


def plain(text):
    """With nothing of what may be filled in."""
    return VALUES.sub("\0", text)


def fragments():
    """The texts in the sources between what is filled in, longest first."""
    found = set()
    for folder in ("proto", "system", "libclient", "broker", "cli"):
        for path in filter(lambda path: path.suffix in (".c", ".h", ".def"),
                           (ROOT / folder).rglob("*.*")):
            text = path.read_text().replace("'\"'", "").replace("\\\n", " ")
            text = re.sub(r"\bPRI([du])64\b", r'"\1"', text)
            for strings in re.findall(rf"{STRING}(?:\s*{STRING})*", text):
                whole = "".join(part[1:-1]
                                for part in re.findall(STRING, strings))
                parts = FORMAT.split(re.sub(r"\\(.)", r"\1", whole))
                found.update(plain(part).strip(' ":') for part in parts
                             if " " in part)
    return sorted(filter(None, found), key=len, reverse=True)


def messages():
    """What is quoted and reads like a sentence of ours."""
    quoted = re.findall(r"`([^`]+)`", TROUBLE) + [
        without_indent(block) for block in INDENTED.findall(TROUBLE)]
    for text in quoted:
        text = " ".join(text.split())
        text = text.replace("multiprocessing.managers.RemoteError: ", "")
        if re.search(r"([a-z']+,? ){3}[a-z]|^cannot ", text) \
                and not re.match(r"\w+Error", text) and "= shared" not in text:
            yield text


def is_said(message, known):
    message = plain(message)
    for fragment in known:
        message = re.sub(rf"(?<!\w){re.escape(fragment)}(?!\w)", "\0", message)
    return not re.sub(r'[\0\s:"().]', "", message)


def test_messages_in_the_documents_are_said():
    known = fragments()
    assert len([*messages()]) > 10
    assert [text for text in messages() if not is_said(text, known)] == []


def test_a_message_that_nobody_says_is_found():
    known = fragments()
    for text in messages():
        word = max(re.findall(r"[a-z]+", text), key=len)
        assert not is_said(text.replace(word, word + "ly"), known), text
