# SPDX-License-Identifier: MIT
"""What the tests of queues share."""

ITEMS, ROOM, DONE = 1, 2, 8


def woken(answer):
    """Whom it woke, of all objects."""
    mask = 0
    for _, classes in answer.woken:
        mask |= classes
    return mask


def all_of(model, name="q"):
    """What the queue gives until it is empty."""
    values = []
    while (answer := model.get(name, unleased=1)).ok:
        values.append(answer.value)
    assert answer.status in ("EMPTY", "SHUT_DOWN"), answer
    return values


def stat(model, name="q"):
    return model.do("call", 1, None, "stat", (name,), {}).value
