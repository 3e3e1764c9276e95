# SPDX-License-Identifier: MIT
"""Topics, the subscriptions to them, and what these lose."""

import random

import pytest

import topics
from model import Model


@pytest.fixture(scope="module")
def process():
    with Model() as model:
        yield model


@pytest.fixture
def model(process):
    process.new()
    process.open("t", "Topic")
    return process


def fetched(model, subscription):
    """All that there is, up to where it would wait or ends: messages, and
    ("lost", how many) where they are missing."""
    got = []
    while True:
        answer = model.fetch(subscription)
        if answer.lost_messages:
            got.append(("lost", answer.lost_messages))
        if answer.subject:
            got.append(answer.value)
        elif answer.waits:
            return got
        elif not answer.ok:
            return got + [answer.status]


def publish(model, *values, subject="a", **options):
    return [model.publish("t", subject, value, **options).deliveries
            for value in values]


def text_of(answer):
    assert answer.raised, answer
    return answer.value[0]


# ---- who gets what -------------------------------------------------------

MATCHES = [
    ("a", "a", True),
    ("a", "b", False),
    ("a", "a.b", False),
    ("a.b", "a", False),
    ("a.b", "a.b", True),
    ("ab", "a.b", False),
    ("*", "a", True),
    ("*", "a.b", False),
    ("*.b", "a.b", True),
    ("*.b", "b.a", False),
    ("a.*", "a", False),
    ("a.*", "a.b", True),
    ("a.*", "a.b.c", False),
    ("a.*.c", "a.b.c", True),
    ("a.*.c", "a.b.d", False),
    ("*.*", "a.b", True),
    ("*.*", "a", False),
    (">", "a", True),
    (">", "a.b.c", True),
    ("a.>", "a", False),
    ("a.>", "a.b", True),
    ("a.>", "a.b.c.d", True),
    ("a.>", "b.b", False),
    ("*.>", "a", False),
    ("*.>", "a.b.c", True),
    ("a.*.>", "a.b.c", True),
    ("a.*.>", "a.b", False),
    ("\u00e4.*", "\u00e4.\u00f6", True),
]


@pytest.mark.parametrize("pattern,subject,is_match", MATCHES)
def test_a_subject_fits_a_pattern_or_not(model, pattern, subject, is_match):
    assert topics.fits(pattern, subject) is is_match
    model.subscribe("t", "s", pattern=pattern)
    assert publish(model, 1, subject=subject) == [is_match]
    assert fetched(model, "s") == [1] * is_match


def test_a_message_comes_with_its_subject_and_format(model):
    model.subscribe("t", "s")
    publish(model, "text", subject="a.b", format="text")
    answer = model.fetch("s")
    assert (answer.subject, answer.format, answer.value) == \
        ("a.b", "text", "text")


def test_each_subscription_gets_each_message_once(model):
    patterns = ["a.b", "a.*", "*.b", "*.*", ">", "a.>", "a.b", "x", "*"]
    for i, pattern in enumerate(patterns):
        model.subscribe("t", f"s{i}", pattern=pattern)
    assert publish(model, 1, 2, subject="a.b") == [7, 7]
    for i in range(7):
        assert fetched(model, f"s{i}") == [1, 2]
    assert fetched(model, "s7") == fetched(model, "s8") == []


def test_nobody_gets_what_was_published_before(model):
    assert publish(model, 1) == [0]
    model.subscribe("t", "s")
    publish(model, 2)
    assert fetched(model, "s") == [2]


def test_topics_have_nothing_to_do_with_each_other(model):
    model.open("u", "Topic")
    model.subscribe("u", "s")
    publish(model, 1)
    assert fetched(model, "s") == []


def test_who_leaves_gets_nothing_more_and_leaves_nothing(model):
    for pattern in ("a.b", "a.*", "a.>", "a.*.c"):
        model.subscribe("t", pattern, pattern=pattern)
    publish(model, 1, subject="a.b")
    for pattern in ("a.*", "a.b", "a.*.c", "a.>"):
        model.close_handle(pattern)
    assert publish(model, 2, subject="a.b") == [0]
    assert model.call("t", "subscriptions").value == []
    assert model.call(None, "usage").value == \
        {"objects": 1, "items": 0, "bytes": 0}


