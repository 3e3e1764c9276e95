# SPDX-License-Identifier: MIT
"""What becomes of operations on locks and the like, some of which wait, as it
is to be: a few lines of Python for each kind, which know nothing of tries,
tickets and tokens. A method returns its outcome, or None if the operation
waits; then it is in self.outcomes when it is done."""

TRUE, FALSE = ("returned", True), ("returned", False)
NONE = ("returned", None)
BROKEN = ("BrokenBarrierError", ("the barrier is broken",))


def error(name, text):
    return (name, (text,))


class Waited:
    def __init__(self):
        self.outcomes = {}

    def retry(self, operation):
        """It is tried, for no reason."""


class Lock(Waited):
    """In line for it: (operation, owner, depth, outcome, resumes), where one
    who resumes after a wait needs it to be free."""

    recursive = False

    def __init__(self):
        super().__init__()
        self.holder, self.depth, self.line = None, 0, []

    def acquire(self, operation, owner, blocking=True):
        if not self._take(owner, 1):
            if not blocking:
                return FALSE
            self.line.append((operation, owner, 1, TRUE, False))
            return None
        return TRUE

    def _take(self, owner, depth, resumes=False):
        if self.holder is None:
            self.holder, self.depth = owner, depth
            return True
        if self.recursive and self.holder == owner and not resumes:
            self.depth += 1
            return True
        return False

    def release(self, operation, owner):
        if self.holder != owner:
            return self._not_mine()
        self.depth -= 1
        if self.depth == 0:
            self.holder = None
        return NONE

    def _not_mine(self):
        if self.recursive:
            return error("RuntimeError", "cannot release un-acquired lock")
        if self.holder is None:
            return error("RuntimeError", "release unlocked lock")
        return error("RuntimeError", "somebody else holds it")

    def locked(self, operation, owner):
        return ("returned", self.holder is not None)

    def serve(self):
        while self.line:
            operation, owner, depth, outcome, resumes = self.line[0]
            if not self._take(owner, depth, resumes):
                return
            self.outcomes[operation] = outcome
            del self.line[0]

    def retry(self, operation):
        """Other than in its turn: who holds an RLock needs no turn."""
        for one, owner, depth, outcome, resumes in self.line:
            if one == operation and self._take(owner, depth, resumes):
                self.withdraw(operation)
                self.outcomes[operation] = outcome

    def expire(self, operation):
        self.retry(operation)
        self.withdraw(operation)
        self.outcomes.setdefault(operation, FALSE)

    def withdraw(self, operation):
        self.line = [one for one in self.line if one[0] != operation]

    def leave(self, owner):
        if self.holder == owner:
            self.holder, self.depth = None, 0


class RLock(Lock):
    recursive = True


class Condition:
    """With a lock; who waits: (operation, owner, depth)."""

    def __init__(self, lock):
        self.lock, self.waiters = lock, []
        self.outcomes = lock.outcomes

    def __getattr__(self, name):
        return getattr(self.lock, name)

    def wait(self, operation, owner, timeout=None):
        if self.lock.holder != owner:
            return error("RuntimeError", "cannot wait on un-acquired lock")
        self.waiters.append((operation, owner, self.lock.depth))
        self.lock.holder, self.lock.depth = None, 0
        if timeout == 0:
            self._resume(len(self.waiters) - 1, FALSE)
        return None

    def _resume(self, i, outcome):
        self.lock.line.append((*self.waiters.pop(i), outcome, True))

    def notify(self, operation, owner, n=1):
        if self.lock.holder != owner:
            return error("RuntimeError", "cannot notify on un-acquired lock")
        for _ in range(min(n, len(self.waiters))):
            self._resume(0, TRUE)
        return NONE

    def notify_all(self, operation, owner):
        return self.notify(operation, owner, len(self.waiters))

    def _in_line(self):
        return [(one[0], one[4]) for one in self.lock.line]

    def _place(self, operation):
        places = [i for i, one in enumerate(self.waiters)
                  if one[0] == operation]
        return places[0] if places else None

    def expire(self, operation):
        if self._place(operation) is not None:
            self._resume(self._place(operation), FALSE)
        elif (operation, False) in self._in_line():
            self.lock.expire(operation)

    def withdraw(self, operation):
        if self._place(operation) is not None:
            del self.waiters[self._place(operation)]
        notified = any(one[0] == operation and one[3] == TRUE and one[4]
                       for one in self.lock.line)
        self.lock.withdraw(operation)
        if notified and self.waiters:
            self._resume(0, TRUE)


