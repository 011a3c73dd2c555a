# SPDX-License-Identifier: MIT
"""User instructions per connection, counted by callgrind: the same on a busy machine."""

import contextlib
import glob
import os
import re
import time

from lib.process import NOBODY, Failed, descriptors, run, tree, wait_until
from lib.servers import Running

WARM_UP = 20
COUNT = 100

# Valgrind shows programs the host's CPU, more or less, and OpenSSL picks its assembler by that. So
# that a record holds on another host: no AVX, FMA and XOP, and nothing of what came with or after
# AVX2. The bits are in OPENSSL_ia32cap(3).
ENVIRONMENT = {"OPENSSL_ia32cap": "~0x1000180000000000:0x0"}

SERVER_FUNCTIONS = ("server_begin", "server_finish")  # of limit_pair.c


def unavailable():
    """Why nothing can be counted here; empty if it can."""
    try:
        done = run(["valgrind", "-q", "--tool=none", "true"], 60)
    except Failed:
        return "valgrind is not installed"
    return "" if done.returncode == 0 else f"valgrind: {done.stderr.strip()}"


def _total(path):
    with open(path, encoding="ascii", errors="replace") as profile:
        found = re.search(r"^totals: (\d+)", profile.read(), re.M)
    if not found:
        raise Failed(f"no totals in {path}")
    return int(found.group(1))


def _as_nobody():
    """
    Valgrind and its control find each other by files that belong to the user who started them, so
    for them the worker must not change from root to somebody else.
    """
    if os.geteuid() != 0:
        return ()
    return ("setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups")


def _control(option, pid):
    done = run([*_as_nobody(), "callgrind_control", option, str(pid)], 60)
    if done.returncode != 0 or "OK" not in done.stdout:
        raise Failed(f"callgrind_control {option}: {(done.stdout + done.stderr).strip()}")


def _only_worker(running):
    """The master listens before it forks."""
    master = running.process.pid

    def workers():
        return [pid for pid in tree(master) if pid != master]

    if not wait_until(lambda: len(workers()) == 1, 60):
        raise Failed(f"one worker was expected, not {len(workers())}")
    return workers()[0]


def _is_settled(pid):
    """Has it closed what it served, as far as 0.2 seconds can tell?"""
    before = descriptors([pid])
    time.sleep(0.2)
    return descriptors([pid]) == before


def server(bench, definition, load, options=(), beside=contextlib.nullcontext):
    """
    Instructions of the worker per connection, one connection at a time. The counters are zeroed
    after a warm-up: what is done once is not counted. beside: what is done with the running server
    meanwhile, a function that returns a context manager.
    """
    # Control of a forked worker, which execs nothing, needs --trace-children all the same.
    output = bench.path(f"callgrind-{definition.name}-%p")
    before = (*_as_nobody(), "valgrind", "-q", "--tool=callgrind", "--trace-children=yes",
              f"--callgrind-out-file={output}")
    with Running(bench, definition, options=options, before=before, env=ENVIRONMENT) as running:
        worker = _only_worker(running)

        def serve(count):
            idle = descriptors([worker])
            result = bench.load(definition.name, running.port, *load, count=count, parallel=1)
            if result["ok"] != count:
                raise Failed(f"{result['failed']} of {count} connections failed")
            # The end of the last client belongs to its connection.
            if not wait_until(lambda: descriptors([worker]) <= idle, 60):
                raise Failed("the server does not close its last connection")

        # A worker that has served is complete: on a busy machine it opens descriptors until then.
        bench.load(definition.name, running.port, *load, count=1, parallel=1)
        wait_until(lambda: _is_settled(worker), 60)
        with beside(running):
            serve(WARM_UP)
            _control("-z", worker)
            serve(COUNT)
            _control("-d", worker)
        dumps = [path for path in glob.glob(bench.path(f"callgrind-{definition.name}-{worker}.*"))
                 if os.path.getsize(path) > 0]
        if len(dumps) != 1:
            raise Failed(f"one dump of callgrind was expected, not {len(dumps)}")
        return _total(dumps[0]) / COUNT


def limit(bench, scenario):
    """
    Instructions of the in-memory limit's server half, lean: the difference of a short and a longer
    run, so that the start and the first handshakes cancel.
    """
    def total(count):
        output = bench.path(f"callgrind-limit-{scenario.limit}-{count}")
        toggles = [f"--toggle-collect={name}" for name in SERVER_FUNCTIONS]
        done = run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={output}",
                    *toggles, bench.program("limit"), "--scenario", scenario.limit,
                    "--variant", "lean", "--count", str(count),
                    "--cert", bench.path(scenario.key + ".crt"),
                    "--key", bench.path(scenario.key + ".key")],
                   300, env={**os.environ, **ENVIRONMENT})
        if done.returncode != 0:
            raise Failed(f"limit under callgrind: {done.stderr.strip()}")
        return _total(output)

    return (total(COUNT + 1) - total(1)) / COUNT
