# SPDX-License-Identifier: MIT
"""Replies and events that nobody reads: what they take is bounded in all, and
who comes then is told so."""

from .broker import ask, hear, say

# A little more than the broker keeps, at 1,000 entries a listing.
TOO_MANY = 1500
MONITORS = 64


def refused(reply):
    return not reply["ok"] and reply["error"] == "full"


def test_listings_that_are_not_read_are_refused_in_the_end(run_broker):
    broker = run_broker()
    waiting = [broker.login("unix") for _ in range(1000)]
    for at, sock in enumerate(waiting):
        say(sock, pipe=f"{at:04}".ljust(128, "x"))
    deaf = []
    while not refused(ask(broker.login("unix"), list="connections", limit=1)):
        assert len(deaf) < TOO_MANY
        deaf.append(broker.login("unix"))
        say(deaf[-1], list="connections")
    assert "not read" in ask(broker.login("unix"), list="names")["message"]
    # The others are served all the same, and once it is read, so are these.
    assert broker.stat()["ok"]
    for sock in deaf:
        assert len(hear(sock)["connections"]) == 1000
    assert ask(broker.login("unix"), list="names", limit=1)["ok"]


def test_there_are_so_many_monitors(run_broker):
    broker = run_broker()
    monitors = [broker.login("unix") for _ in range(MONITORS)]
    for sock in monitors:
        assert ask(sock, monitor=True)["ok"]
    assert refused(ask(broker.login("unix"), monitor=True))
    monitors.pop().close()
    broker.rests(MONITORS)
    assert ask(broker.login("unix"), monitor=True)["ok"]
