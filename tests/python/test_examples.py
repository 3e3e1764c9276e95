# SPDX-License-Identifier: MIT
"""The examples that use tieline.py."""

import os

import pytest

from conftest import ROOT

from .conftest import FILE


@pytest.fixture
def example(start, key_file):
    """Starts one: example(python, name, url, argument...)."""
    environment = {**os.environ, "PYTHONPATH": str(FILE.parent)}

    def run(python, name, url, *arguments):
        return start(python, "-B", ROOT / "examples" / name, url, key_file,
                     *arguments, env=environment)
    return run


def options(**files):
    return [f"{name}={path}" for name, path in files.items()]


def test_an_echo_over_tls(example, modern, certificates):
    server = example(modern, "tls_echo_server.py", "tls://localhost:0",
                     *options(
                         certificate_file=certificates / "server-good.crt",
                         private_key_file=certificates / "server-good.key"))
    url = server.listening_at()
    for messages in (["hello", "caf\u00e9"], ["again"]):
        client = example(modern, "tls_echo_client.py", url,
                         certificates / "ca.crt", *messages)
        status, out, err = client.finish()
        assert (status, out.splitlines(), err) == (0, messages, "")
    client = example(modern, "tls_echo_client.py", url,
                     certificates / "other-ca.crt", "hello")
    status, out, err = client.finish()
    assert status == 1 and out == "" and "CERTIFICATE_VERIFY_FAILED" in err