def test_a_pattern_comes_and_goes_beside_others(model):
    model.subscribe("t", "s", pattern="a.*.c")
    for _ in range(3):
        model.subscribe("t", "u", pattern="a.*.d")
        model.subscribe("t", "v", pattern="a.>")
        assert publish(model, 1, subject="a.b.c") == [2]
        assert publish(model, 1, subject="a.b.d") == [2]
        model.close_handle("u")
        model.close_handle("v")
        assert publish(model, 1, subject="a.b.d") == [0]
    assert fetched(model, "s") == [1, 1, 1]


def test_as_many_parts_as_there_can_be(model):
    subject = ".".join("a" * 128)
    assert len(subject) == 255
    for i, pattern in enumerate([subject, ".".join("*" * 128),
                                 subject[:-1] + ">", ".".join("*" * 127)]):
        model.subscribe("t", f"s{i}", pattern=pattern)
    assert publish(model, 1, subject=subject) == [3]


# ---- waiting -------------------------------------------------------------

def test_a_fetch_waits_and_is_woken_by_the_first_message_alone(model):
    model.subscribe("t", "s", pattern="a.*")
    waiting = model.fetch("s")
    assert (waiting.status, waiting.wait_class) == ("WAITS", "ITEMS")
    assert model.publish("t", "b", 1).woken == []
    assert model.publish("t", "a.b", 1).woken == [(waiting.on, 1)]
    assert model.publish("t", "a.b", 2).woken == []
    assert model.retry(waiting).value == 1
    assert fetched(model, "s") == [2]
    assert model.publish("t", "a.b", 3).woken == [(waiting.on, 1)]


def test_a_fetch_whose_time_is_over_has_nothing(model):
    model.subscribe("t", "s")
    answer = model.expire(model.fetch("s"))
    assert (answer.status, answer.lost_messages) == ("EMPTY", 0)


def test_a_subscription_has_no_methods_and_is_no_queue(model):
    model.subscribe("t", "s")
    assert model.call("s", "get").status == "ATTRIBUTE_ERROR"
    assert model.get("s").status == "WRONG_KIND"
    assert model.fetch("t").status == "WRONG_KIND"
    assert model.open("u", "Subscription").status == "VALUE_ERROR"


# ---- losses --------------------------------------------------------------

def test_the_oldest_are_dropped_and_missing_before_the_others(model):
    model.subscribe("t", "s", max_messages=3)
    assert publish(model, 1, 2, 3, 4, 5) == [1] * 5
    assert fetched(model, "s") == [("lost", 2), 3, 4, 5]
    publish(model, 6)
    assert fetched(model, "s") == [6]


def test_the_newest_are_dropped_and_missing_behind_the_others(model):
    model.subscribe("t", "s", max_messages=2, overflow="drop_newest")
    assert publish(model, 1, 2, 3, 4) == [1, 1, 0, 0]
    assert model.fetch("s").value == 1
    publish(model, 5)
    publish(model, 6)
    assert fetched(model, "s") == [2, ("lost", 2), 5, ("lost", 1)]
    publish(model, 7)
    assert fetched(model, "s") == [7]


def test_one_is_cut_off_when_the_rest_is_fetched(model):
    model.subscribe("t", "s", max_messages=2, overflow="cut_off")
    assert publish(model, 1, 2, 3, 4) == [1, 1, 0, 0]
    assert model.fetch("s").value == 1
    assert publish(model, 5) == [0]
    assert fetched(model, "s") == [2, ("lost", 3), "CUT_OFF"]
    assert publish(model, 6) == [0]
    assert fetched(model, "s") == ["CUT_OFF"]
    assert model.call("t", "subscriptions").value == []


def test_a_loss_alone_wakes(model):
    for overflow in ("drop_oldest", "drop_newest"):
        model.subscribe("t", "s", max_bytes=5, overflow=overflow)
        waiting = model.fetch("s")
        answer = model.publish("t", "a", "12345", format="text")
        assert answer.woken == [(waiting.on, 1)]
        answer = model.retry(waiting)
        assert (answer.status, answer.value, answer.lost_messages,
                answer.lost_bytes) == ("OK", None, 1, 6)
        model.close_handle("s")


