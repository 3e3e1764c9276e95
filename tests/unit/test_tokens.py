# SPDX-License-Identifier: MIT
"""The tokens in pickled proxies, as every CPython pickles them."""

import ast
import json
import subprocess

from conftest import BUILD, HANG

# Prints a pickle of the same proxies for each protocol. They are not connected
# to anything, so that only their class and their token are theirs.
PICKLED = """
import json, pickle
from multiprocessing import managers

def proxy(kind, token, is_auto=False):
    made = object.__new__(kind)
    made._token, made._serializer = token, "pickle"
    made._isauto, made._exposed_ = is_auto, ("get", "put")
    made._idset, made._id, made._close = set(), None, None
    return made

lists = proxy(managers.ListProxy,
              managers.Token("list", ("127.0.0.1", 5000), "e-1-list"))
dicts = proxy(managers.DictProxy,
              managers.Token("dict", "/run/socket", "e-2-dict"))
auto = proxy(managers.MakeProxyType("AutoProxy[t]", ("get", "put")),
             managers.Token("t", b"\\0abstract", "e-3-t"), is_auto=True)
value = [lists, {"of": [dicts, (auto, lists)]}]
print(json.dumps([pickle.dumps(value, protocol).hex()
                  for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]))
"""

STATES = [("list", ("127.0.0.1", 5000), "e-1-list"),
          ("dict", "/run/socket", "e-2-dict"),
          ("t", b"\0abstract", "e-3-t")]


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True,
                          timeout=HANG, **options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_tokens_of_real_proxies_are_found(python):
    pickles = json.loads(run(python, "-c", PICKLED))
    assert len(pickles) >= 3
    answers = run(BUILD / "tests/unit/texts", "tokens",
                  input="".join(pickle + "\n" for pickle in pickles))
    assert answers.count("\n") == len(pickles)
    for answer in answers.splitlines():
        assert ast.literal_eval(answer) == STATES
