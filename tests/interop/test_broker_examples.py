# SPDX-License-Identifier: MIT
"""The examples with a broker, as real processes, several of each."""

import os
import signal

import pytest

from conftest import BUILD

USAGE = 2
CANNOT_CONNECT = 3


@pytest.fixture
def hub(broker):
    return broker()


@pytest.fixture
def example(hub, start, key_file):
    """Starts one of our examples: example(name, argument...)."""
    environment = {**os.environ, "TIELINE_URL": hub.at["unix"],
                   "TIELINE_AUTHKEY_FILE": str(key_file)}

    def run(name, *arguments, **changed):
        if name.startswith("event-") \
                and not (BUILD / "examples" / name).exists():
            pytest.skip(f"{name} is not built: there is no libevent")
        return start(BUILD / "examples" / name, *arguments,
                     env={**environment, **changed})
    return run


@pytest.fixture
def done(example):
    """The lines of an example that ends well: done(name, argument...)."""
    def run(*command):
        return lines_of(example(*command))
    return run


def lines_of(program):
    status, out, err = program.finish()
    assert (status, err) == (0, "")
    return out.splitlines()


# ---- work-queue ------------------------------------------------------------


def test_a_job_whose_worker_crashes_is_done_by_another(example, done):
    assert done("work-queue", "submit", "wash", "iron", "fold") == []
    status, out, _ = example("work-queue", "work", "iron").finish()
    assert status == -signal.SIGABRT
    assert out.splitlines() == ["wash, attempt 1", "iron, attempt 1"]
    assert done("work-queue", "work") == ["iron, attempt 2",
                                          "fold, attempt 1"]
    assert done("work-queue", "work") == []


def test_workers_share_the_jobs(example, done):
    jobs = [f"job {n}" for n in range(100)]
    done("work-queue", "submit", *jobs)
    workers = [example("work-queue", "work") for _ in range(3)]
    lines = [line for worker in workers for line in lines_of(worker)]
    assert sorted(lines) == sorted(f"{job}, attempt 1" for job in jobs)


# ---- pubsub ----------------------------------------------------------------


def listening(example, *arguments):
    one = example("pubsub", "subscribe", *arguments)
    assert one.line() == "listening"
    return one


def test_who_subscribes_hears(example, done):
    everything = listening(example, ">", "3")
    sport = listening(example, "sport.*", "2")
    assert done("pubsub", "publish", "sport.golf", "1:0", "2:0") == [
        "heard by 2"] * 2
    assert done("pubsub", "publish", "weather", "rain") == ["heard by 1"]
    assert lines_of(sport) == ["sport.golf: 1:0", "sport.golf: 2:0"]
    assert lines_of(everything) == [
        "sport.golf: 1:0", "sport.golf: 2:0", "weather: rain"]
    assert done("pubsub", "publish", "sport.golf", "3:0") == ["heard by 0"]


def test_no_subject(example):
    status, out, err = example("pubsub", "publish", "a..b", "x").finish()
    assert (status, out) == (1, "")
    assert err.startswith("ValueError: ")


# ---- locked-counter --------------------------------------------------------


def counted(lines):
    """The number and the token in the only line."""
    words = lines[0].replace(",", "").split()
    return int(words[3]), int(words[-1])


def test_two_at_once_lose_nothing(example):
    two = [example("locked-counter", "200") for _ in range(2)]
    numbers, tokens = zip(*(counted(lines_of(one)) for one in two))
    assert max(numbers) == 400
    assert tokens[0] != tokens[1]


def test_who_is_killed_leaves_a_number_and_no_lock(example, done):
    endless = example("locked-counter", str(10 ** 9))
    own = 0
    # Until it has counted too.
    while True:
        own += 1
        number, _ = counted(done("locked-counter", "1"))
        if number > own:
            break
    other = example("locked-counter", "100")
    endless.process.kill()
    lines_of(other)
    number, token = counted(done("locked-counter", "1"))
    later, later_token = counted(done("locked-counter", "10"))
    assert later == number + 10
    assert later_token > token


