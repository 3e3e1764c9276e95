# SPDX-License-Identifier: MIT
"""Who may include what: the layers of ARCHITECTURE.md, over every #include."""

import re

import pytest

from conftest import ROOT

LIBC = {
    "assert.h", "ctype.h", "errno.h", "float.h", "getopt.h", "inttypes.h",
    "limits.h", "locale.h", "math.h", "stdalign.h", "stdarg.h",
    "stdatomic.h", "stdbool.h",
    "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "sys/queue.h",
    "time.h", "wchar.h",
}
SYSTEM = LIBC | {
    "arpa/inet.h", "fcntl.h", "netdb.h", "netinet/in.h", "netinet/tcp.h",
    "poll.h", "pthread.h", "signal.h", "unistd.h",
}
PUBLIC = {"tieline/%s.h" % name for name in (
    "codes", "handle", "options", "tieline", "values", "session", "queue",
    "topic", "sync", "shared")}
ADAPTERS = {"tieline/adapters/libevent.h", "tieline/adapters/poll.h"}

# What the folders of kinds share: none sees another.
MODEL = tuple("broker/engine/model/%s.h" % name for name in (
    "call", "cell", "kinds", "links", "model", "permit"))

# Folder: which headers of its own, of other layers, and of others it may see.
LAYERS = {
    "proto": (("proto/",), LIBC),
    "system": (("system/", "proto/"), SYSTEM | PUBLIC),
    "libclient": (("libclient/", "system/", "proto/"), SYSTEM | PUBLIC),
    "broker": (("broker/", "system/", "proto/"), SYSTEM | PUBLIC),
    "broker/engine": (("broker/engine/", "broker/rights.h", "broker/table.h",
                       "proto/"), LIBC),
    "broker/engine/model/queue": (
        ("broker/engine/model/queue/", *MODEL, "proto/"), LIBC),
    "broker/engine/model/topic": (
        ("broker/engine/model/topic/", *MODEL, "broker/table.h", "proto/"),
        LIBC),
    "broker/engine/model/sync": (
        ("broker/engine/model/sync/", *MODEL, "proto/"), LIBC),
    "broker/engine/model/shared": (
        ("broker/engine/model/shared/", *MODEL, "proto/"), LIBC),
    "cli": (("cli/",), SYSTEM | PUBLIC | ADAPTERS),
    "include": ((), {"stdbool.h", "stddef.h", "stdint.h", "string.h"}),
    "examples": (("examples/",), SYSTEM | PUBLIC | ADAPTERS),
    "bench": (("bench/",), SYSTEM | PUBLIC),
    "tests/helpers": (("tests/helpers/",), SYSTEM | PUBLIC),
}

