# SPDX-License-Identifier: MIT
"""What Python's own queues do: reads sequences of calls, a line each, and
prints what came of every call. A script for any Python; see
test_queue_python.py."""

import ast
import queue
import sys

EMPTY_OR_FULL = {"get": "empty", "put": "full"}


def would_block(one, method, args, keywords):
    """Whether it would, and for so long that nobody could wait for it."""
    if method not in ("get", "put", "join"):
        return False
    if method == "join":
        return getattr(one, "unfinished_tasks", 0) > 0
    if getattr(one, "is_shutdown", False):
        return False
    names = ["block", "timeout"] if method == "get" else \
        ["item", "block", "timeout"]
    given = dict(zip(names, args), **keywords)
    timeout = given.get("timeout")
    if not given.get("block", True) or isinstance(timeout, str):
        return False
    has_to = getattr(one, EMPTY_OR_FULL[method], bool)()
    return has_to and (timeout is None or timeout > 0)


def call(one, method, args, keywords):
    """("is", value), ("raises", exception) or ("waits",)."""
    if would_block(one, method, args, keywords):
        return ("waits",)
    before = list(getattr(one, "queue", ()))
    try:
        return ("is", getattr(one, method)(*args, **keywords))
    except Exception as error:
        if isinstance(one, queue.PriorityQueue) and method.startswith("put"):
            one.queue[:] = before  # heappush leaves what it refuses
        return ("raises", type(error).__name__)


def run(kind, maxsize, calls):
    made = getattr(queue, kind)
    one = made() if kind == "SimpleQueue" else made(maxsize)
    return [call(one, *each) for each in calls]


if __name__ == "__main__":
    for line in sys.stdin:
        print(repr(run(*ast.literal_eval(line))), flush=True)