class Semaphore(Waited):
    bounded = False

    def __init__(self, value):
        super().__init__()
        self.value = self.initial = value
        self.line, self.taken = [], {}

    def acquire(self, operation, owner, blocking=True):
        if self.value == 0:
            if not blocking:
                return FALSE
            self.line.append((operation, owner))
            return None
        self._take(owner)
        return TRUE

    def _take(self, owner):
        self.value -= 1
        self.taken[owner] = self.taken.get(owner, 0) + 1

    def release(self, operation, owner, n=1):
        if n < 1:
            return error("ValueError", "n must be one or more")
        if self.bounded and self.value + n > self.initial:
            return error("ValueError", "Semaphore released too many times")
        self.value += n
        self.taken[owner] = max(0, self.taken.get(owner, 0) - n)
        return NONE

    def serve(self):
        while self.line and self.value:
            operation, owner = self.line.pop(0)
            self._take(owner)
            self.outcomes[operation] = TRUE

    def expire(self, operation):
        self.withdraw(operation)
        self.outcomes[operation] = FALSE

    def withdraw(self, operation):
        self.line = [one for one in self.line if one[0] != operation]

    def leave(self, owner):
        self.value += self.taken.pop(owner, 0)
        if self.bounded:
            self.value = min(self.value, self.initial)


class BoundedSemaphore(Semaphore):
    bounded = True


class Event(Waited):
    def __init__(self):
        super().__init__()
        self.flag, self.waiters = False, []

    def is_set(self, operation, owner):
        return ("returned", self.flag)

    def set(self, operation, owner):
        self.flag = True
        for operation in self.waiters:
            self.outcomes[operation] = TRUE
        self.waiters = []
        return NONE

    def clear(self, operation, owner):
        self.flag = False
        return NONE

    def wait(self, operation, owner, timeout=None):
        if self.flag or timeout == 0:
            return ("returned", self.flag)
        self.waiters.append(operation)
        return None

    def expire(self, operation):
        if operation in self.waiters:
            self.waiters.remove(operation)
            self.outcomes[operation] = FALSE

    def withdraw(self, operation):
        if operation in self.waiters:
            self.waiters.remove(operation)

    def serve(self):
        pass

    def leave(self, owner):
        pass


class Barrier(Waited):
    def __init__(self, parties):
        super().__init__()
        self.count, self.is_broken, self.waiters = parties, False, []

    def wait(self, operation, owner, timeout=None):
        if self.is_broken:
            return BROKEN
        if len(self.waiters) + 1 == self.count:
            for i, one in enumerate(self.waiters):
                self.outcomes[one] = ("returned", i)
            self.waiters = []
            return ("returned", self.count - 1)
        if timeout == 0:
            self.abort(operation, owner)
            return BROKEN
        self.waiters.append(operation)
        return None

    def abort(self, operation, owner):
        self.reset(operation, owner)
        self.is_broken = True
        return NONE

    def reset(self, operation, owner):
        self.outcomes.update((one, BROKEN) for one in self.waiters)
        self.waiters, self.is_broken = [], False
        return NONE

    def parties(self, operation, owner):
        return ("returned", self.count)

    def n_waiting(self, operation, owner):
        return ("returned", len(self.waiters))

    def broken(self, operation, owner):
        return ("returned", self.is_broken)

    def expire(self, operation):
        if operation in self.waiters:
            self.abort(operation, None)

    def withdraw(self, operation):
        if operation in self.waiters:
            self.waiters.remove(operation)
            self.abort(operation, None)

    def serve(self):
        pass

    def leave(self, owner):
        pass