def test_bytes_are_bounded_with_subjects_and_all(model):
    model.subscribe("t", "s", max_bytes=20)
    for value in ("abcd", "efgh", "ijkl"):
        publish(model, value, subject="a.b.c", format="text")
    answer = model.fetch("s")
    assert (answer.value, answer.lost_messages, answer.lost_bytes) == \
        ("efgh", 1, 9)


def test_what_never_fits_drops_nothing_else(model):
    model.subscribe("t", "s", max_bytes=10)
    publish(model, "1", "2", "x" * 10, "3", format="text")
    assert fetched(model, "s") == ["1", "2", ("lost", 1), "3"]


def test_a_large_one_drops_as_many_as_it_needs(model):
    model.subscribe("t", "s", max_bytes=10)
    publish(model, "1", "2", "3", "4", "x" * 5, format="text")
    assert fetched(model, "s") == [("lost", 2), "3", "4", "x" * 5]
    publish(model, "1", "2", "x" * 9, format="text")
    assert fetched(model, "s") == [("lost", 2), "x" * 9]


def test_the_bound_of_all_objects_counts_too(model):
    model.new(max_items=3)
    model.open("t", "Topic")
    model.subscribe("t", "s", pattern="a")
    model.subscribe("t", "u", pattern="b")
    assert publish(model, 1, 2, 3, 4) == [1, 1, 1, 1]
    assert publish(model, 5, subject="b") == [0]
    assert model.fetch("s").value == 2
    assert publish(model, 6, 7, subject="b") == [1, 1]
    assert fetched(model, "u") == [("lost", 2), 7]
    assert fetched(model, "s") == [3, 4]


def test_one_stalled_subscriber_harms_no_other(model):
    model.subscribe("t", "stalled", max_messages=3)
    model.subscribe("t", "s")
    got = []
    for i in range(1000):
        publish(model, i)
        got += fetched(model, "s")
    assert got == list(range(1000))
    assert fetched(model, "stalled") == [("lost", 997), 997, 998, 999]


def test_what_was_lost_can_be_looked_up(model):
    model.subscribe("t", "s", max_messages=1, pattern="a.>", group="g")
    publish(model, "xy", "z", subject="a.b", format="text")
    assert model.call("t", "subscriptions").value == [{
        "id": 2, "members": 1, "items": 1, "bytes": 4, "pattern": "a.>",
        "group": "g", "max_messages": 1, "max_bytes": 1 << 20,
        "overflow": "drop_oldest", "fetched": 0, "lost_messages": 1,
        "lost_bytes": 5}]
    assert model.call(None, "stat", 2).value["lost_bytes"] == 5


# ---- groups --------------------------------------------------------------

def test_one_of_a_group_gets_each_message(model):
    for member in ("g1", "g2"):
        model.subscribe("t", member, group="g", pattern="a.*")
    model.subscribe("t", "alone", pattern="a.*")
    assert publish(model, 1, 2, 3, subject="a.b") == [2, 2, 2]
    got = [model.fetch(member).value for member in ("g1", "g2", "g1")]
    assert got == [1, 2, 3]
    assert fetched(model, "alone") == [1, 2, 3]


def test_the_buffer_of_a_group_lives_until_its_last_member_leaves(model):
    for member in ("g1", "g2"):
        model.subscribe("t", member, group="g")
    publish(model, 1, 2)
    model.close_handle("g1")
    assert publish(model, 3) == [1]
    model.subscribe("t", "g3", group="g")
    model.close_handle("g2")
    assert fetched(model, "g3") == [1, 2, 3]
    model.close_handle("g3")
    assert publish(model, 4) == [0]
    model.subscribe("t", "g4", group="g", pattern="b")
    assert fetched(model, "g4") == []


def test_a_group_has_one_pattern(model):
    model.subscribe("t", "g1", group="g", pattern="a.*")
    answer = model.subscribe("t", "g2", group="g", pattern="a.b")
    assert (answer.status, text_of(answer)) == (
        "VALUE_ERROR",
        "the group 'g' has the pattern 'a.*', which is for all in it")
    assert model.subscribe("t", "g2", group="h", pattern="a.b").ok
    assert model.call(None, "usage").value["objects"] == 3


