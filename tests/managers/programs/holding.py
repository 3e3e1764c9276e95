#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A client of a remote manager that is stock Python, and does one thing:

    holding.py ADDRESS KEY_FILE METHOD TYPEID CALL [ARGUMENT...]

calls a method of what it gets by the typeid. With METHOD "blocks" it says
"ready" before that, and never comes back; with "holds" behind it, and then
waits to be killed. For conditions it acquires them before. Runs on every CPython
from 3.6."""

import ast
import sys
import threading
from multiprocessing.managers import BaseManager


def python_address(text):
    """tcp://HOST:PORT or unix:PATH as multiprocessing has it."""
    if text.startswith("unix:"):
        return text[len("unix:"):]
    host, port = text[len("tcp://"):].rsplit(":", 1)
    return host.strip("[]"), int(port)


def main(address, key_file, method, typeid, call, *arguments):
    BaseManager.register(typeid)
    with open(key_file, "rb") as file:
        manager = BaseManager(python_address(address), file.read())
    manager.connect()
    proxy = getattr(manager, typeid)()
    arguments = [ast.literal_eval(argument) for argument in arguments]
    if call in ("wait", "notify") and hasattr(proxy, "notify"):
        proxy.acquire()
    if method == "blocks":
        print("ready", flush=True)
    result = getattr(proxy, call)(*arguments)
    print("ready" if method == "holds" else "back with %r" % result, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
