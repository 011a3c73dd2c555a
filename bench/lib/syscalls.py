# SPDX-License-Identifier: MIT
"""Kernel calls of a server per connection, counted by strace."""

import os
import re
import signal
import time

from lib.process import Failed, Process, descriptors, run, wait_until

COUNT = 300
PARALLEL = 32
SENDS = ("send", "sendto", "sendmsg", "sendmmsg", "write", "writev")

# hello-server sends with send(2) only. These are its log.
LOG = ("write",)

# OpenSSL calls getpid to notice a fork, three times or more in each connection. It costs almost
# nothing, and only the library decides how often.
IGNORED = "getpid"


def unavailable():
    """Why nothing can be counted here; empty if it can."""
    try:
        done = run(["strace", "-o", "/dev/null", "true"], 10)
    except Failed:
        return "strace is not installed"
    return "" if done.returncode == 0 else f"strace: {done.stderr.strip()}"


def _traced(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        return re.search(r"^TracerPid:\s*(\d+)", status.read(), re.M).group(1) != "0"


def _parse(path):
    """Calls by name, from strace's summary."""
    calls = {}
    with open(path, encoding="ascii", errors="replace") as summary:
        for line in summary:
            fields = line.split()
            if len(fields) >= 5 and re.fullmatch(r"[\d.]+", fields[0]) and fields[-1] != "total":
                calls[fields[-1]] = int(fields[3])
    return calls


def count(bench, running, load, connections=COUNT):
    """
    Calls per connection of all processes of the server: {"total", "sends", "calls": {name: n}}.
    """
    bench.load(running.server.name, running.port, *load, count=PARALLEL, parallel=PARALLEL)
    time.sleep(0.1)  # for the end of the last client
    pids = running.process.pids()
    open_before = descriptors(pids)
    output = os.path.join(running.folder, "strace")
    attach = [word for pid in pids for word in ("-p", str(pid))]
    with Process(["strace", "-f", "-c", "-o", output, *attach], bench.client_core,
                 log=output + ".log") as tracer:
        if not wait_until(lambda: all(_traced(pid) for pid in pids), 5):
            raise Failed(f"strace does not attach: {tracer.last_words()}")
        result = bench.load(running.server.name, running.port, *load, count=connections,
                            parallel=PARALLEL)
        wait_until(lambda: descriptors(pids) <= open_before, 3)
        os.kill(tracer.pid, signal.SIGINT)
        wait_until(lambda: not tracer.alive(), 5)
    if result["ok"] != connections:
        raise Failed(f"{connections - result['ok']:.0f} of {connections} connections failed")
    calls = {name: n / connections for name, n in _parse(output).items() if name != IGNORED}
    sends = [name for name in SENDS if not (running.server.ours and name in LOG)]
    return {"total": sum(calls.values()), "sends": sum(calls.get(name, 0) for name in sends),
            "calls": dict(sorted(calls.items(), key=lambda item: -item[1]))}
