# SPDX-License-Identifier: MIT
"""XML-RPC is Python's, where that is XML-RPC."""

from conftest import BUILD


def test_texts_are_what_python_writes_and_reads(agree, python, amount):
    agree(python, "xmlrpc_texts.py", BUILD / "tests/unit/xmlrpc-values", 1,
          amount(1000, 50_000))
