# SPDX-License-Identifier: MIT
"""What topics should do, in Python and in another way: a subscription is the
list of all that was published to it, in which what is lost stays as a mark."""

import re

LOST = object()


def fits(pattern, subject):
    """Whether a subject fits a pattern; both are right."""
    expression = {"*": r"[^.]+", ">": r".+"}
    return re.fullmatch(
        r"\.".join(expression.get(part, re.escape(part))
                   for part in pattern.split(".")),
        subject, re.S) is not None


def is_right(text, wildcards):
    """Whether a text is a subject, or, with wildcards, a pattern."""
    parts = text.split(".")
    if not 1 <= len(text.encode("utf-8", "surrogatepass")) <= 255:
        return False
    if "" in parts or re.search("[\0-\x1f\x7f\ud800-\udfff]", text):
        return False
    if not wildcards:
        return not set(text) & set("*>")
    return ">" not in parts[:-1] and all(
        part in ("*", ">") or not set(part) & set("*>") for part in parts)


class Message:
    def __init__(self, subject, text):
        self.subject = subject
        self.text = text
        self.len = len(subject) + len(text)


class Subscription:
    def __init__(self, pattern=">", max_messages=1000, max_bytes=1 << 20,
                 overflow="drop_oldest"):
        self.pattern = pattern
        self.max_messages = max_messages
        self.max_bytes = max_bytes
        self.overflow = overflow
        self.all = []  # pairs: the length, and the message or LOST
        self.ended = None
        self.members = 1
        self.published = 0
        self.got = 0
        self.told = [0, 0]

    def kept(self):
        return [message for _, message in self.all if message is not LOST]

    def has_room(self, message):
        kept = self.kept()
        return (len(kept) < self.max_messages and
                sum(m.len for m in kept) + message.len <= self.max_bytes)

    def lose_first(self):
        for i, (length, message) in enumerate(self.all):
            if message is not LOST:
                self.all[i] = (length, LOST)
                return

    def offer(self, message):
        """Returns whether it is a delivery."""
        self.published += 1
        if self.overflow == "drop_oldest" and message.len <= self.max_bytes:
            while not self.has_room(message):
                self.lose_first()
        kept = self.ended is None and self.has_room(message)
        self.all.append((message.len, message if kept else LOST))
        if not kept and self.overflow == "cut_off":
            self.ended = "CUT_OFF"
        return kept

    def fetch(self):
        """The status, the message or None, how many are missing before it, and
        their bytes."""
        lost = [0, 0]
        while self.all:
            length, message = self.all.pop(0)
            if message is not LOST:
                self.got += 1
                return self.tell("OK", message, lost)
            lost = [lost[0] + 1, lost[1] + length]
        if self.ended:
            return self.tell(self.ended, None, lost)
        return self.tell("OK" if lost[0] else "WAITS", None, lost)

    def tell(self, status, message, lost):
        self.told = [a + b for a, b in zip(self.told, lost)]
        return status, message, *lost


class Topic:
    def __init__(self, retain=False, max_retained=1000):
        self.retain = retain
        self.max_retained = max_retained
        self.retained = {}
        self.subscriptions = []
        self.groups = {}

    def publish(self, message):
        """Returns how many deliveries it makes."""
        if self.retain:
            self.retained.pop(message.subject, None)
            self.retained[message.subject] = message
            if len(self.retained) > self.max_retained:
                del self.retained[next(iter(self.retained))]
        return sum(subscription.offer(message)
                   for subscription in self.subscriptions
                   if fits(subscription.pattern, message.subject))

    def subscribe(self, group=None, retained=False, **options):
        """None if the group has another pattern."""
        made = Subscription(**options)
        shared = self.groups.get(group)
        if shared and shared.ended:
            self.leave(shared)
        elif shared:
            if shared.pattern != made.pattern:
                return None
            shared.members += 1
            return shared
        self.subscriptions.append(made)
        if group:
            self.groups[group] = made
        if retained:
            for message in self.retained.values():
                if fits(made.pattern, message.subject):
                    made.offer(message)
        return made

    def leave(self, subscription):
        if subscription in self.subscriptions:
            self.subscriptions.remove(subscription)
        self.groups = {group: other for group, other in self.groups.items()
                       if other is not subscription}

    def drop_member(self, subscription):
        subscription.members -= 1
        if not subscription.members:
            self.leave(subscription)

    def fetch(self, subscription):
        what = subscription.fetch()
        if what[0] == "CUT_OFF":
            self.leave(subscription)
        return what

    def purge(self, pattern):
        """Returns how many are forgotten."""
        gone = [subject for subject in self.retained if fits(pattern, subject)]
        for subject in gone:
            del self.retained[subject]
        return len(gone)

    def delete(self):
        for subscription in self.subscriptions:
            subscription.ended = subscription.ended or "DELETED"
