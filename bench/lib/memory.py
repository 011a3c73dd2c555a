# SPDX-License-Identifier: MIT
"""Memory of a server: idle, and for each connection that it has to hold in some state."""

import re
import subprocess
import time

from lib.process import Failed, Process, tree
from lib.servers import OURS, Running

# state: (option of the load generator, connections, of them at a time not yet in that state).
#
# Few at a time, because the memory of many parallel handshakes stays in the heap and would count
# for the held connections. Half-open connections are fewer than hello-server's default limit of
# handshakes in flight.
STATES = {
    "silent": ("tcp", 2000, 64),
    "half-open": ("hello", 800, 8),
    "no request": ("request", 800, 8),
    "lingering": ("linger", 800, 4),
}

# No deadline may close a held connection.
PATIENCE = ("--handshake-timeout", "120s", "--request-timeout", "120s", "--linger-timeout", "120s")
HOLD_SECONDS = 30


def rss_kib(pid):
    """Resident memory of one process. The rollup is exact; VmRSS is not since Linux 6.2."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        return int(re.search(r"^Rss:\s+(\d+)", rollup.read(), re.M).group(1))


def _all_kib(process):
    return sum(rss_kib(pid) for pid in process.pids())


def idle(bench, server):
    """MiB of the master, and of one worker that has served a few connections."""
    with Running(bench, server) as running:
        bench.load(server.name, running.port, "--tls", "1.3", count=20, parallel=2)
        time.sleep(0.2)
        master = running.process.pid
        workers = [pid for pid in tree(master) if pid != master]
        return {"master_mib": rss_kib(master) / 1024,
                "worker_mib": max(map(rss_kib, workers), default=0) / 1024}


def held(bench, server, state, quick):
    """KiB for each connection held in the state."""
    option, count, parallel = STATES[state]
    if quick:
        count //= 4
    with Running(bench, server, options=PATIENCE if server.ours else ()) as running:
        bench.load(server.name, running.port, "--tls", "1.3", count=200, parallel=8)
        time.sleep(0.3)
        before = _all_kib(running.process)
        command = [bench.program("tlsload"), "--port", str(running.port), "--count", str(count),
                   "--parallel", str(parallel), "--tls", "1.3", "--groups", "X25519",
                   "--hold", option, "--hold-time", str(HOLD_SECONDS)]
        with Process(command, bench.client_core, stdout=subprocess.PIPE) as load:
            line = load.child.stdout.readline().decode("ascii", "replace")
            if f"held={count} " not in line:
                raise Failed(f"{count} connections were to be held: {line.strip() or 'none was'}")
            time.sleep(0.5)
            after = _all_kib(running.process)
        return (after - before) / count
