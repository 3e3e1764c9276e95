# SPDX-License-Identifier: MIT
"""Measures tielined's relay beside others in one run and prints ratios.

    python3 bench/relay.py [--build build] [--rounds 9] [--one-core] [--tls]

The others: no relay at all, bench/minirelay (the least that a relay can do),
and socat and HAProxy where they are installed. With --tls both ends reach the
broker by `tieline tunnel`, and the other one is stunnel: a tunnel at each end
and one in the middle, so that all goes over TLS twice. Contestants take turns in every
round; a ratio is the median over the rounds. Above 1, the other one took longer,
or used more CPU time, than tielined."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# Title, what, length, count.
MEASURES = [
    ("round trip, 64 B", "ping", 64, 20000),
    ("round trip, 4 KiB", "ping", 4096, 15000),
    ("round trip, 64 KiB", "ping", 65536, 3000),
    ("round trip, 1 MiB", "ping", 1 << 20, 200),
    ("stream, 64 B, batched", "stream", 64, 8000000),
    ("stream, 4 KiB, batched", "stream", 4096, 300000),
    ("stream, 64 KiB", "stream", 65536, 20000),
    ("stream, 1 MiB", "stream", 1 << 20, 1200),
]

HAPROXY = """
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    %s
listen relay
    bind 127.0.0.1:%d
    server target 127.0.0.1:%d
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(stack, *command, **options):
    process = subprocess.Popen([str(word) for word in command], text=True,
                               **options)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def direct(stack, build, folder):
    port = free_port()
    return ["pass", port, port, 0]


def minimal(stack, build, folder):
    ports = free_port(), free_port()
    process = start(stack, build / "bench/minirelay", *ports,
                    stdout=subprocess.PIPE)
    process.stdout.readline()
    return ["pass", ports[1], ports[0], process.pid]


def socat(stack, build, folder):
    """It forks for each connection, so its CPU time is not seen."""
    ports = free_port(), free_port()
    start(stack, "socat", "-b262144",
          "TCP-LISTEN:%d,bind=127.0.0.1,fork,nodelay,reuseaddr" % ports[0],
          "TCP:127.0.0.1:%d,nodelay" % ports[1])
    return ["pass", ports[1], ports[0], 0]


def haproxy(stack, build, folder, option=""):
    ports = free_port(), free_port()
    config = folder / ("haproxy%d.cfg" % ports[0])
    config.write_text(HAPROXY % (option, *ports))
    process = start(stack, "haproxy", "-db", "-f", config,
                    stderr=subprocess.DEVNULL)
    return ["pass", ports[1], ports[0], process.pid]


def haproxy_splice(stack, build, folder):
    return haproxy(stack, build, folder, "option splice-auto")


def tielined(stack, build, folder):
    key = new_key(folder)
    process, url = start_tielined(
        stack, build, "--listen", "tcp://127.0.0.1:0", "--authkey-file", key)
    return ["meet", url, key, process.pid]


def start_tielined(stack, build, *options):
    """The process, and the address that it listens at."""
    process = start(stack, build / "broker/tielined", "--print-address",
                    *options, stdout=subprocess.PIPE)
    return process, process.stdout.readline().split()[-1]


def new_key(folder):
    key = folder / "key"
    key.touch(mode=0o600)
    key.write_text("a key of 32 bytes for the bench!")
    return key


def new_certificates(folder):
    made = folder / "certificates"
    if not made.exists():
        subprocess.run([HERE.parent / "certs/make", made], check=True,
                       stdout=subprocess.DEVNULL)
    return made


