# SPDX-License-Identifier: MIT
"""The library as it is installed: symbols, headers, pkg-config, flags."""

import re
import shutil

import pytest

from conftest import BUILD, ROOT

from .conftest import run

HEADERS = sorted((ROOT / "include/tieline").glob("*.h"))


def declared():
    return {name for header in HEADERS
            for name in re.findall(r"\b(tieline_\w+)\(",
                                   re.sub(r"/\*.*?\*/|static inline.*?\n}", "",
                                          header.read_text(), flags=re.S))}


def test_exactly_what_the_headers_declare_is_exported(installed):
    lines = run("nm", "-D", "--defined-only",
                installed / "lib/libtieline.so").splitlines()
    names = {line.split()[-1].split("@")[0] for line in lines}
    assert names - {"TIELINE_0"} == declared()


def test_the_library_has_a_soname_and_needs_little(installed):
    dynamic = run("readelf", "-d", installed / "lib/libtieline.so")
    assert "Library soname: [libtieline.so.0]" in dynamic
    needed = set(re.findall(r"NEEDED.*\[(.*?)\.so", dynamic))
    assert {name.split("-")[0] for name in needed} == {
        "libssl", "libcrypto", "libcjson", "libc", "ld"}
    assert "BIND_NOW" in dynamic or "NOW" in dynamic


def test_the_stack_is_not_executable_and_relocations_are_read_only(installed):
    segments = run("readelf", "-lW", installed / "lib/libtieline.so")
    assert "GNU_RELRO" in segments
    assert re.search(r"GNU_STACK.*\bRW\b", segments)
    symbols = run("nm", "-D", installed / "lib/libtieline.so")
    assert "__stack_chk_fail" in symbols


PROGRAM = """
#include <tieline/tieline.h>
#include <tieline/adapters/poll.h>
int main(void)
{
	tieline_options options = tieline_options_default();
	tieline_listener *listener;
	options.no_authkey = true;
	if (tieline_listener_open(NULL, &options, &listener) != TIELINE_OK)
		return 1;
	tieline_listener_close(listener);
	return 0;
}
"""


@pytest.mark.parametrize("link", ["shared", "static"])
@pytest.mark.parametrize("compiler", [
    ("gcc", "-std=c11", "-xc"), ("gcc", "-std=c99", "-xc"),
    ("g++", "-std=c++11", "-xc++"), ("g++", "-std=c++20", "-xc++")],
    ids=lambda command: command[1][5:])
def test_programs_are_built_with_pkg_config(installed, tmp_path, compiler,
                                            link):
    environment = {"PKG_CONFIG_PATH": str(installed / "lib/pkgconfig"),
                   "PATH": "/usr/bin:/bin"}
    static = ["--static"] if link == "static" else []
    flags = run("pkg-config", "--cflags", "--libs", *static, "tieline",
                env=environment).split()
    if static:
        flags = [str(installed / "lib/libtieline.a") if flag == "-ltieline"
                 else flag for flag in flags]
    source = tmp_path / "program.c"
    source.write_text(PROGRAM)
    run(*compiler, "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra",
        "-Wconversion", "-pedantic", "-Werror", source, "-xnone",
        "-o", tmp_path / "program", *flags)
    run(tmp_path / "program",
        env={"LD_LIBRARY_PATH": str(installed / "lib")})


@pytest.mark.parametrize("header", sorted(
    str(path.relative_to(ROOT))
    for folder in ("include", "proto", "libclient", "cli", "examples")
    for path in (ROOT / folder).rglob("*.h")))
def test_each_header_stands_alone(header, tmp_path):
    if header.endswith("libevent.h") and not shutil.which("pkg-config"):
        pytest.skip("no pkg-config to find libevent with")
    source = tmp_path / "alone.c"
    source.write_text('#include "%s"\n' % (ROOT / header) * 2)
    run("gcc", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
        "-fsyntax-only", "-I", ROOT / "include", source)


def test_the_public_header_brings_no_system_headers_along(tmp_path):
    """No descriptor or socket header: programs choose their own."""
    source = tmp_path / "leak.c"
    source.write_text("#include <tieline/tieline.h>\n")
    included = run("gcc", "-std=c17", "-M", "-I", ROOT / "include", source)
    for name in ("sys/socket.h", "openssl/", "event2/", "pthread.h"):
        assert name not in included


def test_the_versions_agree(installed):
    header = (ROOT / "include/tieline/codes.h").read_text()
    version = re.search(r'TIELINE_VERSION\s+"(.*?)"', header).group(1)
    parts = re.findall(r"TIELINE_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", header)
    assert version == ".".join(parts)
    assert "version: '%s'" % version in (ROOT / "meson.build").read_text()
    assert "## %s" % version in (ROOT / "CHANGELOG.md").read_text()
    assert (installed / "lib" / ("libtieline.so." + version)).exists()


@pytest.mark.parametrize("shell,place", [
    ("bash", "bash-completion/completions/tieline"),
    ("zsh", "zsh/site-functions/_tieline"),
])
def test_completions_are_where_their_shell_looks(installed, shell, place):
    path = installed / "share" / place
    assert path.read_text() == run(BUILD / "cli/tieline", "completion", shell)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_every_error_code_is_explained_somewhere():
    """A code that no function names would be one that nobody can expect."""
    text = "".join(header.read_text() for header in HEADERS)
    for name in re.findall(r"X\((TIELINE_E\w+),", text):
        assert len(re.findall(r"\b%s\b" % name, text)) > 1, name


def test_the_build_under_test_is_sanitized():
    if not (BUILD / "build.ninja").exists():
        pytest.skip("the build under test is not one of meson's")
    assert "-fsanitize=address,undefined" in (BUILD / "build.ninja").read_text()
