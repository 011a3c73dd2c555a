# SPDX-License-Identifier: MIT
"""What a connection costs our server as its configuration, or the number of connections, grows."""

import contextlib
import subprocess
from dataclasses import dataclass, field

from lib import callgrind, pki
from lib.process import Failed, Process, descriptors, wait_until
from lib.scenarios import ALL

LOAD = ALL["x25519"].load
HOLD_SECONDS = 600
WITHOUT_SECCOMP = ("--sandbox", "off")  # it would also filter the system calls of valgrind


@dataclass(frozen=True)
class Row:
    count: int
    server: tuple = ()
    load: tuple = ()
    held: int = 0      # connections that are open meanwhile and say nothing


@dataclass(frozen=True)
class Series:
    name: str
    title: str
    rows: list = field(default_factory=list)


def _name(number):
    return f"host{number}.test"


def _identities(bench, count):
    """The client asks for the last one."""
    options = []
    for number in range(1, count):
        options += ["--cert", bench.path(_name(number) + ".crt"),
                    "--key", bench.path(_name(number) + ".key")]
    return Row(count, tuple(options), ("--sni", _name(count - 1) if count > 1 else "localhost"))


def _blocks(count):
    """The client is in the last one."""
    blocks = [f"10.0.{number // 256}.{number % 256}/32" for number in range(1, count)]
    return Row(count, tuple(word for block in [*blocks, "127.0.0.0/8"]
                            for word in ("--allow", block)))


def _mutual(bench, count, *options):
    return Row(count, ("--client-ca", bench.path("ca.pem"), *options),
               ("--cert", bench.path("client.pem")))


def _clients(bench, count):
    """The client has the last one's name."""
    names = [_name(number) for number in range(1, count)] + ["client.test"]
    return _mutual(bench, count, *(word for name in names for word in ("--allow-dns", name)))


def _crl(bench, count):
    return _mutual(bench, count, "--crlfile", bench.path(f"crl{count}.pem"))


def series(bench):
    """All of them. Makes their certificates and lists."""
    lists = (1, 1000, 100000)
    for number in range(1, 64):
        pki.leaf(bench.folder, _name(number), pki.KINDS["ec"], "serverAuth", f"DNS:{_name(number)}")
    pki.leaf(bench.folder, "client", pki.KINDS["ec"], "clientAuth", "DNS:client.test")
    for count in lists:
        pki.make_crl(bench.folder, f"crl{count}.pem", count)
    bench.give_files_away()
    return [
        Series("identities", "identities (--cert), chosen by SNI",
               [_identities(bench, count) for count in (1, 10, 64)]),
        Series("allow", "address blocks (--allow)", [_blocks(count) for count in (1, 8, 64)]),
        Series("clients", "names of clients (--allow-dns), with client certificates",
               [_clients(bench, count) for count in (1, 8, 64)]),
        Series("crl", "entries of a CRL, with client certificates",
               [_crl(bench, count) for count in lists]),
        Series("open", "open connections that say nothing",
               [Row(count, ("--max-connections", "15000", "--handshake-timeout", "600s"),
                    held=count) for count in (0, 1000, 10000)]),
    ]


@contextlib.contextmanager
def _open(bench, count, running):
    """Keeps so many connections open. Their end costs something only after the count."""
    command = [bench.program("tlsload"), "--port", str(running.port), "--count", str(count),
               "--parallel", "64", "--hold", "tcp", "--hold-time", str(HOLD_SECONDS)]
    if count == 0:
        yield
        return
    before = descriptors(running.process.pids())
    with Process(command, bench.client_core, stdout=subprocess.PIPE) as load:
        line = load.child.stdout.readline().decode("ascii", "replace")
        if f"held={count} " not in line:
            raise Failed(f"{count} connections were to be held: {line.strip() or 'none was'}")
        if not wait_until(lambda: descriptors(running.process.pids()) >= before + count, 120):
            raise Failed(f"the server did not accept {count} connections")
        yield


def measure(bench, definition, row):
    """Instructions per connection."""
    return callgrind.server(bench, definition, (*LOAD, *row.load),
                            (*WITHOUT_SECCOMP, *row.server),
                            lambda running: _open(bench, row.held, running))
