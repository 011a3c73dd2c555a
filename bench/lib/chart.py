# SPDX-License-Identifier: MIT
"""The CPU table as a picture: a bar for each server, by scenario, with nginx as the measure."""

from html import escape

from lib import machine
from lib.report import LIMIT_TITLES, rounds_of
from lib.scenarios import ALL
from lib.servers import OURS, REFERENCE

WIDTH = 960
LABELS = 290       # where the bars begin
RIGHT = 110        # room for the figures
ROW = 22
BAR = 14
GROUP = 46         # a scenario's title and the space around it
TOP = 96
BOTTOM = 64
LONGEST = 2.0      # what is longer is cut, with its figure beside it

STYLE = """
	text { font: 13px system-ui, 'DejaVu Sans', Helvetica, Arial, sans-serif; fill: #24292f }
	.title { font-size: 19px; font-weight: 600 }
	.group { font-size: 14px; font-weight: 600 }
	.small { font-size: 11.5px; fill: #57606a }
	.ours { fill: #1a7f5a } .peer { fill: #a8b3bd } .limit { fill: #d9c7a3 }
	.reference { fill: #7d8894 } .own { font-weight: 600 }
	.grid { stroke: #d8dee4; stroke-width: 1 } .one { stroke: #57606a; stroke-dasharray: 4 3 }
	.spread { stroke: #24292f; stroke-width: 1.2 }
	.value { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
"""


def _x(ratio):
    return LABELS + min(ratio, LONGEST) / LONGEST * (WIDTH - LABELS - RIGHT)


def _text(x, y, text, css="", anchor="start"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" class="{css}" text-anchor="{anchor}">'
            f'{escape(text)}</text>')


def _line(x1, y1, x2, y2, css):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def _css(server):
    if server.startswith(OURS):
        return "ours"
    if server == REFERENCE:
        return "reference"
    return "limit" if server in LIMIT_TITLES else "peer"


def _row(results, server, row, y):
    ratio = row["ratio"]
    middle = y + BAR / 2
    own = "own" if server == OURS else ""
    title = LIMIT_TITLES.get(server) or results["titles"][server]
    yield _text(LABELS - 10, y + BAR - 2.5, title, own, "end")
    yield (f'<rect x="{LABELS}" y="{y:.1f}" width="{_x(ratio["median"]) - LABELS:.1f}" '
           f'height="{BAR}" rx="2" class="{_css(server)}"/>')
    if server != REFERENCE and ratio["q3"] < LONGEST:
        yield _line(_x(ratio["q1"]), middle, _x(ratio["q3"]), middle, "spread")
    cut = " (cut)" if ratio["median"] > LONGEST else ""
    beyond = max(ratio["median"], 0 if server == REFERENCE else ratio["q3"])
    yield _text(_x(beyond) + 8, y + BAR - 2.5, f"{ratio['median']:.2f}{cut}", f"value {own}")


def _group(results, scenario, y):
    """The lines of one scenario, and where it ends."""
    table = results["cpu"][scenario]["servers"]
    rows = sorted(((name, row) for name, row in table.items()
                   if "ratio" in row and (name == "limit" or name not in LIMIT_TITLES)),
                  key=lambda item: item[1]["ratio"]["median"])
    lines = [_text(20, y + 18, ALL[scenario].title, "group")]
    top = y + 28
    end = top + ROW * len(rows)
    for tick in (0.5, 1.0, 1.5, 2.0):
        lines.append(_line(_x(tick), top - 4, _x(tick), end, "one" if tick == 1 else "grid"))
        lines.append(_text(_x(tick), top - 8, f"{tick:g}", "small", "middle"))
    for number, (server, row) in enumerate(rows):
        lines += _row(results, server, row, top + ROW * number)
    return lines, end


def render(results):
    """SVG, or an empty text when nothing was compared with nginx."""
    lines, y = [], TOP
    for scenario, table in results.get("cpu", {}).items():
        if any("ratio" in row for row in table["servers"].values()):
            group, end = _group(results, scenario, y)
            lines += group
            y = end + GROUP - 28
    if not lines:
        return ""
    settings = results["settings"]
    versions = ", ".join(f"{name} {version}" for name, version in results["short_versions"].items())
    lines += [
        _text(20, 34, "Server CPU per connection, as a ratio to nginx stream as shipped", "title"),
        _text(20, 56, "One worker on one core; the handshake, the greeting and the close. Less is "
              "better. Lines: quartiles of the rounds.", "small"),
        _text(20, 74, f"{rounds_of(settings)}, {results['machine']['when']}"
              f"{' (a quick run: proves nothing)' if settings['quick'] else ''}", "small"),
        _text(20, y + 18, machine.one_line(results["machine"]), "small"),
        _text(20, y + 36, versions, "small"),
    ]
    height = y + BOTTOM
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">',
        "<title>Server CPU per connection, as a ratio to nginx stream as shipped</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        *lines, "</svg>", ""])
