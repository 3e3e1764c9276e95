# SPDX-License-Identifier: MIT
"""Programs that use locks and shared objects through libtieline."""

import ast
import subprocess

from conftest import BUILD


class Error(Exception):
    """What a call returned that failed: a code, and a text."""

    def __init__(self, code, text):
        super().__init__(code, text)
        self.code = code


class Sharer:
    """tests/helpers/sharer: its functions are called by name."""

    def __init__(self, start, address, key_file):
        self.program = start(BUILD / "tests/sharer", address, key_file,
                             stdin=subprocess.PIPE)

    def ask(self, *command):
        """Starts a call."""
        self.program.process.stdin.write(f"{list(command)!r}\n")
        self.program.process.stdin.flush()

    def answer(self):
        """What the call that was started first returned, or stored."""
        code, _, rest = self.program.line().partition(" ")
        if code != "TIELINE_OK":
            raise Error(code, rest)
        return ast.literal_eval(rest)

    def __getattr__(self, name):
        def call(*arguments):
            self.ask(name, *arguments)
            return self.answer()
        return call

    def failure(self):
        """The code with which the call failed that was started first, which it
        must."""
        try:
            result = self.answer()
        except Error as error:
            return error.code
        raise AssertionError(f"it succeeded with {result!r}")

    def fails(self, *command):
        self.ask(*command)
        return self.failure()

    def kill(self):
        self.program.process.kill()
