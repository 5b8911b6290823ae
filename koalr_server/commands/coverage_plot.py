"""Plots of a back-test: nominal against actual coverage, as text and as SVG (pure)."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

WIDTH = 51
KINDS = ("served", "plain")
MARKS = {"served": "●", "plain": "○"}
LONGEST_NAME = 24

SIZE, LEFT, TOP = 420, 64, 46
COLOURS = {"served": "#1f6f5c", "plain": "#b4531f"}
STYLE = "text{font:13px system-ui,sans-serif;fill:#222}.axis{stroke:#888}.exact{stroke:#aaa;stroke-dasharray:4 4}"


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """For a terminal: where each share of dates that held lies, beside the share promised."""
    yield ""
    yield "Dates that held, of those promised (│); ● served, ○ plain sampling"
    yield f"      0{'─' * (WIDTH - 6)}100 %"
    for name, figures in _sections(report):
        yield ""
        yield f"{name}: {figures['forecasts']:,} forecasts" + (f", {figures['reason']}" if figures["reason"] else "")
        if figures["served"] is None:
            continue
        for confidence, nominal in report["nominal"].items():
            actual = {kind: figures[kind]["coverage"][confidence] for kind in KINDS}
            told = ", ".join(f"{kind} {actual[kind]:.0%}" for kind in KINDS)
            yield f"  {confidence.upper()} {_scale(nominal, actual)}  {told}"
        ratio = figures["intervalRatio"]["p50ToP85"]
        if ratio is not None:
            yield f"  P50 to P85: {figures['served']['medianIntervalDays']['p50ToP85']:g} days, {ratio:.2f} × plain"


def _sections(report: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    named = [(_short(each["series"]), each) for each in report["series"]]
    if len(named) < 2 or report["pooled"]["forecasts"] == named[0][1]["forecasts"]:
        return named
    return [*named, ("All together", report["pooled"])]


def _scale(nominal: float, actual: Mapping[str, float]) -> str:
    places = [" "] * WIDTH
    places[round(nominal * (WIDTH - 1))] = "│"
    for kind in reversed(KINDS):
        places[round(actual[kind] * (WIDTH - 1))] = MARKS[kind]
    return "".join(places)


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "·" for character in name)


def _short(name: str) -> str:
    shown = _printable(name)
    return shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…"


def drawing(report: Mapping[str, Any]) -> str:
    """An SVG document: pooled coverage as lines with points, each series as small points; exact would be the diagonal."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + SIZE + 30}" height="{TOP + SIZE + 60}" role="img">',
        "<title>Nominal against actual coverage of past forecasts</title>",
        f'<style>{STYLE}</style><rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{LEFT}" y="24">Dates that held, against the confidence promised</text>',
        _line(0, 0, 1, 1, "exact"),
        _line(0, 0, 1, 0, "axis"),
        _line(0, 0, 0, 1, "axis"),
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<text x="{_x(share)}" y="{_y(0) + 20}" text-anchor="middle">{share:.0%}</text>')
        parts.append(f'<text x="{LEFT - 8}" y="{_y(share) + 4}" text-anchor="end">{share:.0%}</text>')
    for row, kind in enumerate(KINDS):
        parts += _points(report, kind)
        parts.append(f'<circle cx="{LEFT + 18}" cy="{TOP + 14 + 20 * row}" r="5" fill="{COLOURS[kind]}"/>')
        label = "served" if kind == "served" else "plain sampling"
        parts.append(f'<text x="{LEFT + 30}" y="{TOP + 18 + 20 * row}">{label}</text>')
    parts.append(f'<text x="{_x(0.5)}" y="{_y(0) + 44}" text-anchor="middle">confidence promised</text></svg>')
    return "\n".join(parts) + "\n"


def _points(report: Mapping[str, Any], kind: str) -> Iterator[str]:
    for each in report["series"]:
        if each[kind] is not None:
            for confidence, nominal in report["nominal"].items():
                held = each[kind]["coverage"][confidence]
                title = escape(f"{_printable(each['series'])}, {confidence.upper()}: {held:.0%}")
                yield (
                    f'<circle cx="{_x(nominal)}" cy="{_y(held)}" r="3" fill="{COLOURS[kind]}" opacity="0.35">'
                    f"<title>{title}</title></circle>"
                )
    if report["pooled"][kind] is None:
        return
    pooled = [(nominal, report["pooled"][kind]["coverage"][name]) for name, nominal in report["nominal"].items()]
    path = " ".join(f"{_x(nominal)},{_y(held)}" for nominal, held in pooled)
    yield f'<polyline points="{path}" fill="none" stroke="{COLOURS[kind]}" stroke-width="2"/>'
    for nominal, held in pooled:
        yield f'<circle cx="{_x(nominal)}" cy="{_y(held)}" r="6" fill="{COLOURS[kind]}"/>'


def _line(x1: float, y1: float, x2: float, y2: float, role: str) -> str:
    return f'<line class="{role}" x1="{_x(x1)}" y1="{_y(y1)}" x2="{_x(x2)}" y2="{_y(y2)}"/>'


def _x(share: float) -> float:
    return round(LEFT + share * SIZE, 1)


def _y(share: float) -> float:
    return round(TOP + (1 - share) * SIZE, 1)