# ---- shared-config ---------------------------------------------------------


def test_a_configuration_that_is_watched(example, done):
    assert done("shared-config", "show") == ["{}"]
    watch = example("shared-config", "watch", "2")
    assert watch.line() == "{}"
    done("shared-config", "set", "colour", "red")
    assert watch.line() == "{'colour': 'red'}"
    done("shared-config", "set", "size", "3")
    assert lines_of(watch) == ["{'colour': 'red', 'size': '3'}"]
    assert done("shared-config", "show") == ["{'colour': 'red', 'size': '3'}"]


# ---- producer-consumer -----------------------------------------------------


def test_producer_and_consumer(example):
    consumer = example("producer-consumer", "consumer")
    producer = example("producer-consumer", "producer", "50")
    assert lines_of(producer) == [f"produced {n}" for n in range(50)]
    assert lines_of(consumer) == [f"consumed {n}" for n in range(50)]


def test_a_producer_waits_for_room(example):
    """Six are more than fit, with what says that it is the end."""
    producer = example("producer-consumer", "producer", "6")
    consumer = example("producer-consumer", "consumer")
    assert lines_of(producer) == [f"produced {n}" for n in range(6)]
    assert lines_of(consumer) == [f"consumed {n}" for n in range(6)]


# ---- cook-eater ------------------------------------------------------------


def test_cook_and_eaters(example):
    dishes = [f"dish {n}" for n in range(20)]
    for _ in range(2):
        eaters = {name: example("cook-eater", "eat", name)
                  for name in ("Ada", "Bo")}
        for name, eater in eaters.items():
            assert eater.line() == f"{name} sits down"
        cook = example("cook-eater", "cook", *dishes)
        assert lines_of(cook) == [
            *(f"cooked {dish}" for dish in dishes), "all is eaten"]
        eaten = [line.partition(" eats ") for eater in eaters.values()
                 for line in lines_of(eater)]
        assert {name for name, _, _ in eaten} <= {"Ada", "Bo"}
        assert sorted(dish for _, _, dish in eaten) == sorted(dishes)


# ---- event-queues ----------------------------------------------------------


def test_two_queues_in_a_loop(example, done):
    loop = example("event-queues", "work", "other")
    done("work-queue", "submit", "first", "second")
    assert [loop.line(), loop.line()] == ["work: first", "work: second"]
    done("../cli/tieline", "put", "other", "third")
    assert loop.line() == "other: third"
    done("work-queue", "submit", "fourth")
    assert loop.line() == "work: fourth"
    loop.process.send_signal(signal.SIGINT)
    assert loop.finish() == (0, "", "")
    assert done("work-queue", "work") == []


# ---- what goes wrong -------------------------------------------------------

WITH_A_BROKER = pytest.mark.parametrize("command", [
    ("work-queue", "work"), ("pubsub", "subscribe", ">"),
    ("locked-counter", "1"), ("shared-config", "show"),
    ("producer-consumer", "consumer"), ("cook-eater", "eat", "Ada"),
    ("event-queues", "a", "b")])


@WITH_A_BROKER
def test_no_broker(example, tmp_path, command):
    one = example(*command, TIELINE_URL=f"unix:{tmp_path}/nobody")
    status, out, err = one.finish()
    assert (status, out) == (CANNOT_CONNECT, "")
    assert f"unix:{tmp_path}/nobody: " in err


@WITH_A_BROKER
@pytest.mark.parametrize("arguments", [(), ("nonsense", "x", "y", "z")])
def test_usage(example, command, arguments):
    if command[0] == "event-queues" and arguments == ():
        arguments = ("a",)
    status, out, err = example(command[0], *arguments).finish()
    assert (status, out) == (USAGE, "")
    assert err.startswith(f"usage: {command[0]} ")
