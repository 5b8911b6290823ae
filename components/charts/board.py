"""A screen of a wall as one drawing, so that it changes at once and a preview is the same picture smaller."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import plotly.graph_objects as go

from components.charts import wall
from components.charts.canvas import FONT, figure, label
from components.screen import Screen

# Pixels of a board on 1920 × 1080, within Streamlit's own margin.
WIDTH, HEIGHT = 1760, 888
SENTENCE_HEIGHT, GAP, PADDING = 64, 16, 20
CARD_HEIGHT = (HEIGHT - SENTENCE_HEIGHT - 2 * GAP) // 2
CHART_SHARE = 2 / 3
RADIUS_COLOUR = wall.PALETTE.border


class Area(NamedTuple):
    """A rectangle in pixels from the top left."""

    left: float
    top: float
    width: float
    height: float

    def inside(self, padding: float) -> "Area":
        """Without a margin all around."""
        return Area(self.left + padding, self.top + padding, self.width - 2 * padding, self.height - 2 * padding)


def board(screen: Screen) -> go.Figure:
    """Sentence, tiles, chart and facts in their places."""
    parts: list[tuple[go.Figure, Area]] = [
        (wall.sentence(screen.sentence), Area(0, 0, WIDTH, SENTENCE_HEIGHT)),
        *zip(map(wall.tile, screen.tiles), _row(len(screen.tiles), SENTENCE_HEIGHT + GAP), strict=True),
    ]
    below = SENTENCE_HEIGHT + 2 * GAP + CARD_HEIGHT
    chart_width = WIDTH if not screen.facts else (WIDTH - GAP) * CHART_SHARE
    if screen.chart is not None:
        drawn = wall.enlarged(screen.chart(wall.PALETTE), CARD_HEIGHT, wall.CHART_SCALE)
        parts.append((wall.titled(drawn, screen.chart_title), Area(0, below, chart_width, CARD_HEIGHT)))
    if screen.facts:
        left = chart_width + GAP
        parts.append((wall.facts(screen.facts), Area(left, below, WIDTH - left, CARD_HEIGHT)))
    host = figure(wall.PALETTE, HEIGHT, spoken(parts), top=0, bottom=0, left=0, right=0)
    host.update_layout(font_family=FONT)
    host.update_xaxes(visible=False, range=[0, 1])
    host.update_yaxes(visible=False, range=[0, 1])
    for number, (part, area) in enumerate(parts, start=2):
        _place(host, part, area if number == 2 else area.inside(PADDING), number)
    _frame(host, [area for _, area in parts[1:]])
    return host


def message(words: str, more: str) -> go.Figure:
    """What is said in the place of a screen."""
    host = figure(wall.PALETTE, HEIGHT, f"{words}. {more}", top=0, bottom=0, left=0, right=0)
    host.update_layout(font_family=FONT)
    host.update_xaxes(visible=False, range=[0, 1])
    host.update_yaxes(visible=False, range=[0, 1])
    host.add_trace(go.Scatter(x=[0.5], y=[0.5], mode="markers", marker={"size": 0.1, "opacity": 0}))
    middle = 1 - (SENTENCE_HEIGHT / 2) / HEIGHT
    label(host, 0, middle, words, wall.PALETTE.text, anchor="left", size=wall.SENTENCE_SIZE)
    label(host, 0.5, 0.5, more, wall.PALETTE.muted, size=wall.NAME_SIZE)
    _frame(host, [Area(0, SENTENCE_HEIGHT + GAP, WIDTH, HEIGHT - SENTENCE_HEIGHT - GAP)])
    return host


def spoken(parts: Sequence[tuple[go.Figure, Area]]) -> str:
    """What a screen reader says: every part in its order."""
    return "; ".join(str(part.layout.meta) for part, _ in parts)


def _row(count: int, top: float) -> list[Area]:
    width = (WIDTH - GAP * (count - 1)) / max(1, count)
    return [Area(index * (width + GAP), top, width, CARD_HEIGHT) for index in range(count)]


def _place(host: go.Figure, part: go.Figure, area: Area, number: int) -> None:
    """Draw a part within an area, on axes of its own."""
    told = part.to_plotly_json()
    layout = told["layout"]
    margin = layout["margin"]
    inner = Area(
        area.left + margin["l"],
        area.top + margin["t"],
        area.width - margin["l"] - margin["r"],
        area.height - margin["t"] - margin["b"],
    )
    across = [inner.left / WIDTH, min(1.0, (inner.left + inner.width) / WIDTH)]
    down = [max(0.0, 1 - (inner.top + inner.height) / HEIGHT), 1 - inner.top / HEIGHT]
    host.update_layout(
        {
            f"xaxis{number}": {**layout["xaxis"], "domain": across, "anchor": f"y{number}"},
            f"yaxis{number}": {**layout["yaxis"], "domain": down, "anchor": f"x{number}"},
            **{name: layout[name] for name in ("barmode", "bargap") if name in layout},
        }
    )
    for trace in part.data:
        host.add_trace(trace.update(xaxis=f"x{number}", yaxis=f"y{number}"))
    host.layout.annotations += tuple(
        go.layout.Annotation(_moved(each, number)) for each in layout.get("annotations", ())
    )
    host.layout.shapes += tuple(go.layout.Shape(_moved(each, number)) for each in layout.get("shapes", ()))
    title = layout.get("title", {})
    if title.get("text"):
        host.add_annotation(
            x=area.left / WIDTH,
            y=1 - area.top / HEIGHT,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="top",
            text=title["text"],
            showarrow=False,
            font=title["font"],
        )


def _moved(drawn: dict[str, Any], number: int) -> dict[str, Any]:
    """An annotation or a shape on the axes of its part."""
    return {
        **drawn,
        "xref": _reference(drawn.get("xref"), "x", number),
        "yref": _reference(drawn.get("yref"), "y", number),
    }


def _reference(found: str | None, axis: str, number: int) -> str:
    if found == "paper":
        return f"{axis}{number} domain"
    return re.sub(rf"^{axis}", f"{axis}{number}", found or axis)


def _frame(host: go.Figure, areas: Sequence[Area]) -> None:
    host.layout.shapes += tuple(
        go.layout.Shape(
            type="rect",
            xref="paper",
            yref="paper",
            x0=area.left / WIDTH,
            x1=(area.left + area.width) / WIDTH,
            y0=1 - (area.top + area.height) / HEIGHT,
            y1=1 - area.top / HEIGHT,
            line={"color": RADIUS_COLOUR, "width": 1},
            layer="below",
        )
        for area in areas
    )