def tunnelled(stack, build, folder):
    key, certificates = new_key(folder), new_certificates(folder)
    settings = folder / "tielined.json"
    settings.write_text(json.dumps({"authkey_file": str(key), "listen": [{
        "address": "tls://127.0.0.1:0",
        "certificate_file": str(certificates / "server.crt"),
        "private_key_file": str(certificates / "server.key")}]}))
    _, url = start_tielined(stack, build, "--config", settings)
    tunnel = start(stack, build / "cli/tieline", "tunnel",
                   "tcp://127.0.0.1:0", url, "--authkey-file", key,
                   "--ca-file", certificates / "ca.crt",
                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return ["meet", tunnel.stdout.readline().split()[-1], key, 0]


STUNNEL = """
foreground = quiet
pid =
debug = 3
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
%s
"""

STUNNEL_CLIENT = """
[to %(there)d]
client = yes
accept = 127.0.0.1:%(here)d
connect = 127.0.0.1:%(there)d
CAfile = %(certificates)s/ca.crt
verifyChain = yes
"""

STUNNEL_SERVER = """
[at %(here)d]
accept = 127.0.0.1:%(here)d
connect = 127.0.0.1:%(there)d
cert = %(certificates)s/server.crt
key = %(certificates)s/server.key
"""


def stunnel(stack, build, folder):
    """From the near end's port to the far end's, over four others."""
    certificates = new_certificates(folder)
    ports = [free_port() for _ in range(5)]
    steps = [kind % {"here": here, "there": there,
                     "certificates": certificates}
             for kind, here, there in zip(
                 [STUNNEL_CLIENT, STUNNEL_SERVER] * 2, ports, ports[1:])]
    for number, part in enumerate([steps[:1], steps[1:3], steps[3:]]):
        config = folder / ("stunnel%d.conf" % number)
        config.write_text(STUNNEL % "".join(part))
        start(stack, "stunnel", config)
    for port in ports[:4]:
        await_listener(port)
    return ["pass", ports[4], ports[0], 0]


def await_listener(port):
    """Has it listen: a connection is made, and closed again."""
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return


CONTESTANTS = {"tielined": tielined, "direct": direct, "minimal": minimal,
               "socat": socat, "haproxy": haproxy,
               "haproxy splice": haproxy_splice}
SECURE_CONTESTANTS = {"tielined": tunnelled, "stunnel": stunnel}


def run(build, path, what, length, count):
    done = subprocess.run(
        [str(word) for word in (build / "bench/relay", *path, what, length,
                                count)],
        stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    return tuple(map(float, done.stdout.split()))


def ratio(others, ours):
    pairs = [theirs / mine for theirs, mine in zip(others, ours) if mine > 0]
    return statistics.median(pairs) if pairs else float("nan")


def compare(build, paths, measure, rounds):
    title, what, length, count = measure
    results = {name: [] for name in paths}
    for _ in range(rounds):
        for name, path in paths.items():
            results[name].append(run(build, path, what, length, count))
    times = {name: [r[0] for r in all_] for name, all_ in results.items()}
    cpus = {name: [r[1] for r in all_] for name, all_ in results.items()}
    line = "%-24s %9.2f us" % (
        title, statistics.median(times["tielined"]) / count * 1e6)
    if any(cpus["tielined"]):
        line += ", cpu %8.2f us" % (
            statistics.median(cpus["tielined"]) / count * 1e6)
    for name in paths:
        if name != "tielined":
            line += " | %s %.2f" % (name, ratio(times[name],
                                                times["tielined"]))
            if any(cpus[name]):
                line += ", cpu %.2f" % ratio(cpus[name], cpus["tielined"])
    print(line, flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path,
                        default=HERE.parent / "build")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--one-core", action="store_true",
                        help="keep all processes on one core")
    parser.add_argument("--tls", action="store_true",
                        help="over TLS, by tunnels")
    parser.add_argument("--only", default="", help="part of a title")
    args = parser.parse_args()
    if args.one_core:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    contestants = SECURE_CONTESTANTS if args.tls else CONTESTANTS
    names = [name for name in contestants
             if name in ("tielined", "direct", "minimal") or
             shutil.which(name.split()[0])]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(
            tempfile.TemporaryDirectory()))
        paths = {name: contestants[name](stack, args.build, folder)
                 for name in names}
        for measure in MEASURES:
            if args.only in measure[0]:
                compare(args.build, paths, measure, args.rounds)


main()