def test_a_group_that_was_cut_off_begins_anew(model):
    model.subscribe("t", "g1", group="g", max_messages=1, overflow="cut_off")
    publish(model, 1, 2)
    model.subscribe("t", "g2", group="g", pattern="a")
    assert publish(model, 3) == [1]
    assert fetched(model, "g2") == [3]
    assert fetched(model, "g1") == [1, ("lost", 1), "CUT_OFF"]
    model.close_handle("g1")
    model.subscribe("t", "g3", group="g", pattern="a")
    publish(model, 4)
    assert fetched(model, "g3") == [4]


# ---- retained messages ---------------------------------------------------

@pytest.fixture
def retaining(model):
    model.new()
    model.open("t", "Topic", retain=True, max_retained=3)
    return model


def test_the_last_message_of_each_subject_is_retained(retaining):
    publish(retaining, 1, 2, subject="a.x")
    publish(retaining, 3, subject="a.y")
    publish(retaining, 4, subject="b.x")
    publish(retaining, 5, subject="a.x")
    retaining.subscribe("t", "s", pattern="a.*", retained=True)
    retaining.subscribe("t", "u", pattern="a.*")
    publish(retaining, 6, subject="a.y")
    assert fetched(retaining, "s") == [3, 5, 6]
    assert fetched(retaining, "u") == [6]


def test_a_topic_retains_nothing_unless_told_to(model):
    publish(model, 1)
    model.subscribe("t", "s", retained=True)
    assert fetched(model, "s") == []
    assert model.call("t", "subjects").value == []


def test_the_subject_of_longest_ago_goes_when_there_are_too_many(retaining):
    for subject in "abcad":
        publish(retaining, 1, subject=subject)
    assert retaining.call("t", "subjects").value == ["c", "a", "d"]
    assert retaining.call(None, "stat", "t").value["evicted"] == 1
    assert retaining.call(None, "usage").value["items"] == 3


def test_retained_subjects_by_a_pattern(retaining):
    for subject in ("a.x", "a.y", "b.x"):
        publish(retaining, 1, subject=subject)
    assert retaining.call("t", "subjects", "*.x").value == ["a.x", "b.x"]
    assert retaining.call("t", "purge", "a.>").value == 2
    assert retaining.call("t", "subjects").value == ["b.x"]
    assert retaining.call("t", "purge").value == 1
    assert retaining.call("t", "purge").value == 0
    assert retaining.call(None, "usage").value == \
        {"objects": 1, "items": 0, "bytes": 0}


def test_retained_messages_keep_to_the_bound_of_who_asks(retaining):
    for subject in "abc":
        publish(retaining, subject, subject=subject)
    retaining.subscribe("t", "s", retained=True, max_messages=2)
    assert fetched(retaining, "s") == [("lost", 1), "b", "c"]


def test_a_group_gets_retained_messages_once(retaining):
    publish(retaining, 1)
    retaining.subscribe("t", "g1", group="g", retained=True)
    retaining.subscribe("t", "g2", group="g", retained=True)
    assert fetched(retaining, "g2") == [1]


def test_what_cannot_be_retained_is_not_published(retaining):
    retaining.new(max_object_bytes=10)
    retaining.open("t", "Topic", retain=True)
    retaining.subscribe("t", "s")
    publish(retaining, "123456", format="text")
    answer = retaining.publish("t", "b", "1234", format="text")
    assert answer.status == "LIMIT"
    answer = retaining.publish("t", "a", "1234567890", format="text")
    assert answer.status == "LIMIT"
    assert fetched(retaining, "s") == ["123456"]
    retaining.subscribe("t", "u", retained=True)
    assert fetched(retaining, "u") == ["123456"]
    publish(retaining, "123456789", format="text")
    assert fetched(retaining, "u") == ["123456789"]


# ---- the end -------------------------------------------------------------

def test_a_deleted_topic_is_fetched_to_its_end(model):
    model.subscribe("t", "s", max_messages=2)
    model.subscribe("t", "u")
    publish(model, 1, 2, 3)
    assert len(fetched(model, "u")) == 3
    waiting = model.fetch("u")
    deleted = model.call(None, "rm", "t")
    assert (waiting.on, 1) in deleted.woken
    assert model.retry(waiting).status == "DELETED"
    assert fetched(model, "s") == [("lost", 1), 2, 3, "DELETED"]
    assert fetched(model, "s") == ["DELETED"]
    assert model.publish("t", "a", 1).status == "DELETED"
    for handle in ("s", "t", "u"):
        model.close_handle(handle)
    assert model.call(None, "usage").value["objects"] == 0


