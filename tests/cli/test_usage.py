# SPDX-License-Identifier: MIT
"""The command line, the help, the manual page and the completions."""

import re
import shutil
import subprocess

import pytest

from conftest import HANG, ROOT

from .conftest import TOOL

MANUAL = (ROOT / "docs/man/tieline.1.scd").read_text()
STATUSES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 124]


def say(*words):
    done = subprocess.run([TOOL, *words], text=True, capture_output=True,
                          timeout=HANG)
    assert done.returncode == 0, done.stderr
    return done.stdout


# The table in the source, so that tests are found without a build.
VERBS = re.findall(r'^\t\{"([a-z ]+)", "',
                   (ROOT / "cli/verbs.c").read_text(), re.M)


def options_of(verb=""):
    words = verb.split()
    return set(re.findall(r"^  (?:-\w, )?--([\w-]+)", say(*words, "--help"),
                          re.M))


@pytest.mark.parametrize("verb", VERBS)
class TestEachVerb:
    def test_is_explained(self, verb):
        assert say(*verb.split(), "--help").startswith(
            f"usage: tieline {verb} ")
        assert options_of(verb) >= options_of()

    def test_is_in_the_manual_page(self, verb):
        assert re.search(rf"^\*{verb}\*", MANUAL, re.M)
        for option in options_of(verb):
            assert re.search(rf"^(\*-.\*( _\w+_)?, )?\*--{option}\*",
                             MANUAL, re.M), option

    @pytest.mark.parametrize("shell", ["bash", "zsh"])
    def test_is_in_the_completions(self, verb, shell):
        script = say("completion", shell)
        assert re.search(rf"\b{verb}\b", script)
        for option in options_of(verb):
            assert f"--{option}" in script

    def test_takes_no_word_too_many(self, tool, verb):
        usage = say(*verb.split(), "--help").splitlines()[0]
        if "...]" in usage.replace("[OPTION...]", "") or "NAME..." in usage:
            return
        done = tool(*verb.split(), "a", "b", "c", "d")
        assert done.returncode == 2
        assert f"usage: tieline {verb}" in done.stderr


def test_all_verbs_are_in_the_help():
    text = say("--help").split("Verbs:")[1].split("\n\n")[0]
    assert re.findall(r"^  ([a-z]+(?: (?:add|ls|rm)\b)?)", text, re.M) == VERBS


def test_every_status_is_in_the_help_and_the_manual_page():
    text = say("--help").split("Exit statuses:")[1]
    assert [int(status) for status in re.findall(r"^ +(\d+)  ", text, re.M)] \
        == STATUSES
    section = MANUAL.split("# EXIT STATUS")[1].split("# ENV")[0]
    assert [int(status) for status in re.findall(r"^\*(\d+)\*$", section,
                                                 re.M)] == STATUSES


def test_no_line_of_help_is_too_long():
    for words in [(), *(verb.split() for verb in VERBS)]:
        lines = say(*words, "--help").splitlines()
        assert max(map(len, lines)) <= 80
        assert not [line for line in lines if line != line.rstrip()]


def test_the_version_is_the_librarys():
    header = (ROOT / "include/tieline/codes.h").read_text()
    version = re.search(r'TIELINE_VERSION\s+"(.*?)"', header).group(1)
    assert say("--version") == f"tieline {version}\n"
    assert say("ls", "-V") == f"tieline {version}\n"


