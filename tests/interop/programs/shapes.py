# SPDX-License-Identifier: MIT
"""Classes for objects in pickles."""


class Plain:
    pass


class List(list):
    pass


class Set(set):
    pass


class Argued:
    """Keeps its arguments, and what is appended."""

    def __init__(self, *args):
        self.args = args
        self.appended = []

    def append(self, item):
        self.appended.append(item)


class Keyed:
    def __new__(cls, *args, **kwargs):
        self = super().__new__(cls)
        self.made_of = args, kwargs
        return self


class Outer:
    class Inner:
        class Core:
            pass


class Étude:
    pass
