# SPDX-License-Identifier: MIT
"""Who waits for what, and who owns what, as the broker has it above the model:
so that operations that wait are tried again when it is their turn."""

CLASSES = ("ITEMS", "ROOM", "TURN", "DONE", "SIGNAL")
IN_TURN = ("ITEMS", "ROOM", "TURN")


class Operation:
    """done: whether it is; answer: the last one."""

    def __init__(self, owner, alias):
        self.owner, self.alias = owner, alias
        self.place = None
        self.done = False

    @property
    def outcome(self):
        """What it returned or raised; None while it waits."""
        return outcome(self.answer) if self.done else None


def outcome(answer):
    """What an answer says, as one value: what is returned, or the name of the
    exception's class and its arguments."""
    if answer.ok:
        return ("returned", answer.value)
    return (answer.raised.split(".")[-1], answer.value)


class Lines:
    def __init__(self, model):
        self.model = model
        self.waiting = []
        self.woken = {}  # places of which somebody is to be tried
        self.grants = {}
        self.last_token = 0

    def call(self, alias, method, *args, owner=1, **keywords):
        operation = Operation(owner, alias)
        self._take(operation, self.model.call(
            alias, method, *args, owner=owner, **keywords))
        return operation

    def _take(self, operation, answer):
        operation.answer = answer
        self._note_woken(answer)
        self._note_grants(operation.owner, answer)
        operation.done = not answer.waits
        place = (answer.on, answer.wait_class) if answer.waits else None
        if place != operation.place:
            self._move(operation, place)

    def _note_woken(self, answer):
        for number, mask in answer.woken:
            for i, name in enumerate(CLASSES):
                if mask >> i & 1:
                    self.woken[(number, name)] = True

    def _note_grants(self, owner, answer):
        self.grants.pop(answer.dropped, None)
        if answer.granted:
            assert answer.granted > self.last_token
            self.last_token = answer.granted
            self.grants[answer.granted] = (owner, answer.object)

    def _move(self, operation, place):
        """It may be the next one's turn where it was."""
        if operation.place:
            self.waiting.remove(operation)
            self.woken[operation.place] = True
        if place:
            self.waiting.append(operation)
        operation.place = place

    def retry(self, operation):
        """Tries it, though nothing says that it should."""
        self._take(operation, self.model.retry(operation.answer))

    def serve(self):
        """Tries those who are to be tried, in their order, first of all those
        who wait for their turn."""
        while self.woken:
            place = min(self.woken, key=lambda place: place[1] not in IN_TURN)
            del self.woken[place]
            self._serve_line(place)

    def _serve_line(self, place):
        for operation in [one for one in self.waiting if one.place == place]:
            self.retry(operation)
            if operation.place == place and place[1] in IN_TURN:
                return

    def expire(self, operation):
        self._take(operation, self.model.expire(operation.answer))

    def withdraw(self, operation):
        """It is cancelled. It is neither done, nor does it wait."""
        answer = self.model.withdraw(operation.answer)
        assert answer.ok
        self._note_woken(answer)
        self._move(operation, None)

    def leave(self, owner):
        """The connection of an owner ends."""
        for operation in list(self.waiting):
            if operation.owner == owner:
                self.withdraw(operation)
        for token, (holder, number) in list(self.grants.items()):
            if holder == owner:
                answer = self.model.give_back(number, token, owner=owner)
                assert answer.ok
                del self.grants[token]
                self._note_woken(answer)
