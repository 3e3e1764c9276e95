# SPDX-License-Identifier: MIT
"""Adds up JUnit files: names what was skipped and what failed, and closes with
"N passed, N failed". A file that is missing or empty counts as a failure."""

import sys
import xml.etree.ElementTree as ElementTree

OUTCOMES = {"failure": "failed", "error": "failed", "skipped": "skipped"}


def cases(path):
    """Yields (name, outcome, message) for each test case in a file."""
    try:
        found = list(ElementTree.parse(path).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        yield path, "failed", str(error)
        return
    if not found:
        yield path, "failed", "no test ran"
    for case in found:
        name = "%s.%s" % (case.get("classname"), case.get("name"))
        for child in case:
            if child.tag in OUTCOMES:
                yield name, OUTCOMES[child.tag], child.get("message") or ""
                break
        else:
            yield name, "passed", ""


def main(paths):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for path in paths:
        for name, outcome, message in cases(path):
            counts[outcome] += 1
            if outcome != "passed":
                print("%s: %s %s" % (outcome, name, message.split("\n")[0]))
    line = "%d passed, %d failed" % (counts["passed"], counts["failed"])
    if counts["skipped"]:
        line += ", %d skipped" % counts["skipped"]
    print(line)
    return 1 if counts["failed"] or not counts["passed"] else 0


sys.exit(main(sys.argv[1:]))