# Third-party and system headers with one home each.
HOMES = {
    "openssl/": {"proto/hmac.c", "proto/tls.c", "proto/tls_context.c",
                 "proto/tls_context_private.h", "proto/tls_explain.c",
                 "proto/tls_peer.c"},
    "cjson/": {"proto/json.c", "cli/json.c"},
    "expat.h": {"proto/xmlrpc_read.c"},
    "event2/": {"include/tieline/adapters/libevent.h", "broker/accepting.h",
                "broker/port.h", "broker/stream.h", "broker/timer.h"},
    "uthash.h": {"broker/table.h"},
    "dirent.h": {"broker/identity_folder.c", "cli/key_listing.c"},
    "linux/sockios.h": {"system/socket.c", "cli/breaking.c"},
    "pwd.h": {"system/users.c", "cli/identity_file.c"},
    "spawn.h": {"cli/child.c"},
    "sys/file.h": {"cli/key_folder.c"},
    "sys/ioctl.h": {"system/socket.c", "cli/breaking.c"},
    "sys/resource.h": {"broker/main.c", "cli/carrier.c"},
    "sys/epoll.h": {"libclient/poller.h", "bench/minirelay.c",
                    "bench/null-manager.c"},
    "sys/eventfd.h": {"libclient/poller.c"},
    "sys/signalfd.h": {"cli/loop.c"},
    "sys/mman.h": {"bench/team.c", "cli/work.c"},
    "sys/wait.h": {"bench/relay.c", "bench/team.c", "cli/child.c",
                   "cli/loop.c", "cli/verb_lock.c"},
    "sys/random.h": {"system/random.c"},
    "sys/socket.h": {"system/endpoint.h", "system/process.c",
                     "examples/echo-server.c",
                     "cli/breaking.c", "cli/target.c",
                     "bench/connection.c", "bench/dialect_redis.c",
                     "bench/minirelay.c", "bench/relay.c"},
    "sys/uio.h": {"system/socket.h", "bench/connection.c"},
    "sys/un.h": {"system/endpoint.c", "system/socket.c",
                 "system/socketfile.c"},
    "sys/stat.h": {"system/credentials.c", "system/file.h", "system/key.c",
                   "system/places.c", "system/socket.c",
                   "system/socketfile.h", "broker/config_file.c",
                   "broker/identity_folder.c", "cli/key_folder.h",
                   "cli/verb_key.c"},
    "sys/types.h": {"broker/splice.h", "broker/stream.h", "cli/child.h",
                    "cli/loop.h", "system/file.h", "system/socket.h",
                    "system/socketfile.h"},
    "stdlib.h": {"include/tieline/adapters/libevent.h"},
    "poll.h": {"include/tieline/adapters/poll.h"},
    "linux/audit.h": {"tests/helpers/confine.c"},
    "linux/filter.h": {"tests/helpers/confine.c"},
    "linux/seccomp.h": {"tests/helpers/confine.c"},
    "malloc.h": {"tests/helpers/usage.c"},
    "sys/prctl.h": {"tests/helpers/confine.c"},
    "sys/syscall.h": {"system/process.c", "tests/helpers/confine.c"},
    "limits.h": {"include/tieline/adapters/poll.h"},
    "time.h": {"include/tieline/adapters/poll.h"},
    "tieline/": {"include/" + name for name in PUBLIC | ADAPTERS},
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def allowed(path, folder, kind, header):
    """Whether the file at path (from the root) may include that header."""
    own, others = LAYERS[folder]
    if kind == '"':
        target = (ROOT / path).parent.joinpath(header).resolve()
        return any(str(target.relative_to(ROOT)).startswith(layer)
                   for layer in own)
    return header in others or any(
        header.startswith(name) and path in homes
        for name, homes in HOMES.items())


def wrong_includes(folder, read=lambda path: path.read_text()):
    for path in sorted((ROOT / folder).rglob("*.[ch]")):
        name = str(path.relative_to(ROOT))
        for kind, header in INCLUDE.findall(read(path)):
            if not allowed(name, folder, kind, header):
                yield name, header


@pytest.mark.parametrize("folder", LAYERS)
def test_a_layer_sees_only_what_it_may(folder):
    assert list(wrong_includes(folder)) == []


@pytest.mark.parametrize("folder,line", [
    ("proto", "#include <sys/socket.h>"),
    ("proto", "#include <time.h>\n#include <unistd.h>"),
    ("proto", "#include <cjson/cJSON.h>"),
    ("proto", '#include "../libclient/socket.h"'),
    ("proto", "#include <tieline/tieline.h>"),
    ("system", '#include "../libclient/handle.h"'),
    ("libclient", "#include <openssl/hmac.h>"),
    ("libclient", "#include <event2/event.h>"),
    ("broker", '#include "../libclient/handle.h"'),
    ("broker/engine/model/sync", '#include "../queue/queue_entries.h"'),
    ("cli", '#include "../proto/frame.h"'),
    ("libclient", '#include "../examples/common.h"'),
    ("examples", '#include "../proto/frame.h"'),
    ("include", "#include <sys/types.h>"),
])
def test_a_wrong_include_is_found(folder, line):
    assert list(wrong_includes(folder, lambda path: line))


def test_nobody_but_the_engine_sees_the_model():
    for path in (ROOT / "broker").glob("*.[ch]"):
        assert "engine/model/" not in path.read_text(), path


def test_no_layer_is_forgotten():
    """Each folder with C in it has a row, or is a test's own."""
    folders = {str(path.parent.relative_to(ROOT)).split("/")[0]
               for path in ROOT.rglob("*.c")}
    named = {folder.split("/")[0] for folder in LAYERS}
    assert {name for name in folders if not name.startswith("build")} <= named
