# SPDX-License-Identifier: MIT
"""The model at the end of a pipe: operations go in, what came of them comes
out. Time is what the test says it is."""

import array
import pickle
import subprocess

from conftest import BUILD, HANG

NAMES = {"__builtins__": {}, "array": array.array, "set": set,
         "frozenset": frozenset,
         "bytearray": bytearray, "range": range, "slice": slice,
         "inf": float("inf"), "nan": float("nan")}


class Answer:
    """What came of an operation. status is "OK", "WAITS" or the name of an
    error, whose exception is `raised` and whose arguments are `value`. Other
    attributes are 0 or None if there is nothing to tell: value, format,
    granted (and by which object), dropped (and of which owner), attempts, created,
    deliveries, lost_messages, lost_bytes, subject, headers; pickle, for a value that is an
    object; of what waits n, class (as
    wait_class), on, ticket, dropped, timeout_ms; woken is a list of pairs of an
    object's id and a mask."""

    NUMBERS = ("granted", "object", "dropped", "dropped_owner", "attempts",
               "created", "deliveries", "lost_messages", "lost_bytes",
               "ticket", "on", "survived")

    def __init__(self, fields):
        self.fields = fields
        self.wait_class = fields.get("class")
        self.woken = fields.get("woken", [])

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.fields.get(name, 0 if name in self.NUMBERS else None)

    def __repr__(self):
        return f"Answer({self.fields})"

    @property
    def ok(self):
        return self.status == "OK"

    @property
    def waits(self):
        return self.status == "WAITS"


class Model:
    """One process, and in it one model at a time: new() makes another one."""

    def __init__(self):
        self.process = subprocess.Popen(
            [BUILD / "tests" / "model" / "model-driver"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            encoding="utf-8", errors="surrogatepass")
        self.now_ms = 1_000_000
        self.new()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(HANG) == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def line(self, verb, *rest):
        """The line of an operation, at the time that it is now."""
        return repr((verb, self.now_ms, *rest)) + "\n"

    def run(self, lines):
        """Many lines at once: writes them all, then reads all the answers.
        Keep them below what a pipe holds, or few hundred at a time."""
        self.process.stdin.write("".join(lines))
        self.process.stdin.flush()
        return [self._answer() for _ in lines]

    def _answer(self):
        line = self.process.stdout.readline()
        assert line, "the driver has ended"
        return Answer(eval(line, NAMES))

    def do(self, verb, *rest):
        return self.run([self.line(verb, *rest)])[0]

    def new(self, **limits):
        return self.do("new", limits)

    def make(self, alias, kind, *args, **keywords):
        """One as Python's constructor of that kind makes it."""
        return self.open(alias, kind, args=args, kwds=keywords)

    def make_of_proxies(self, alias, kind, *args, **keywords):
        """The same with proxies among the arguments: proxies.py."""
        return self.do("open", 1, alias, pickle.dumps(
            {"name": alias, "kind": kind, "args": args, "kwds": keywords}), 0)

    def open(self, alias, kind=None, owner=1, identity=0, **options):
        """A named object: its name is the alias, unless name= says another
        one; name=None is anonymous."""
        options.setdefault("name", alias)
        if kind:
            options["kind"] = kind
        return self.do("open", owner, alias, options, identity)

    def close_handle(self, alias, owner=1):
        return self.do("close", owner, alias)

    def call(self, alias, method, *args, owner=1, **keywords):
        return self.do("call", owner, alias, method, args, keywords)

    def call_proxies(self, alias, method, *args, owner=1, **keywords):
        """The same with arguments that have proxies in them: proxies.py."""
        return self.do("call_pickled", owner, alias,
                       pickle.dumps((method, args, keywords)))

    def hold(self):
        """What the next operation answers is on its way until it arrives."""
        return self.do("hold")

    def arrive(self):
        return self.do("arrive")

    def put(self, alias, value, owner=1, **options):
        return self.do("put", owner, alias, value, options)

    def publish(self, alias, subject, value, owner=1, **options):
        return self.do("publish", owner, alias, value,
                       dict(options, subject=subject))

    def get(self, alias, owner=1, **options):
        return self.do("get", owner, alias, options)

    def peek(self, alias, skip=0, owner=1):
        return self.do("peek", owner, alias, skip)

    def ack(self, alias, token, owner=1):
        return self.do("ack", owner, alias, token)

    def nack(self, alias, token, delay_ms=0, owner=1):
        return self.do("nack", owner, alias, token, delay_ms)

    def touch(self, alias, token, lease_ms=0, owner=1):
        return self.do("touch", owner, alias, token, lease_ms)

    def give_back(self, alias, token, owner=1, untold=False):
        """As when the connection of the owner has gone; perhaps before it
        heard of it."""
        return self.do("return", owner, alias, token, 0, untold)

    def subscribe(self, alias, subscription, owner=1, **options):
        return self.do("subscribe", owner, alias, subscription, options)

    def fetch(self, subscription, owner=1):
        return self.do("fetch", owner, subscription)

    def retry(self, waiting):
        return self.do("retry", waiting.n)

    def expire(self, waiting):
        """The time of what waits is over."""
        return self.do("expire", waiting.n)

    def withdraw(self, waiting):
        """The connection of what waits has gone."""
        return self.do("withdraw", waiting.n)

    def pass_time(self, milliseconds):
        """Lets time pass; the answer's next is the next deadline, or None."""
        self.now_ms += milliseconds
        return self.do("elapse")

    def python(self, does=True):
        """Whether a stock manager's client asks from now on."""
        return self.do("python", does)

    def fail(self, n, for_good=False):
        """The n-th allocation of the next operation fails, from 1; its answer
        has survived=1 if it needed fewer."""
        return self.do("fail", n, for_good)
