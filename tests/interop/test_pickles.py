# SPDX-License-Identifier: MIT
"""What is known of pickles, and pickles that are written, against the pickle
module of every CPython: its opcodes, its names for Python 2, its reader."""

import json
import struct
import subprocess

import pytest

from conftest import BUILD, HANG, ROOT

PICKLES = BUILD / "tests/unit/pickles"
PROGRAM = ROOT / "tests/interop/programs/pickled.py"

# Prints what pickletools knows: name, byte, reader of the argument.
OPCODES = """
import json, pickletools
print(json.dumps([
    (opcode.name, ord(opcode.code), opcode.arg and opcode.arg.reader.__name__)
    for opcode in pickletools.opcodes]))
"""

# Prints the names to read and those to write: each of single names, as pairs
# of pairs of a module and a name, and of modules.
NAMES = """
import json, _compat_pickle as known
print(json.dumps([
    [[*known.NAME_MAPPING.items()],
     [*known.IMPORT_MAPPING.items()]],
    [[*known.REVERSE_NAME_MAPPING.items()],
     [*known.REVERSE_IMPORT_MAPPING.items()]]]))
"""


def pickles(*arguments, lines=()):
    """What tests/unit/pickles prints, as lists of fields."""
    done = subprocess.run(
        [PICKLES, *arguments], capture_output=True, text=True, timeout=HANG,
        input="".join(line + "\n" for line in lines))
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def ask(python, code):
    done = subprocess.run([python, "-c", code], capture_output=True, text=True,
                          timeout=HANG)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def number(form, value):
    """An argument that is a number: its bytes, and what is read of them."""
    return struct.pack(form, value), (str(value), "", "")


def counted(form, content):
    return (struct.pack(form, len(content)) + content,
            (str(len(content)), content.hex(), ""))


def line(content):
    return content + b"\n", ("0", content.hex(), "")


# Arguments as each of pickletools' readers takes them.
ARGUMENTS = {
    None: (b"", ("0", "", "")),
    "read_uint1": number("<B", 0xfe),
    "read_uint2": number("<H", 0xfedc),
    "read_uint4": number("<I", 0xfedcba98),
    "read_int4": (b"\xff\xff\xff\xff", (str(0xffffffff), "", "")),
    "read_uint8": number("<Q", 0xfedcba9876543210),
    "read_float8": (struct.pack(">d", 1.5), (str(0x3ff8 << 48), "", "")),
    "read_stringnl": line(b"'a\\n'"),
    "read_stringnl_noescape": line(b"abc"),
    "read_stringnl_noescape_pair": (
        b"module\nname\n", ("0", b"module".hex(), b"name".hex())),
    "read_unicodestringnl": line(b"\\u0041"),
    "read_decimalnl_short": line(b"12"),
    "read_decimalnl_long": line(b"12L"),
    "read_floatnl": line(b"1.5"),
    "read_string1": counted("<B", b"a\n"),
    "read_string4": counted("<i", b"a\n"),
    "read_bytes1": counted("<B", b"a\n"),
    "read_bytes4": counted("<I", b"a\n"),
    "read_bytes8": counted("<Q", b"a\n"),
    "read_bytearray8": counted("<Q", b"a\n"),
    "read_unicodestring1": counted("<B", b"a\n"),
    "read_unicodestring4": counted("<I", b"a\n"),
    "read_unicodestring8": counted("<Q", b"a\n"),
    "read_long1": counted("<B", b"a\n"),
    "read_long4": counted("<i", b"a\n"),
}

CUT, UNKNOWN = "-1", "-2"


def test_each_opcode_is_read_as_python_reads_it(python):
    opcodes = ask(python, OPCODES)
    assert len(opcodes) >= 65
    for name, byte, reader in opcodes:
        argument, fields = ARGUMENTS[reader]
        whole = bytes([byte]) + argument
        cuts = [whole[:end] for end in range(len(whole))]
        read, end, *rest = pickles("operations", lines=[
            whole.hex(), *(cut.hex() for cut in cuts)])
        assert read == [name, *fields]
        assert end == [CUT, str(len(whole))]
        assert rest == [[CUT, "0"]] * len(cuts)


def test_no_other_byte_is_an_opcode(any_python):
    known = {byte for _, byte, _ in ask(any_python, OPCODES)}
    others = sorted({*range(256)} - known)
    read = pickles("operations", lines=[f"{byte:02x}" for byte in others])
    assert read == [[UNKNOWN, "0"]] * len(others)


@pytest.mark.parametrize("direction", ["from-python2", "to-python2"])
def test_names_are_those_of_python(python, direction):
    names, modules = ask(python, NAMES)[direction == "to-python2"]
    assert len(names) > 80 and len(modules) > 40
    rows = names + [((one, "any name"), (other, "any name"))
                    for one, other in modules]
    got = pickles(direction, lines=["\t".join(one) for one, _ in rows])
    assert got == [list(other) for _, other in rows]


def test_no_other_name_is_changed(python):
    """Names that only one of the two tables has stay in the other direction;
    and so do those that none has."""
    from_2, to_2 = ask(python, NAMES)
    for direction, (names, modules), (others, other_modules) in (
            ("from-python2", from_2, to_2), ("to-python2", to_2, from_2)):
        known = {tuple(one) for one, _ in names}
        known_modules = {one for one, _ in modules}
        rows = [tuple(one) for one, _ in others]
        rows += [(one, "any name") for one, _ in other_modules]
        rows += [("builtin", "str"), ("", ""), ("builtins.", "str"),
                 ("exceptions", "exceptions"), ("exceptions", "")]
        rows = [row for row in rows
                if row not in known and row[0] not in known_modules]
        assert len(rows) > 5
        assert pickles(direction, lines=["\t".join(row) for row in rows]) == \
            [list(row) for row in rows]


@pytest.fixture(scope="module")
def trees():
    done = subprocess.run([PICKLES, "trees"], capture_output=True,
                          timeout=HANG)
    assert done.returncode == 0 and done.stderr == b"", done.stderr
    return done.stdout


def test_python_reads_what_is_written(python, trees):
    done = subprocess.run([python, "-B", "-W", "ignore", PROGRAM],
                          input=trees, capture_output=True, timeout=HANG)
    assert done.stderr == b"" and done.stdout.decode() == "not seen:\n"
