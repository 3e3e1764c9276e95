# SPDX-License-Identifier: MIT
"""The table of docs/security.md is the broker's."""

from conftest import ROOT

from .needs import NEEDS, VERBS

SECURITY = (ROOT / "docs/security.md").read_text()

OF = {"Topic": "of topics", "broker": "of the broker", "object*": "of all"}


def rows():
    """As they should be: a right, or several of which one is needed, and all
    that needs it but what is `call` alone."""
    table = {}
    for (of, name), verbs in NEEDS.items():
        if (of, name) == ("operation", "call"):
            continue    # what the method needs
        if of == "operation":
            what = f"the operation {name}"
        elif of in OF or of.endswith("Queue"):
            what = f"`{name}` {OF.get(of, 'of queues')}"
        else:
            assert verbs == ["call"], (of, name)
            continue
        right = "any" if verbs == list(VERBS) else \
            " or ".join(f"`{verb}`" for verb in verbs)
        entries = table.setdefault(right, [])
        if what not in entries:
            entries.append(what)
    table["`call`"].append("all methods of other kinds")
    return [f"| {right} | {', '.join(whats)} |"
            for right, whats in table.items()]


def test_the_table_of_rights():
    missing = [row for row in rows() if row not in SECURITY]
    assert not missing, "\n".join(missing)
