# SPDX-License-Identifier: MIT
"""Time to the greeting: on loopback, at fixed arrival rates, and over a long way."""

import contextlib

from lib import stats
from lib.process import Failed
from lib.servers import OURS, Running

DELAY_MS = 20
# More than any queue that a server which keeps up can have.
OPEN_PARALLEL = 2000
OPEN_RATES = (400, 1200)
OPEN_SECONDS = 1.5

TLS13 = ("--tls", "1.3", "--groups", "X25519")
WAYS = {
    "TLS 1.3": (TLS13, ()),
    "TLS 1.2": (("--tls", "1.2"), ()),
    "TLS 1.3 resumed": ((*TLS13, "--resume"), ("--tickets", "1")),
}


def long_way(bench, server, way):
    """Milliseconds from the TCP connect to the greeting through the delay proxy: medians."""
    load, options = WAYS[way]
    if server.ours and options and not bench.server_has(options[0]):
        raise Failed(f"hello-server has no {options[0]}")
    with Running(bench, server, options=options if server.ours else ()) as running:
        proxy, port = bench.delay_proxy(running.port, DELAY_MS)
        with proxy:
            result = bench.load(server.name, port, *load, count=20, parallel=2)
    if not result["ok"]:
        raise Failed("no connection was good")
    return {"greeting_ms": result["greeting_p50_us"] / 1e3,
            "total_ms": result["total_p50_us"] / 1e3, "failed": result["failed"]}


def one_at_a_time(bench, server, count):
    """Microseconds on loopback, and how many samples lie near Nagle's 40 ms."""
    with Running(bench, server) as running:
        result = bench.load(server.name, running.port, *TLS13, count=count, parallel=1)
    return {name: result[name] for name in
            ("ok", "failed", "stalls", "greeting_p50_us", "greeting_p99_us", "total_max_us")}


def open_loop(bench, servers, rounds):
    """
    The p99 at each rate: {rate: {server: {"p99_us": median of the rounds, ...}}}. All servers run
    at the same time and take turns.
    """
    figures = {rate: {server.name: [] for server in servers} for rate in OPEN_RATES}
    with contextlib.ExitStack() as stack:
        farm = [stack.enter_context(Running(bench, server)) for server in servers]
        for running in farm:
            bench.load(running.server.name, running.port, *TLS13, count=100)
        for number in range(rounds):
            for rate in OPEN_RATES:
                for running in farm if number % 2 == 0 else reversed(farm):
                    figures[rate][running.server.name].append(bench.load(
                        running.server.name, running.port, *TLS13, "--rate", str(rate),
                        count=int(rate * OPEN_SECONDS), parallel=OPEN_PARALLEL))
    return {rate: {name: _of_rounds(results) for name, results in by_server.items()}
            for rate, by_server in figures.items()}


def _of_rounds(results):
    p99 = [one["greeting_p99_us"] for one in results if one["ok"]]
    if not p99:
        raise Failed("no connection was good")
    return {"p99_us": stats.median(p99), "p99_min_us": min(p99), "p99_max_us": max(p99),
            "p50_us": stats.median([one["greeting_p50_us"] for one in results if one["ok"]]),
            "failed": sum(one["failed"] for one in results)}