def test_who_was_cut_off_stays_so_when_the_topic_is_deleted(model):
    model.subscribe("t", "s", max_messages=1, overflow="cut_off")
    publish(model, 1, 2)
    model.call(None, "rm", "t")
    assert fetched(model, "s") == [1, ("lost", 1), "CUT_OFF"]


def test_a_nameless_topic_ends_with_its_last_reference(model):
    model.open("u", "Topic", name=None)
    model.subscribe("u", "s")
    model.publish("u", "a", 1)
    model.close_handle("u")
    assert fetched(model, "s") == [1, "DELETED"]


def test_a_subscription_can_be_deleted_itself(model):
    model.subscribe("t", "s", group="g")
    publish(model, 1)
    model.call(None, "rm", 2)
    assert model.call(None, "usage").value["items"] == 0
    assert model.fetch("s").status == "DELETED"
    assert publish(model, 2) == [0]
    assert model.subscribe("t", "u", group="g", pattern="b").ok
    model.close_handle("s")
    assert model.call(None, "usage").value["objects"] == 2


def test_a_model_can_end_with_everything_in_it(model):
    model.open("u", "Topic", name=None, retain=True)
    for topic in "tu":
        for options in ({"pattern": "a.*"}, {"group": "g"}, {}):
            model.subscribe(topic, topic + str(options), **options)
        model.publish(topic, "a.b", 1)


# ---- calls and errors ----------------------------------------------------

def test_publishing_by_a_call(model):
    model.subscribe("t", "s", pattern="a.*")
    assert model.call("t", "publish", "a.b", {"x": [1, 2]}).value == 1
    assert model.call("t", "publish", value=2, subject="c").value == 0
    answer = model.fetch("s")
    assert (answer.subject, answer.format, answer.value) == \
        ("a.b", "pickle", {"x": [1, 2]})


def test_what_there_is_to_tell_of_a_topic(model):
    model.subscribe("t", "s")
    publish(model, 1, 2)
    stat = model.call(None, "stat", "t").value
    assert {key: stat[key] for key in (
        "kind", "retain", "max_retained", "evicted", "published",
        "deliveries")} == {
            "kind": "Topic", "retain": False, "max_retained": 1000,
            "evicted": 0, "published": 2, "deliveries": 2}


SUBJECTS = [
    ("", "it is empty, and should be as in a.b.c"),
    (".", "a part between, before or behind dots is empty"),
    ("a..b", "a part between, before or behind dots is empty"),
    (".a", "a part between, before or behind dots is empty"),
    ("a.", "a part between, before or behind dots is empty"),
    ("a\nb", "there is a control character in it"),
    ("a.\x7f", "there is a control character in it"),
    ("a" * 256, "it is longer than 255 bytes"),
    ("\u00e4" * 128, "it is longer than 255 bytes"),
]


@pytest.mark.parametrize("subject,why", SUBJECTS + [
    ("a.*", "'*' and '>' are for patterns alone"),
    (">", "'*' and '>' are for patterns alone"),
    ("a>b", "'*' and '>' are for patterns alone"),
])
def test_a_wrong_subject_is_refused(model, subject, why):
    answer = model.call("t", "publish", subject, 1)
    assert answer.status == "VALUE_ERROR"
    assert text_of(answer).startswith('the subject "')
    assert text_of(answer).endswith('": ' + why)
    if len(subject.encode()) <= 255:
        assert model.publish("t", subject, 1).value == answer.value


@pytest.mark.parametrize("pattern,why", SUBJECTS + [
    ("a*", "'*' and '>' stand for whole parts, as in a.*.c"),
    ("a.**", "'*' and '>' stand for whole parts, as in a.*.c"),
    (">>", "'*' and '>' stand for whole parts, as in a.*.c"),
    (">.a", "'>' is the last part, for all that follow"),
    ("a.>.>", "'>' is the last part, for all that follow"),
])
def test_a_wrong_pattern_is_refused(model, pattern, why):
    for answer in (model.subscribe("t", "s", pattern=pattern),
                   model.call("t", "subjects", pattern),
                   model.call("t", "purge", pattern)):
        assert answer.status == "VALUE_ERROR"
        assert text_of(answer).startswith('the pattern "')
        assert text_of(answer).endswith('": ' + why)


