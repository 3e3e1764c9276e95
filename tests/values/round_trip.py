# SPDX-License-Identifier: MIT
"""round_trip.py PROGRAM SEED COUNT: objects as pickles of each protocol that
this Python writes, through the program, and back in each protocol that it
writes. Runs on every Python from 3.6."""

import pickle
import sys
import warnings

from codec import Codec
from isomorphism import difference
from objects import Objects

# Of an object and a protocol, how many Python itself cannot do.
PYTHON_CANNOT = .05


def pickled(one, protocol):
    """None if Python cannot bring it there and back."""
    try:
        data = pickle.dumps(one, protocol)
        back = pickle.loads(data)
    except (TypeError, RecursionError, pickle.PicklingError, AttributeError):
        return None
    return data if difference(one, back) is None else None


def check(codec, one, data):
    for protocol, recoded in codec.recode(data).items():
        if protocol > pickle.HIGHEST_PROTOCOL:
            continue
        wrong = difference(one, pickle.loads(recoded))
        assert wrong is None, "written as protocol %d: %s" % (protocol, wrong)


def main(program, seed, count):
    warnings.simplefilter("ignore")  # iterators will not be pickled for ever
    done = cannot = 0
    with Codec(program) as codec:
        for number in range(int(count)):
            one = Objects("%s %s" % (seed, number)).any()
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                data = pickled(one, protocol)
                if data is None:
                    cannot += 1
                    continue
                try:
                    check(codec, one, data)
                except BaseException:
                    print("object %d, protocol %d" % (number, protocol))
                    raise
                done += 1
    assert cannot <= PYTHON_CANNOT * (done + cannot), (cannot, done)
    print("done", done, "cannot", cannot)


if __name__ == "__main__":
    main(*sys.argv[1:])
