# SPDX-License-Identifier: MIT
"""The results as text. Every part that was not measured is left out."""

from lib import machine
from lib.scenarios import ALL
from lib.servers import OURS

LIMIT_TITLES = {
    "limit": "limit: lean OpenSSL and kernel",
    "limit-pauses": "the limit, asleep between connections",
    "limit-lean": "  of it OpenSSL in memory",
    "limit-default": "OpenSSL in memory with its defaults",
    "kernel": "  of it the kernel, TCP alone",
}


def _title(results, name):
    return LIMIT_TITLES.get(name) or results["titles"].get(name, name)


def _cpu(results):
    for name, table in results.get("cpu", {}).items():
        yield ""
        yield f"CPU per connection: {ALL[name].title}"
        yield (f"  {'':36} {'us':>7} {'fastest':>8} {'to nginx':>9} {'quartiles':>12}"
               f"  {'batches'}")
        rows = sorted(table["servers"].items(), key=lambda row: row[1]["us"])
        for server, row in rows:
            line = f"  {_title(results, server):36} {row['us']:7.0f} {row['us_min']:8.0f}"
            ratio = row.get("ratio")
            if ratio:
                batches = " ".join(f"{value:.2f}" for value in ratio["batches"])
                spread = f"{ratio['q1']:.2f}-{ratio['q3']:.2f}"
                line += f" {ratio['median']:9.2f} {spread:>12}  {batches}"
            if row["failed"]:
                line += f"  {row['failed']} FAILED"
            yield line
        for title, ratio in table["against"].items():
            yield (f"  {OURS} to {title}: {ratio['median']:.2f} "
                   f"({ratio['q1']:.2f}-{ratio['q3']:.2f}, {ratio['rounds']} rounds)")
        for server, reason in table["skipped"].items():
            yield f"  left out: {server}: {reason}"


def _syscalls(results):
    for name, table in results.get("syscalls", {}).items():
        yield ""
        yield f"System calls per connection, 32 in flight: {ALL[name].title}"
        for server, row in table.items():
            calls = " ".join(f"{call} {n:.2f}" for call, n in row["calls"].items() if n >= 0.05)
            yield (f"  {_title(results, server):36} {row['total']:6.2f} calls, "
                   f"{row['sends']:.2f} sends: {calls}")


def _memory(results):
    if "memory" in results:
        yield ""
        yield "Memory for each connection held, KiB"
        for server, states in results["memory"].items():
            figures = ", ".join(f"{state} {kib:.2f}" for state, kib in states.items())
            yield f"  {_title(results, server):36} {figures}"
    if "idle" in results:
        yield ""
        yield "Resident memory of an idle server, MiB"
        for server, row in results["idle"].items():
            yield (f"  {_title(results, server):36} one worker {row['worker_mib']:.1f}, "
                   f"master {row['master_mib']:.1f}")


def _latency(results):
    if "delay" in results:
        yield ""
        yield "Time from TCP connect to the greeting, 20 ms each way (one round trip is 40 ms)"
        for way, table in results["delay"].items():
            for server, row in table.items():
                yield (f"  {_title(results, server):36} {way:16} greeting "
                       f"{row['greeting_ms']:6.1f} ms, end {row['total_ms']:6.1f} ms")
    if "single" in results:
        yield ""
        yield "One connection at a time on loopback"
        for server, row in results["single"].items():
            stalls = (f"{row['stalls']:.0f} of {row['ok']:.0f} NEAR 40 ms (Nagle)" if row["stalls"]
                      else "none near 40 ms")
            yield (f"  {_title(results, server):36} p50 {row['greeting_p50_us']:.0f} us, "
                   f"p99 {row['greeting_p99_us']:.0f} us, {stalls}")
    for rate, table in results.get("open", {}).items():
        yield ""
        yield f"Time to the greeting at {rate} connections per second, medians of the rounds"
        for server, row in table["servers"].items():
            yield (f"  {_title(results, server):36} p50 {row['p50_us']:.0f} us, "
                   f"p99 {row['p99_us']:.0f} us ({row['p99_min_us']:.0f}-{row['p99_max_us']:.0f})")
        yield f"  p99 to nginx: {table['to_nginx']:.2f}"


def _number(value, unit):
    if value is None:
        return "-"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"
    return f"{text} {unit}".strip()


def _bars(results):
    yield ""
    yield f"{'Figure':44} {'measured':>10} {'bar':>10} {'stretch':>10}  verdict"
    for row in results["bars"]:
        relation = "=" if row["exact"] else "<="
        yield (f"{row['figure']:44} {_number(row['measured'], row['unit']):>10} "
               f"{relation + ' ' + _number(row['bar'], row['unit']):>10} "
               f"{_number(row['stretch'], row['unit']):>10}  {row['verdict']}")


def rounds_of(settings):
    batches = settings["batches"]
    return (f"{batches} batch{'' if batches == 1 else 'es'} of {settings['rounds']} interleaved "
            f"rounds of {settings['count']} connections")


def heading(results):
    yield f"hello-tls bench, {results['machine']['when']}"
    yield machine.one_line(results["machine"])
    for server, version in results["versions"].items():
        yield f"  {server:14} {version}"
    settings = results["settings"]
    yield (f"{rounds_of(settings)}; {results['connections']} good connections to {OURS}, "
           f"{results['failures']} failures")
    if settings["quick"]:
        yield "A QUICK RUN: too few rounds to prove anything."


def render(results):
    """The whole report."""
    lines = list(heading(results))
    for part in (_cpu, _syscalls, _memory, _latency):
        lines += part(results)
    lines += ["", *(f"left out: {reason}" for reason in results["left_out"])]
    lines += _bars(results)
    return "\n".join(lines) + "\n"