@pytest.mark.parametrize("options,status,text", [
    ({"max_messages": 0}, "VALUE_ERROR",
     "max_messages is 1 to 1000000, not 0"),
    ({"max_messages": 1.5}, "TYPE_ERROR", "max_messages is an int, not float"),
    ({"max_bytes": 0}, "VALUE_ERROR",
     "max_bytes is 1 to 1099511627776, not 0"),
    ({"max_bytes": None}, "TYPE_ERROR",
     "max_bytes is an int, not NoneType"),
    ({"overflow": "burst"}, "VALUE_ERROR",
     "overflow is 'drop_oldest', 'drop_newest' or 'cut_off'"),
    ({"overflow": 1}, "VALUE_ERROR",
     "overflow is 'drop_oldest', 'drop_newest' or 'cut_off'"),
    ({"pattern": 1}, "TYPE_ERROR", "pattern is a str, not int"),
    ({"group": 1}, "TYPE_ERROR", "group is a str, not int"),
    ({"group": "a\0b"}, "VALUE_ERROR", "group: a name has no NUL"),
    ({"group": "g" * 129}, "VALUE_ERROR", "group has at most 128 bytes"),
    ({"patern": "a"}, "TYPE_ERROR",
     "Subscription() got an unexpected keyword argument 'patern'"),
])
def test_wrong_options_are_refused(model, options, status, text):
    answer = model.subscribe("t", "s", **options)
    assert (answer.status, text_of(answer)) == (status, text)
    assert model.call("t", "subscriptions").value == []
    assert model.call(None, "usage").value["objects"] == 1


@pytest.mark.parametrize("value", [None, "a.*", ["pattern"], 1])
def test_options_that_are_no_dict_are_refused(model, value):
    answer = model.do("subscribe", 1, "t", "s", value)
    assert (answer.status, text_of(answer)) == (
        "BAD_REQUEST", "a subscription is made by a dict of options")


@pytest.mark.parametrize("options,status", [
    ({"max_retained": 0}, "VALUE_ERROR"),
    ({"max_retained": "1"}, "TYPE_ERROR"),
    ({"maxsize": 1}, "TYPE_ERROR"),
])
def test_a_topic_with_wrong_options_is_not_made(model, options, status):
    assert model.open("u", "Topic", **options).status == status
    assert model.call(None, "usage").value["objects"] == 1


def test_limits_of_objects_are_for_subscriptions_too(model):
    model.new(max_objects=2)
    model.open("t", "Topic")
    assert model.subscribe("t", "s").ok
    assert model.subscribe("t", "u").status == "LIMIT"
    model.close_handle("s")
    assert model.subscribe("t", "u").ok


# ---- lack of memory ------------------------------------------------------

def until_it_survives(model, run):
    """Fails each allocation of an operation in turn, once and for good. What
    it does is undone, and made ready, by run."""
    for for_good in (False, True):
        for n in range(1, 1000):
            answer = run(lambda: model.fail(n, for_good))
            if answer.survived:
                assert answer.ok
                break
            assert n < 999


def test_what_cannot_be_buffered_is_lost(model):
    model.subscribe("t", "s")
    model.subscribe("t", "u", pattern="a.*", overflow="drop_newest")
    model.subscribe("t", "v", pattern="a.b", overflow="cut_off",
                    max_messages=100_000)

    def run(fail):
        for name in "suv":
            fetched(model, name)
        publish(model, *[1] * 64, subject="a.b")
        fail()
        return model.publish("t", "a.b", 1)

    until_it_survives(model, run)
    stats = model.call("t", "subscriptions").value
    published = model.call(None, "stat", "t").value["published"]
    for stat in stats:
        assert (stat["fetched"] + stat["items"] + stat["lost_messages"] ==
                published)
    assert [stat["lost_messages"] > 0 for stat in stats] == [True] * len(stats)


@pytest.mark.parametrize("options", [
    {"pattern": "a.b"}, {"pattern": "a.*.c.*.d", "group": "g"},
    {"pattern": "a", "retained": True}])
