# SPDX-License-Identifier: MIT
"""Which rights objects need, as the broker has it."""

import subprocess

from conftest import BUILD

# The verbs that are done to objects.
VERBS = ("put", "get", "publish", "subscribe", "call", "create", "delete")


def needs():
    """What it is asked of, and its name: the verbs of which one is needed."""
    lines = subprocess.run(
        [BUILD / "tests/model/model-rights"], check=True, text=True,
        stdout=subprocess.PIPE).stdout.splitlines()
    return {tuple(line.split()[:2]): line.split()[2:] for line in lines}


NEEDS = needs()
OPERATIONS = {name: verbs for (of, name), verbs in NEEDS.items()
              if of == "operation"}
METHODS = {(of, name): verbs for (of, name), verbs in NEEDS.items()
           if of not in ("operation", "object*", "broker")}
KINDS = sorted({of for of, _ in METHODS})

# What each kind has to be made with.
ARGUMENTS = {
    "Array": {"args": ("i", 3)}, "Value": {"args": ("i", 3)},
    "Barrier": {"args": (2,)},
}
