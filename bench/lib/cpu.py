# SPDX-License-Identifier: MIT
"""CPU per connection of all servers, in interleaved rounds, as ratios within each round."""

import contextlib
import time

from lib import stats
from lib.process import Failed
from lib.servers import OURS, QUIET, REFERENCE, Running

WARM_UP = 100
LIMIT_COUNT = 200
FLOOR_COUNT = 400
PARALLEL = 32

# A server that is faster than its clients sleeps up to about once for each connection.
PAUSE_US = 50


def _start(bench, stack, scenario, server):
    """Starts and warms up a server. Raises Failed if it does not support this scenario."""
    options = ()
    if server.ours:
        for option in scenario.server:
            if option.startswith("--") and not bench.server_has(option):
                raise Failed(f"hello-server has no {option}")
        options = scenario.server
    if "--resume" in scenario.load and not server.tickets:
        raise Failed("configured without tickets")
    running = stack.enter_context(Running(bench, server, scenario.key, options))
    result = bench.load(server.name, running.port, *scenario.load, count=WARM_UP,
                        parallel=PARALLEL)
    if result["ok"] == 0:
        raise Failed(f"no connection of {WARM_UP} was good")
    return running


def _measure(bench, scenario, running, count):
    """Microseconds per good connection, and how many failed."""
    before = running.process.cpu_seconds()
    result = bench.load(running.server.name, running.port, *scenario.load, count=count,
                        parallel=PARALLEL)
    time.sleep(0.02)  # the server must still read the end of the last client
    spent = running.process.cpu_seconds() - before
    return spent / max(result["ok"], 1) * 1e6, result["failed"]


def _round(bench, scenario, farm, count, backwards):
    """One figure for each server and limit; backwards every other time, so that drift cancels."""
    figures, failed = {}, {}

    def measure_server(name):
        figures[name], failed[name] = _measure(bench, scenario, farm[name], count)

    def measure_limit(variant):
        figures["limit-" + variant] = bench.limit(scenario, variant, LIMIT_COUNT)

    def measure_pauses():
        figures["limit-pauses"] = bench.limit(scenario, "lean", LIMIT_COUNT, PAUSE_US)

    def measure_floor():
        figures["kernel"] = bench.floor(scenario, FLOOR_COUNT)

    # Ours is in the middle of its references, because the machine changes within a second.
    steps = [lambda: measure_limit("default"), measure_pauses, measure_floor,
             lambda: measure_limit("lean")]
    steps += [lambda name=name: measure_server(name) for name in farm]
    for step in reversed(steps) if backwards else steps:
        step()
    figures["limit"] = figures["limit-lean"] + figures["kernel"]
    figures["limit-pauses"] += figures["kernel"]
    return figures, failed


def _ratios(batches, of, to):
    """In-round ratios, batch by batch."""
    return [[one[of] / one[to] for one in batch if of in one and to in one] for batch in batches]


class Comparison:
    """All servers in one scenario: batches of rounds, and the table that comes of them."""

    def __init__(self, bench, scenario, servers):
        self.bench, self.scenario, self.servers = bench, scenario, servers
        self.batches = []   # of rounds, each {name: microseconds}
        self.failures = {}  # by server
        self.skipped = {}   # server: why

    def run_batch(self, rounds, count):
        """Starts every server again, because the luck of one start is no property of a server."""
        batch = []
        with contextlib.ExitStack() as stack:
            farm = {}
            for server in self.servers:
                try:
                    farm[server.name] = _start(self.bench, stack, self.scenario, server)
                except Failed as error:
                    self.skipped[server.name] = str(error)
            for number in range(rounds):
                figures, failed = _round(self.bench, self.scenario, farm, count, number % 2 == 1)
                batch.append(figures)
                for name, n in failed.items():
                    self.failures[name] = self.failures.get(name, 0) + int(n)
        self.batches.append(batch)

    def _row(self, name):
        us = [one[name] for batch in self.batches for one in batch if name in one]
        row = {"us": stats.median(us), "us_min": min(us), "failed": self.failures.get(name, 0)}
        ratios = _ratios(self.batches, name, REFERENCE)
        if any(ratios):
            row["ratio"] = stats.summary(ratios)
        return row

    def table(self):
        names = dict.fromkeys(name for batch in self.batches for one in batch for name in one)
        against = {to: _ratios(self.batches, OURS, to)
                   for to in (REFERENCE, "nginx-lean", "go", "rustls", "limit", "limit-pauses",
                              QUIET)}
        return {"servers": {name: self._row(name) for name in names},
                "against": {to: stats.summary(ratios) for to, ratios in against.items()
                            if any(ratios)},
                "skipped": self.skipped, "batches": self.batches}