def test_a_subscription_is_made_or_not(model, options):
    model.new()
    model.open("t", "Topic", retain=True)
    publish(model, 1)
    before = model.call(None, "usage").value

    def run(fail):
        # Another pattern each time: what is left of it would be found.
        options["pattern"] = "x" + options["pattern"]
        fail()
        answer = model.subscribe("t", "s", **options)
        assert answer.status in ("OK", "NO_MEMORY")
        if answer.ok:
            model.close_handle("s")
        assert model.call("t", "subscriptions").value == []
        assert model.call(None, "usage").value == before
        return answer

    until_it_survives(model, run)


def test_a_message_is_retained_or_not_published(retaining):
    retaining.subscribe("t", "s")

    def run(fail):
        fetched(retaining, "s")
        retaining.call("t", "purge")
        fail()
        answer = retaining.publish("t", "a", 1)
        assert answer.status in ("OK", "NO_MEMORY")
        is_there = retaining.call("t", "subjects").value == ["a"]
        assert is_there == answer.ok == (fetched(retaining, "s") != [])
        return answer

    until_it_survives(retaining, run)


def test_a_call_without_memory_is_answered_so(model):
    model.subscribe("t", "s", pattern="a.>")

    def run(fail):
        fail()
        answer = model.call("t", "publish", "a.b", [1, 2, 3])
        assert answer.status in ("OK", "NO_MEMORY")
        assert set(map(str, fetched(model, "s"))) <= {
            "[1, 2, 3]", "('lost', 1)"}
        return answer

    until_it_survives(model, run)
    for method in ("subscriptions", "subjects", "purge"):
        def listing(fail, method=method):
            fail()
            return model.call("t", method)
        until_it_survives(model, listing)


# ---- generated -----------------------------------------------------------

PARTS = ["a", "b", "c", "dd"]


def any_subject(rng):
    return ".".join(rng.choices(PARTS, k=rng.choice([1, 2, 2, 3, 4])))


def any_pattern(rng):
    parts = rng.choices(PARTS + ["*", "*"], k=rng.choice([1, 2, 2, 3, 4]))
    if rng.random() < 0.25:
        parts[-1] = ">"
    return ".".join(parts)


def any_options(rng):
    options = {"pattern": any_pattern(rng)}
    for name, values in (
            ("max_messages", [1, 2, 3, 10, 70]), ("max_bytes", [5, 20, 100]),
            ("overflow", ["drop_oldest", "drop_newest", "cut_off"]),
            ("group", ["g", "h"]), ("retained", [True])):
        if rng.random() < 0.4:
            options[name] = rng.choice(values)
    return options


class Sequence:
    """The same operations here and there: `lines` for the driver, `expected`
    with what each should answer."""

    def __init__(self, model, seed):
        self.rng = random.Random(seed)
        self.model = model
        self.handles = {}
        self.lines, self.expected = [], []
        options = self.rng.choice(
            [{}, {"retain": True}, {"retain": True, "max_retained": 3}])
        self.topic = topics.Topic(**options)
        self.known = set()
        self.add({}, "new", {})
        self.add({"status": "OK"}, "open", 1, "t",
                 dict(options, name="t", kind="Topic"), 0)

    def add(self, expected, verb, *rest):
        self.lines.append(self.model.line(verb, *rest))
        self.expected.append(expected)

    def publish(self):
        message = topics.Message(
            any_subject(self.rng),
            f"{len(self.lines)}" + "x" * self.rng.choice([0, 0, 0, 5, 50]))
        deliveries = self.topic.publish(message)
        self.add({"status": "OK", "deliveries": deliveries},
                 "publish", 1, "t", message.text,
                 {"subject": message.subject, "format": "text"})

    def publish_many(self):
        for _ in range(self.rng.choice([3, 10, 30])):
            self.publish()

    def subscribe(self):
        alias = f"s{len(self.lines)}"
        options = any_options(self.rng)
        subscription = self.topic.subscribe(**options)
        self.add({"status": "OK" if subscription else "VALUE_ERROR"},
                 "subscribe", 1, "t", alias, options)
        if subscription:
            self.handles[alias] = subscription
            self.known.add(subscription)

    def fetch_one(self, alias):
        status, message, lost, lost_bytes = \
            self.topic.fetch(self.handles[alias])
        expected = {"status": status, "lost_messages": lost,
                    "lost_bytes": lost_bytes}
        if message:
            expected.update(value=message.text, subject=message.subject)
        self.add(expected, "fetch", 1, alias)
        return status, message, lost

    def fetch(self):
        if self.handles:
            self.fetch_one(self.rng.choice(list(self.handles)))

    def fetch_all(self, alias):
        while True:
            status, message, lost = self.fetch_one(alias)
            if status != "OK":
                return

    def drain(self):
        if self.handles:
            self.fetch_all(self.rng.choice(list(self.handles)))

    def close(self):
        if self.handles and self.rng.random() < 0.3:
            alias = self.rng.choice(list(self.handles))
            self.topic.drop_member(self.handles.pop(alias))
            self.add({"status": "OK"}, "close", 1, alias)

    def purge(self):
        pattern = any_pattern(self.rng)
        self.add({"status": "OK", "value": self.topic.purge(pattern)},
                 "call", 1, "t", "purge", (pattern,), {})

    def list_subjects(self):
        self.add({"status": "OK", "value": list(self.topic.retained)},
                 "call", 1, "t", "subjects", (), {})

    STEPS = [publish] * 6 + [publish_many, drain, close, purge,
                             list_subjects] + [subscribe] * 2 + [fetch] * 6

    def make(self):
        for _ in range(self.rng.randrange(10, 80)):
            self.rng.choice(self.STEPS)(self)
        if self.rng.random() < 0.5:
            self.topic.delete()
            self.add({"status": "OK"}, "call", 1, None, "rm", ("t",), {})
        for alias in self.handles:
            self.fetch_all(alias)
        for subscription in self.handles.values():
            assert (subscription.got + subscription.told[0] ==
                    subscription.published)
        return self


