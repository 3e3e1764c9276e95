# SPDX-License-Identifier: MIT
"""Objects that keep each other by proxies in their content: nobody else has
them, and they go; up to a size."""

import random

import pytest

from model import Model
from proxies import EPOCH, Proxy, make, objects, stat

OBJECTS_MAX = 1000
LINKS_MAX = 10_000

# How a kind of object is given a proxy to keep.
PUTS = {
    "list": ("append",), "dict": ("__setitem__", "key"),
    "Namespace": ("__setattr__", "name"), "Value": ("set",),
    "Queue": ("put",), "JoinableQueue": ("put",), "LifoQueue": ("put",),
    "SimpleQueue": ("put",),
}
OPTIONS = {"Value": {"typecode": "x", "value": None}}


@pytest.fixture(scope="module")
def process():
    with Model() as one:
        yield one


@pytest.fixture
def model(process):
    process.new(epoch=EPOCH)
    return process


def make_all(model, *aliases):
    return [make(model, alias) for alias in aliases]


def link(model, alias, *proxies):
    for proxy in proxies:
        assert model.call_proxies(alias, "append", proxy).ok


def close_all(model, *aliases):
    for alias in aliases:
        assert model.close_handle(alias).ok


@pytest.mark.parametrize("kind", PUTS)
def test_what_contains_itself_goes(model, kind):
    one = make(model, "one", kind, **OPTIONS.get(kind, {}))
    assert model.call_proxies("one", *PUTS[kind], [one]).ok
    assert objects(model) == 1
    close_all(model, "one")
    assert objects(model) == 0


def test_two_that_contain_each_other_go(model):
    one, two = make_all(model, "one", "two")
    link(model, "one", two)
    link(model, "two", one, one)
    close_all(model, "one")
    assert objects(model) == 2
    close_all(model, "two")
    assert objects(model) == 0


def test_lists_in_dicts_in_lists(model):
    outer, inner = make_all(model, "outer", "inner")
    middle = make(model, "middle", "dict")
    link(model, "outer", middle)
    model.call_proxies("middle", "__setitem__", "in", {"here": (inner,)})
    link(model, "inner", outer)
    close_all(model, "outer", "middle", "inner")
    assert objects(model) == 0


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_handle_of_one_keeps_the_circle(model, at):
    aliases = ["a", "b", "c"]
    ring = make_all(model, *aliases)
    for i in range(3):
        link(model, aliases[i], ring[(i + 1) % 3])
    kept = aliases.pop(at)
    close_all(model, *aliases)
    assert objects(model) == 3
    assert model.call(kept, "__len__").value == 1
    close_all(model, kept)
    assert objects(model) == 0


def test_a_named_object_keeps_a_circle(model):
    model.open("name", "list")
    one, two = make_all(model, "one", "two")
    link(model, "one", two)
    link(model, "two", one)
    link(model, "name", two)
    close_all(model, "one", "two")
    assert objects(model) == 3
    assert model.call("name", "pop").ok
    assert objects(model) == 1


@pytest.mark.parametrize("end", ["rm", "expire"])
def test_a_named_object_is_no_part_of_a_circle(model, end):
    """It stays as long as its name."""
    name = Proxy(model.open("name", "list", expire_ms=1000).object)
    one = make(model, "one")
    link(model, "one", name)
    link(model, "name", one)
    close_all(model, "one")
    assert objects(model) == 2
    if end == "rm":
        assert model.do("call", 1, None, "rm", ("name",)).ok
        assert objects(model) == 1  # still open, and without content
        assert stat(model, one) is None
    close_all(model, "name")
    model.pass_time(2000)
    assert objects(model) == (0 if end == "rm" else 2)


def test_what_hangs_on_a_circle_goes_with_it(model):
    one, tail, shared = make_all(model, "one", "tail", "shared")
    model.open("name", "list")
    link(model, "one", one, tail, shared)
    link(model, "tail", shared)
    link(model, "name", shared)
    close_all(model, "one", "tail", "shared")
    assert objects(model) == 2
    assert stat(model, shared)["links"] == 1


def test_a_circle_behind_a_chain_goes(model):
    """Nobody gives up an object of the circle itself."""
    head, one = make_all(model, "head", "one")
    link(model, "one", one)
    link(model, "head", one)
    close_all(model, "one")
    assert objects(model) == 2
    close_all(model, "head")
    assert objects(model) == 0