@pytest.mark.parametrize("words,complaint", [
    ((), "no verb"),
    (("nonsense",), "nonsense: there is no such verb"),
    (("nonsense", "--help"), "nonsense: there is no such verb"),
    (("ping", "--nonsense"), "--nonsense: there is no such option"),
    (("ping", "-x"), "there is no such option"),
    (("ping", "-kx"), "-x: there is no such option"),
    (("ping", "--target"), "--target: it may be --target-authkey-file or "
                           "--target-no-authkey"),
    (("ping", "--target=x"), "it may be --target-authkey-file or"),
    (("key", "--json"), "key: --json is no option of this verb"),
    (("dial", "--json", "x"), "dial: --json needs --value: see tieline dial"),
    (("pipe", "--raw", "x", "--value"), "pipe: --raw does not go with --value"),
    (("expose", "--value", "x", "y"), "expose: --value is no option of this"),
    (("pickle", "--json", "x"), "pickle: --json is no option of this verb"),
    (("ping", "--backlog", "1"), "ping: --backlog is no option of this verb"),
    (("listen", "--limit=3", "x"), "listen: --limit is no option"),
    (("ping", "--json=1"), "--json takes no argument"),
    (("ping", "--timeout"), "SECONDS is missing"),
    (("ping", "--timeout", "soon"), "timeout: 'soon' is not a number of"),
    (("ping", "--timeout", ""), "timeout: '' is not"),
    (("ping", "--timeout", "-1"), "timeout: '-1' is not"),
    (("ping", "--timeout", "nan"), "timeout: 'nan' is not"),
    (("ping", "--timeout", "1e9"), "timeout: '1e9' is not"),
    (("dial", "x", "-q", "1s"), "quit-after: '1s' is not"),
    (("ping", "--count", "0"), "count: '0' is not a whole number"),
    (("ping", "--count", "-3"), "count: '-3' is not"),
    (("ping", "--count", "2x"), "count: '2x' is not"),
    (("ping", "--count", "99999999999999999999"), "is not a whole number"),
    (("listen",), "listen: too few arguments: usage: tieline listen NAME"),
    (("expose", "x"), "expose: too few arguments"),
    (("expose", "x", "ftp://host"), "ftp://host: the program's address"),
    (("expose", "x", "unix:/a#b"), "the program's address"),
    (("expose", "x", "tcp://host"), "tcp://host: host:port is missing"),
    (("expose", "x", "tcp://:80"), "host:port is missing"),
    (("expose", "x", "unix:/" + 400 * "x"), "the program's address"),
    (("dial", "x", "--url", "unix:/a#b"), "a broker's address has no #name"),
    (("dial", "x", "--url", "ftp://a"), "ftp://a"),
    (("dial", "x", "--url", "unix:" + 600 * "x"), "too long"),
    (("dial", 600 * "x", "--url", "unix:/a"), "xxx: a name has 1 to 128"),
    (("dial", 129 * "x", "--url", "unix:/a"), "xxx: a name has 1 to 128"),
    (("dial", "no name", "--url", "unix:/a"), "tieline: no name: a name has"),
    (("dial", "", "--url", "unix:/a"), "a name has 1 to 128 letters"),
    (("listen", "n\u00e4me", "--url", "unix:/a"), "letters, digits and . _ -"),
    (("put",), "put: too few arguments: usage: tieline put NAME [ITEM...]"),
    (("put", "x", "--raw", "--json"), "put: --json does not go with --raw"),
    (("put", "x", "--kind", "Heap"), "Heap: no kind of queue"),
    (("put", "x", "--header", "no"), "header: 'no' is not NAME=VALUE"),
    (("put", "x", "--header", "=v"), "header: '=v' is not NAME=VALUE"),
    (("put", "x", *17 * ("--header", "a=b")), "can be given 16 times"),
    (("put", "x", "--priority", "1.5"), "priority: '1.5' is not a whole"),
    (("put", "x", "--priority", "9" * 30), "is not a whole number"),
    (("get", "x", "--value", "--json"), "get: --json does not go with --value"),
    (("consume", "x", "-j", "2"), "consume: --jobs needs --exec"),
    (("consume", "x", "-j", "200", "--exec", "true"), "can be 128 at most"),
    (("peek", "x", "--exec", "y"), "peek: --exec is no option of this verb"),
    (("pub", "x"), "pub: too few arguments"),
    (("ls", "--names", "--connections"), "--connections does not go with"),
    (("lock", "x"), "lock: too few arguments"),
    (("call", "x"), "call: too few arguments"),
    (("call", "x", "y", "[1,"), "[1,: it is no argument"),
    (("call", "x", "y", "a=[1,"), "[1,: it is no argument"),
    (("call", "x", "y", "--option", "a=[1,"), "[1,: it is no argument"),
    (("completion", "fish"), "fish: no completions for that shell"),
])
def test_wrong_usage(tool, words, complaint):
    done = tool(*words)
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("tieline: ") and complaint in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("words", [
    ("--json", "ping", "--timeout", "50"),
    ("--timeout=50", "--json", "ping"),
    ("ping", "--timeout", "50", "--json", "--"),
])
def test_options_stand_before_or_behind_the_verb(tool, broker, words):
    for environment in ({}, {"POSIXLY_CORRECT": "1"}):
        done = tool(*words, env=environment)
        assert done.returncode == 0, done
        assert done.stdout.startswith('{"ok":true')