def differs(expected, answer):
    numbers = ("deliveries", "lost_messages", "lost_bytes")
    return [f"{key}: {getattr(answer, key)!r}, not {value!r}"
            for key, value in expected.items()
            if (getattr(answer, key) or (0 if key in numbers else
                                         getattr(answer, key))) != value]


def run_sequence(model, seed):
    sequence = Sequence(model, seed).make()
    for start in range(0, len(sequence.lines), 100):
        lines = sequence.lines[start:start + 100]
        expected = sequence.expected[start:start + 100]
        for line, want, answer in zip(lines, expected, model.run(lines)):
            assert not differs(want, answer), (
                seed, line, differs(want, answer))


def test_generated_sequences_are_as_they_should_be(process):
    for seed in range(300):
        run_sequence(process, seed)


@pytest.mark.long
def test_all_generated_sequences_are_as_they_should_be(process):
    for seed in range(10_000):
        run_sequence(process, seed)


def any_text(rng):
    """Subjects, patterns, and what is nearly one."""
    text = "".join(rng.choices("ab.*>", weights=[4, 2, 3, 2, 1],
                               k=rng.choice([1, 2, 3, 5, 9])))
    if rng.random() < 0.1:
        text += rng.choice(["", "\0", "\x1f", " ", "\u00e4", "\ud800", "\n",
                            "a" * rng.choice([240, 253, 300])])
    return text


def test_any_text_is_a_subject_or_pattern_or_neither(model):
    rng = random.Random(5)
    for _ in range(4000):
        text = any_text(rng)
        published = model.call("t", "publish", text, 1)
        assert published.ok is topics.is_right(text, False), text
        subscribed = model.subscribe("t", "s", pattern=text)
        assert subscribed.ok is topics.is_right(text, True), text
        if subscribed.ok:
            model.close_handle("s")


def test_any_pattern_fits_what_it_should(model):
    rng = random.Random(6)
    patterns = {}
    while len(patterns) < 300:
        text = any_text(rng)
        if topics.is_right(text, True):
            alias = f"s{len(patterns)}"
            assert model.subscribe("t", alias, pattern=text).ok
            patterns[alias] = text
    for _ in range(1000):
        subject = any_text(rng)
        if not topics.is_right(subject, False):
            continue
        fitting = sum(topics.fits(pattern, subject)
                      for pattern in patterns.values())
        assert model.call("t", "publish", subject, 1).value == fitting
        if rng.random() < 0.2:
            alias = rng.choice(list(patterns))
            model.close_handle(alias)
            del patterns[alias]
