# SPDX-License-Identifier: MIT
"""Who is let in over TLS, and what becomes of the others."""

import pytest

from rendezvous.client import echo_both_ways


def test_a_bound_login(secure):
    peer = secure().connect("tls")
    assert peer.version() == "TLSv1.3"
    assert peer.asked(ping="x")["ping"] == "x"


@pytest.mark.parametrize("other", ["unix", "tcp", "tls"])
def test_two_meet(secure, other):
    one, two = secure().pair(("tls", other))
    echo_both_ways(one, two)
