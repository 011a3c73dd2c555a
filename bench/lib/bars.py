# SPDX-License-Identifier: MIT
"""The limits of the figures: they must not exceed the bar, and should reach the stretch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    figure: str
    path: tuple          # where the figure is in the results
    bar: float
    stretch: float | None = None
    unit: str = ""
    exact: bool = False  # neither more nor less is allowed
    since: tuple = ()    # of the library's series; what an older one costs is another matter
    before: tuple = (99,)


def _cpu(scenario, against):
    return ("cpu", scenario, "against", against, "median")


# From this series on P-256 costs half, and its peers are those of the same distribution.
NEW = (3, 5)

BARS = (
    Bar("CPU, X25519: to nginx as shipped", _cpu("x25519", "nginx"), 0.76, 0.68, before=NEW),
    Bar("CPU, X25519: to nginx as shipped", _cpu("x25519", "nginx"), 0.74, 0.68, since=NEW),
    Bar("CPU, X25519: to nginx configured like us", _cpu("x25519", "nginx-lean"), 0.93, 0.86),
    Bar("CPU, X25519: to the limit", _cpu("x25519", "limit"), 1.15, 1.05),
    Bar("CPU, P-256: to nginx as shipped", _cpu("p256", "nginx"), 0.84, 0.76, before=NEW),
    Bar("CPU, P-256: to nginx as shipped", _cpu("p256", "nginx"), 0.69, 0.65, since=NEW),
    Bar("CPU, P-256: to Go", _cpu("p256", "go"), 1.00, since=NEW),
    Bar("CPU, P-256: to rustls", _cpu("p256", "rustls"), 1.00, since=NEW),
    Bar("CPU, RSA-2048: to nginx as shipped", _cpu("rsa", "nginx"), 0.82, 0.78),
    Bar("CPU, TLS 1.2: to nginx as shipped", _cpu("tls12", "nginx"), 0.88, 0.82),
    Bar("CPU, TLS 1.2: to nginx configured like us", _cpu("tls12", "nginx-lean"), 1.00),
    Bar("CPU, TLS 1.2: to Go", _cpu("tls12", "go"), 1.00, since=NEW),
    Bar("CPU, TLS 1.2: to rustls", _cpu("tls12", "rustls"), 1.00, since=NEW),
    Bar("CPU, resumed: to nginx as shipped", _cpu("resumed", "nginx"), 0.74, 0.70),
    Bar("CPU, ML-KEM: to nginx as shipped", _cpu("mlkem", "nginx"), 0.77, 0.72, since=NEW),
    Bar("system calls, 0.5-RTT", ("syscalls", "x25519", "hello-server", "total"), 9.5, 9),
    Bar("system calls, 2-RTT", ("syscalls", "tls12", "hello-server", "total"), 11.5, 11),
    Bar("sends, 0.5-RTT", ("syscalls", "x25519", "hello-server", "sends"), 1, exact=True),
    Bar("sends, 2-RTT", ("syscalls", "tls12", "hello-server", "sends"), 2, exact=True),
    Bar("greeting over 20 ms each way, TLS 1.3",
        ("delay", "TLS 1.3", "hello-server", "greeting_ms"), 46, 42, "ms"),
    Bar("greeting over 20 ms each way, TLS 1.2",
        ("delay", "TLS 1.2", "hello-server", "greeting_ms"), 90, 84, "ms"),
    Bar("one at a time: samples near 40 ms", ("single", "hello-server", "stalls"), 0, exact=True),
    Bar("p99 to nginx, open loop 400/s", ("open", "400", "to_nginx"), 0.80),
    Bar("p99 to nginx, open loop 1200/s", ("open", "1200", "to_nginx"), 0.80),
    Bar("memory, silent", ("memory", "hello-server", "silent"), 1, 0.1, "KiB"),
    Bar("memory, half-open", ("memory", "hello-server", "half-open"), 46, 30, "KiB"),
    Bar("memory, no HTTP request yet", ("memory", "hello-server", "no request"), 15, None, "KiB"),
    Bar("memory, lingering", ("memory", "hello-server", "lingering"), 1, 0.1, "KiB"),
    Bar("RSS of one idle worker", ("idle", "hello-server", "worker_mib"), 10, 7, "MiB"),
    Bar("RSS of the master", ("idle", "hello-server", "master_mib"), 10, 7, "MiB"),
    Bar("failures in all runs", ("failures",), 0, exact=True),
)


def _find(results, path):
    for word in path:
        if not isinstance(results, dict) or word not in results:
            return None
        results = results[word]
    return results


def _verdict(bar, measured):
    if measured is None:
        return "not measured"
    if bar.exact:
        return "met" if abs(measured - bar.bar) < 0.005 else "NOT MET"
    if bar.stretch is not None and measured <= bar.stretch:
        return "met, stretch too"
    return "met" if measured <= bar.bar else "NOT MET"


def judge(results):
    """One row for each bar."""
    rows = []
    series = tuple(int(number) for number in results["openssl"].split(".")[:2])
    for bar in BARS:
        if not bar.since <= series < bar.before:
            continue
        measured = _find(results, bar.path)
        rows.append({"figure": bar.figure, "measured": measured, "bar": bar.bar,
                     "stretch": bar.stretch, "unit": bar.unit, "exact": bar.exact,
                     "verdict": _verdict(bar, measured)})
    return rows
