# SPDX-License-Identifier: MIT
"""Prints the ranges of characters that this Python's str.isprintable() calls
printable, as rows of a table in C: Unicode's own, which no C library has."""

import itertools
import sys
import unicodedata


def ranges(characters):
    """(first, last) of each run of printable ones."""
    for printable, run in itertools.groupby(
            characters, lambda character: chr(character).isprintable()):
        if printable:
            run = list(run)
            yield run[0], run[-1]


if __name__ == "__main__":
    print(f"/* Unicode {unicodedata.unidata_version} */")
    for first, last in ranges(range(sys.maxunicode + 1)):
        print(f"{{0x{first:x}, 0x{last:x}}},")