def test_what_stands_behind_two_dashes_is_no_option(tool):
    done = tool("--", "--help")
    assert done.returncode == 2
    assert "--help: there is no such verb" in done.stderr


def test_options_come_before_the_environment_and_that_before_defaults(
        tool, broker, tmp_path):
    wrong = {"TIELINE_URL": f"unix:{tmp_path}/nobody"}
    assert tool("ping", env=wrong).returncode == 3
    assert tool("ping", "--url", broker.url, env=wrong).returncode == 0
    default = {"TIELINE_URL": "", "XDG_RUNTIME_DIR": str(tmp_path)}
    done = tool("ping", env=default)
    assert done.returncode == 3
    assert done.stderr == (
        f"tieline: cannot connect to unix:{tmp_path}/tieline.sock: "
        "No such file or directory: is tielined running?\n")


def test_the_default_key_file_is_looked_for(tool, tmp_path):
    place = {"TIELINE_AUTHKEY_FILE": "", "XDG_CONFIG_HOME": str(tmp_path)}
    done = tool("ping", "--url", "unix:/nowhere", env=place)
    assert done.returncode == 4
    assert f"{tmp_path}/tieline/authkey" in done.stderr
    assert done.stderr.endswith(
        ": is tielined running? It makes the key at its first start\n")
    given = tool("ping", "--url", "unix:/nowhere", "--authkey-file",
                 tmp_path / "none", env=place)
    assert given.returncode == 4
    assert "is tielined running" not in given.stderr


def test_output_that_cannot_be_written_is_an_error(tool):
    with open("/dev/full", "w") as full:
        done = tool("--help", stdout=full)
    assert done.returncode == 1
    assert "standard output: No space left on device" in done.stderr


def test_closed_standard_descriptors_do_no_harm(broker, environment):
    environment["TIELINE_URL"] = broker.url
    for closed in ("<&-", ">&-", "<&- >&- 2>&-"):
        done = subprocess.run(["sh", "-c", f'"{TOOL}" ping {closed}'],
                              env=environment, timeout=HANG)
        assert done.returncode == 0


# ---- Completions ----------------------------------------------------------

def bash(script):
    done = subprocess.run(
        ["bash", "--norc", "-c", f"source <({TOOL} completion bash)\n{script}"],
        text=True, capture_output=True, timeout=HANG)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def completed(*words):
    line = " ".join(f'"{word}"' for word in ("tieline", *words))
    return bash(f"""COMP_WORDS=({line}) COMP_CWORD={len(words)}
_tieline; printf '%s\\n' "${{COMPREPLY[@]}}" """).split()


def test_bash_takes_the_completions():
    assert "-F _tieline tieline" in bash("complete -p tieline")


def test_bash_completes_verbs_options_and_files(tmp_path):
    (tmp_path / "secret.key").touch()
    assert completed("l") == ["ls", "listen", "lock"]
    assert set(completed("")) >= {verb.split()[0] for verb in VERBS}
    assert "add" not in completed("")
    assert completed("key", "l") == ["ls"]
    assert completed("key", "add", "--all-r") == ["--all-rights"]
    assert completed("key", "ls", "--all-r") == []
    assert completed("--aut") == ["--authkey-file"]
    assert completed("listen", "name", "--ex") == ["--exec", "--exclusive"]
    assert completed("--json", "ls", "--li") == ["--limit"]
    assert completed("dial", "--li") == []
    assert completed("completion", "z") == ["zsh"]
    assert completed("ping", "--authkey-file", f"{tmp_path}/sec") == [
        f"{tmp_path}/secret.key"]
    assert completed("ping", "--url", "") == []


def test_zsh_takes_the_completions(tmp_path):
    if not shutil.which("zsh"):
        pytest.skip("no zsh on this machine")
    script = tmp_path / "_tieline"
    script.write_text(say("completion", "zsh"))
    done = subprocess.run(
        ["zsh", "-f", "-c", f"autoload -U compinit; compinit -u -D\n"
         f"source {script}\nprint $_comps[tieline]"],
        text=True, capture_output=True, timeout=HANG)
    assert done.stdout.strip() == "_tieline", done.stderr
