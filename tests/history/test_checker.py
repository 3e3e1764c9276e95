# SPDX-License-Identifier: MIT
"""The checker of histories: it is content with a broker that keeps its
promises, and finds each way to break one (faults.py has the list)."""

import pytest

from .checker import find_anomalies, main
from .events import History, Operation, read_history, write_history
from .faults import FAULTS
from .reference import World

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_kept_promises_are_no_anomaly(seed):
    assert list(find_anomalies(World(seed).run())) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_broken_promise_is_found(fault):
    """Often, though not always can be seen from outside what went wrong
    inside. Nothing else is found."""
    worlds = [World(seed, fault) for seed in SEEDS]
    findings = [list(find_anomalies(world.run())) for world in worlds]
    found = [any(fault.finding in text for text in texts) for texts in findings]
    assert sum(found) >= len(SEEDS) // 2
    for world, texts in zip(worlds, findings):
        assert world.broker.strikes or texts == []


def run(text):
    """A history by lines: when it begins, when it ends (. if never), client,
    verb, object, arguments, outcome and results. A line of a time, a client and
    "cut" is an end."""
    operations, ends = [], []
    for number, line in enumerate(text.strip().splitlines()):
        words = line.split()
        if words[-1] == "cut":
            ends.append((int(words[0]), words[1]))
            continue
        begin, end, client, verb, what = words[:5]
        where = next(place for place, word in enumerate(words)
                     if word in ("ok", "refused", "unknown"))
        operations.append(Operation(client, number, verb, what,
                                    tuple(words[5:where]), int(begin)))
        if end != ".":
            operations[-1].end(int(end), words[where], *words[where + 1:])
    return History(operations, ends)


FINE = {
    "a holder that is cut off may hold on for as long as it knows nothing": """
        1 2 a acquire door ok 1
        5 a cut
        6 7 b acquire door ok 2
        8 9 a release door 1 refused
        10 11 b release door 2 ok""",
    "a release ends a hold when it begins": """
        1 2 a acquire door ok 1
        3 9 a release door 1 ok
        4 5 b acquire door ok 2""",
    "a grant that comes too late for who was cut off": """
        1 9 a acquire door ok 1
        3 a cut
        4 5 b acquire door ok 2""",
    "what was put without an answer may come, or not": """
        1 . a put jobs x unknown
        1 . b put jobs y unknown
        5 6 c take jobs ok x 1""",
    "who was killed may have had it": """
        1 2 a put jobs x ok
        3 . b take jobs unknown
        5 b cut""",
    "an acknowledgement without an answer may have been taken": """
        1 2 a put jobs x ok
        3 4 b get jobs 0 ok x 1
        5 . b ack jobs x 1 unknown
        6 b cut""",
    "or may not": """
        1 2 a put jobs x ok
        3 4 b get jobs 0 ok x 1
        5 . b ack jobs x 1 unknown
        6 b cut
        7 8 c take jobs ok x 2""",
    "a delivery may be missing, of one who never had it": """
        1 2 a put jobs x ok
        3 . b get jobs 0 unknown
        4 b cut
        7 8 c take jobs ok x 2""",
    "a lease is over after its time": """
        1 2 a put jobs x ok
        3 4 b get jobs 5 ok x 1
        5000000 5000001 c take jobs ok x 2
        5000002 5000003 b ack jobs x 1 refused""",
    "items put at one time come in any order": """
        1 4 a put jobs x ok
        2 3 b put jobs y ok
        5 6 c take jobs ok x 1
        7 8 c take jobs ok y 1""",
    "a put without an answer may come later than the next": """
        1 2 a put jobs x unknown
        3 4 a put jobs y ok
        5 6 c take jobs ok y 1
        7 8 c take jobs ok x 1""",
    "what is given back comes before what is behind it": """
        1 2 a put jobs x ok
        3 4 a put jobs y ok
        5 6 b get jobs 0 ok x 1
        7 8 b nack jobs x 1 ok
        9 10 b take jobs ok x 2
        11 12 b take jobs ok y 1""",
    "a set without an answer may happen later": """
        1 2 a set table k v unknown
        3 4 b read table k ok -
        5 6 b read table k ok v""",
    "what is read at the time of a set may be either": """
        1 9 a set table k v ok
        2 3 b read table k ok -
        4 5 b read table k ok v""",
    "a refused operation has done nothing": """
        1 2 a set table k v refused
        3 4 b cas table k - w ok 1
        5 6 b pop table k ok w""",
}

WRONG = {
    "two holders": """
        1 2 a acquire door ok 1
        3 4 b acquire door ok 2
        5 6 a release door 1 ok""",
    "was taken away": """
        1 2 a acquire door ok 1
        3 4 a release door 1 refused
        5 a cut""",
    "the token went back": """
        1 2 a acquire door ok 2
        3 4 a release door 2 ok
        5 6 b acquire door ok 2""",
    "is lost": """
        1 2 a put jobs x ok
        3 4 b get jobs 0 ok x 1
        5 b cut
        6 7 c take jobs refused""",
    "x is lost": """
        1 2 a put jobs x ok
        3 5 b take jobs unknown
        5 b cut""",
    "y is lost": """
        1 2 a put jobs x ok
        3 4 a put jobs y ok
        5 . b take jobs unknown
        6 b cut""",
    "z is lost": """
        3 . b take jobs unknown
        4 b cut
        5 6 a put jobs z ok""",
    "came before it was put": """
        3 4 b get jobs 0 ok x 1
        5 6 a put jobs x ok
        7 8 b ack jobs x 1 ok""",
    "attempts going back": """
        1 2 a put jobs x ok
        3 4 b get jobs 0 ok x 2
        5 b cut
        6 7 c take jobs ok x 1""",
    "x came while it was leased": """
        1 2 a put jobs x ok
        3 4 b get jobs 5 ok x 1
        3000000 3000001 c take jobs ok x 2
        5000002 5000003 b ack jobs x 1 refused""",
    "the lease of x was taken away": """
        1 2 a put jobs x ok
        3 4 b get jobs 0 ok x 1
        5 6 b ack jobs x 1 refused
        7 8 c take jobs ok x 2""",
    "y came after z": """
        1 2 a put jobs y ok
        3 4 a put jobs z ok
        5 9 b take jobs ok z 1
        6 10 b take jobs ok y 1""",
    "y overtook x": """
        1 2 a put jobs x ok
        3 4 b put jobs y ok
        5 6 c take jobs ok y 1
        7 8 d take jobs ok x 1""",
    "dict table, key k": """
        1 2 a set table k v ok
        3 4 b read table k ok -""",
    "key k: in no order": """
        1 2 a cas table k - v ok 1
        3 4 b cas table k - w ok 1""",
}


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_may_be_is_no_anomaly(text):
    assert list(find_anomalies(run(text))) == []


@pytest.mark.parametrize("finding", WRONG)
def test_what_cannot_be_is_one_anomaly(finding):
    found, = find_anomalies(run(WRONG[finding]))
    assert finding in found


def test_a_history_is_a_folder(tmp_path, capsys):
    """What the checker says of one, its programs say of its files."""
    worlds = World(1).run(), World(1, FAULTS[0]).run()
    folders = [tmp_path / name for name in ("good", "bad")]
    for folder, history in zip(folders, worlds):
        write_history(folder, history)
        again = read_history(folder)
        assert again.operations == history.operations
        assert again.ends == history.ends
    assert main(folders[:1]) == 0
    assert capsys.readouterr().out == "nothing is wrong\n"
    assert main(folders) == 1
    lines = capsys.readouterr().out
    assert all(text in lines for text in find_anomalies(worlds[1]))
