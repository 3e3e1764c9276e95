# SPDX-License-Identifier: MIT
"""The tool at a broker with TLS: what the options and the environment say of
certificates, and connections that come back."""

import subprocess

import pytest

from conftest import Broker


class SecureBroker:
    """tielined at one address with TLS, which it keeps when it is restarted."""

    def __init__(self, folder, key_file, certificates, **members):
        self.folder = folder
        self.key_file = key_file
        self.members = {
            "certificate_file": str(certificates / "server-good.crt"),
            "private_key_file": str(certificates / "server-good.key"),
            **members}
        self.run_at("tls://127.0.0.1:0")

    def run_at(self, url):
        self.served = Broker(self.folder, self.key_file, (), {
            "listen": [{"address": url, **self.members}]})
        self.url = self.served.at["tls"]

    def restart(self):
        self.served.process.kill()
        self.served.process.wait()
        self.run_at(self.url)


@pytest.fixture
def secure(tmp_path, key_file, certificates):
    """secure(**members of the address)."""
    brokers = []

    def run(**members):
        folder = tmp_path / f"broker{len(brokers)}"
        folder.mkdir()
        brokers.append(
            SecureBroker(folder, key_file, certificates, **members))
        return brokers[-1]

    yield run
    for broker in brokers:
        broker.served.process.kill()


@pytest.fixture
def at(secure, environment, certificates):
    """A broker that the tool finds, and trusts, by the environment."""
    broker = secure()
    environment.update(TIELINE_URL=broker.url,
                       TIELINE_CA_FILE=str(certificates / "ca.crt"))
    return broker


def out_of(done):
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def test_verbs_of_all_kinds(tool, begin, at):
    assert out_of(tool("ping")).startswith("tielined ")
    out_of(tool("put", "jobs", "x" * 100_000))
    assert out_of(tool("get", "jobs")) == "x" * 100_000 + "\n"
    out_of(tool("call", "shared", "update", "{'a': 1}", "--kind", "dict"))
    assert out_of(tool("call", "shared", "copy")) == "{'a': 1}\n"
    assert out_of(tool("lock", "door", "echo", "mine")) == "mine\n"
    listen = begin("listen", "here", "--exec", "cat", "--backlog", "2")
    many = "".join(f"line {i}\n" for i in range(10_000))
    assert out_of(tool("dial", "here", "--timeout", "50", input=many)) == many
    listen.process.terminate()


def test_options_come_before_the_environment(tool, secure, certificates):
    broker = secure()
    wrong = {"TIELINE_URL": broker.url,
             "TIELINE_CA_FILE": str(certificates / "other-ca.crt"),
             "TIELINE_SERVER_NAME": "elsewhere.test"}
    done = tool("ping", env=wrong)
    assert done.returncode == 4
    assert "ca_file" in done.stderr
    done = tool("ping", "--ca-file", certificates / "ca.crt", env=wrong)
    assert done.returncode == 4
    assert "another name" in done.stderr
    for options in (["--server-name", "localhost"], ["--verify", "chain"]):
        out_of(tool("ping", "--ca-file", certificates / "ca.crt", *options,
                    env=wrong))


def test_the_key_alone_can_tell_who_the_broker_is(tool, secure):
    out_of(tool("ping", "--url", secure().url, "--verify", "none"))


@pytest.mark.parametrize("options,status,text", [
    (("--verify", "some"), 2, "full, chain or none"),
    (("--verify", "none", "--allow-unbound"), 2, "allow_unbound"),
    (("--ca-file", "/no/such/file"), 4, "/no/such/file"),
    (("--allow-unbound",), 4, "key"),
], ids=lambda value: " ".join(value) if isinstance(value, tuple) else None)
def test_what_does_not_go(tool, at, options, status, text):
    done = tool("ping", *options)
    assert done.returncode == status
    assert text in done.stderr


def test_a_broker_that_takes_unbound_logins(tool, secure, certificates):
    broker = secure(allow_unbound=True)
    for options in ((), ("--allow-unbound",)):
        out_of(tool("ping", "--url", broker.url, *options,
                    "--ca-file", certificates / "ca.crt"))


def test_a_certificate_of_ones_own(tool, secure, certificates):
    broker = secure(client_certificates="required",
                    client_ca_file=str(certificates / "ca.crt"))
    environment = {"TIELINE_URL": broker.url,
                   "TIELINE_CA_FILE": str(certificates / "ca.crt")}
    assert tool("ping", env=environment).returncode != 0
    files = ("--certificate-file", certificates / "client-good.crt",
             "--private-key-file", certificates / "client-good.key")
    out_of(tool("ping", *files, env=environment))
    environment.update(TIELINE_CERTIFICATE_FILE=str(files[1]),
                       TIELINE_PRIVATE_KEY_FILE=str(files[3]))
    out_of(tool("ping", env=environment))


def test_a_consumer_comes_back_to_its_broker(tool, begin, at):
    consume = begin("consume", "jobs")
    out_of(tool("put", "jobs", "one"))
    assert consume.line() == "one"
    at.restart()
    out_of(tool("put", "jobs", "two"))
    assert consume.line() == "two"
    consume.process.terminate()
    assert "lost" in consume.finish()[2]


def test_a_listener_comes_back_to_its_broker(tool, begin, at):
    listen = begin("listen", "here", "--keep")
    assert tool("dial", "here", "--timeout", "50",
                input="one\n").returncode == 0
    assert listen.line() == "one"
    at.restart()
    assert tool("dial", "here", "--timeout", "50",
                input="two\n").returncode == 0
    assert listen.line() == "two"
    listen.process.terminate()


def test_what_a_command_breaks_is_broken(tool, begin, at):
    begin("listen", "here", "--exec", "head -n 1; exit 1")
    done = tool("dial", "here", "--timeout", "50", input="one\n")
    assert (done.returncode, done.stdout) == (9, "one\n")


def test_a_broker_that_dies_is_a_loss(begin, at):
    listen = begin("listen", "here", stdin=subprocess.PIPE)
    dial = begin("dial", "here", "--timeout", "50", stdin=subprocess.PIPE)
    dial.process.stdin.write("met\n")
    dial.process.stdin.flush()
    assert listen.line() == "met"
    at.served.process.kill()
    assert listen.finish()[0] == 9
    assert dial.finish()[0] == 9
