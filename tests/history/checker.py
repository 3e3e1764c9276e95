# SPDX-License-Identifier: MIT
"""Says of recorded histories (events.py) what in them cannot be:

    python3 tests/history/checker.py FOLDER...
"""

import pathlib
import sys

if __package__:
    from . import linearizable, locks, queues
    from .events import read_history
else:
    import linearizable
    import locks
    import queues
    from events import read_history


def find_anomalies(history):
    """A text for each, with the operations concerned. All queues were emptied
    by takes in the end, after all connections had ended."""
    for name, ones in history.of("put", "get", "take", "ack", "nack").items():
        yield from queues.find_anomalies(name, ones, history)
    for name, ones in history.of("acquire", "release").items():
        yield from locks.find_anomalies(name, ones, history)
    for name, ones in history.of("set", "read", "pop", "cas").items():
        yield from linearizable.find_anomalies(name, ones)


def main(folders):
    found = [f"{folder}: {text}" for folder in folders
             for text in find_anomalies(read_history(pathlib.Path(folder)))]
    print("\n".join(found) or "nothing is wrong")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
