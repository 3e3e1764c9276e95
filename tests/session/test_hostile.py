# SPDX-License-Identifier: MIT
"""Sessions that want too much: what one asks for costs itself, and nobody
else."""

import pickle
import time

import pytest

from .wire import FLAGS, FOREVER, item

UNLEASED = FLAGS["UNLEASED"]


# ---- One that asks for much at once

@pytest.mark.parametrize("to", ["unix", "tcp"])
def test_what_had_to_wait_for_the_output_is_served(serve, to):
    """Requests whose replies are more than the window, in one piece, while the
    socket takes all that is in the window."""
    session = serve(session_window_bytes=65536).session(to)
    session.has_open(1, "q", "Queue")
    session.put(1, b"x" * 60000)
    frames = [frame for _ in range(30)
              for frame in session.frames("PEEK", handle=1, count=1)]
    tags = range(session.last_tag - 29, session.last_tag + 1)
    session.write(*frames)
    for tag in tags:
        assert session.reply(tag).count == 1