def test_what_is_on_its_way_keeps_a_circle(model):
    queue, other = make(model, "queue", "Queue"), make(model, "other")
    model.call_proxies("queue", "put", [queue, other])
    link(model, "other", queue)
    model.hold()
    assert model.call("queue", "get").ok
    close_all(model, "queue", "other")
    assert objects(model) == 2
    model.arrive()
    assert objects(model) == 0


def test_who_waits_is_told(model):
    queue, one = make(model, "queue", "Queue"), make(model, "one")
    link(model, "one", queue, one)
    waiting = model.call("queue", "get")
    assert waiting.waits
    close_all(model, "queue")
    assert queue.number in dict(model.close_handle("one").woken)
    assert not model.retry(waiting).ok
    assert objects(model) == 0


# ---- up to a size -----------------------------------------------------------

def ring(model, count):
    """So many lists, each with a proxy of the one before, and the first with
    one of the last, which alone is still open: its alias."""
    first = make(model, "first")
    for number in range(1, count):
        alias, before = f"list {number % 2}", f"list {(number - 1) % 2}"
        last = make(model, alias)
        link(model, alias, Proxy(last.number - 1))
        if number > 1:
            close_all(model, before)
    link(model, "first", last)
    close_all(model, "first")
    assert first.number == 1 and objects(model) == count
    return alias


def test_the_largest_circle_that_goes(model):
    close_all(model, ring(model, OBJECTS_MAX))
    assert objects(model) == 0


def test_a_larger_circle_stays_and_can_be_removed(model):
    close_all(model, ring(model, OBJECTS_MAX + 1))
    assert objects(model) == OBJECTS_MAX + 1
    listed = model.do("call", 1, None, "ls", ()).value
    assert [(one["references"], one["links"]) for one in listed] == \
        [(1, 1)] * (OBJECTS_MAX + 1)
    assert model.do("call", 1, None, "rm", (listed[0]["id"],)).ok
    assert objects(model) == 0


@pytest.mark.parametrize("count", [LINKS_MAX, LINKS_MAX + 1])
def test_a_circle_by_too_many_links_stays(model, count):
    one = make(model, "one")
    for start in range(0, count, 1000):
        link(model, "one", [Proxy(one.number) for _ in
                            range(min(1000, count - start))])
    close_all(model, "one")
    assert objects(model) == (count > LINKS_MAX)


def test_elements_that_are_there_many_times_stay(model):
    """Of what is one item in several places it is not known how often."""
    one = make(model, "one")
    link(model, "one", one)
    model.call("one", "__imul__", 2)
    close_all(model, "one")
    assert objects(model) == 1
    assert model.do("call", 1, None, "rm", (one.number,)).ok
    assert objects(model) == 0


# ---- at random --------------------------------------------------------------

class Graph:
    """What the model should have: who is open, and who contains whom."""

    def __init__(self, model):
        self.model, self.proxies, self.handles = model, {}, set()
        self.content = {}

    def add(self):
        alias = f"o{len(self.proxies)}"
        self.proxies[alias] = make(self.model, alias)
        self.handles.add(alias)
        self.content[alias] = []

    def link(self, rng):
        alias, other = (rng.choice(sorted(self.handles)) for _ in "12")
        link(self.model, alias, self.proxies[other])
        self.content[alias].append(other)

    def unlink(self, rng):
        alias = rng.choice(sorted(self.handles))
        if self.content[alias]:
            at = rng.randrange(len(self.content[alias]))
            self.model.call(alias, "__delitem__", at)
            del self.content[alias][at]

    def close(self, rng):
        alias = rng.choice(sorted(self.handles))
        self.handles.discard(alias)
        close_all(self.model, alias)

    def alive(self):
        found, todo = set(self.handles), list(self.handles)
        while todo:
            for other in self.content[todo.pop()]:
                if other not in found:
                    found.add(other)
                    todo.append(other)
        return found


@pytest.mark.parametrize("seed", range(20))
def test_what_can_be_reached_stays_and_nothing_else(model, seed):
    rng = random.Random(seed)
    graph = Graph(model)
    for _ in range(300):
        if len(graph.handles) < 2:
            graph.add()
        else:
            rng.choice([lambda _: graph.add(), graph.link, graph.link,
                        graph.unlink, graph.close])(rng)
        assert objects(model) == len(graph.alive())
    while graph.handles:
        graph.close(rng)
        assert objects(model) == len(graph.alive())
    assert objects(model) == 0
