# SPDX-License-Identifier: MIT
"""What proxies of stock Python get from our broker is what they get from a
server of their own: values, exceptions, and their texts."""

import json
import pathlib
import subprocess

from conftest import HANG, python_address

PROGRAM = pathlib.Path(__file__).parent / "same_calls.py"

# What newer versions say otherwise.
NEWER = {
    ("ValueError", "('timeout value must be positive',)"):
        "('timeout value must be a non-negative number',)",
    ("AttributeError", "('n',)"):
        "(\"'Namespace' object has no attribute 'n'\",)",
}
# In what is wrong about arguments, and in what servers say themselves, the text
# is anyone's.
ANY_TEXT = ("TypeError", "RemoteError")


def outcomes(python, *arguments):
    done = subprocess.run([python, "-B", PROGRAM, *arguments], text=True,
                          stdout=subprocess.PIPE, timeout=4 * HANG, check=True)
    return dict(map(json.loads, done.stdout.splitlines()))


def as_newer(came):
    """All outcomes, as they are compared."""
    return {what: (kind, None if kind in ANY_TEXT else
                   NEWER.get((kind, text), text))
            for what, (kind, text) in came.items()}


def test_the_same_comes_of_the_same_calls(broker, key_file, python):
    theirs = outcomes(python)
    address = python_address(broker().at["tcp"])
    ours = outcomes(python, repr(address), key_file)
    assert len(theirs) > 700
    assert as_newer(ours) == as_newer(theirs)
