"""The value stream as one bar: every stage as wide as it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from components.charts.canvas import empty_figure, figure, label
from components.charts.kept import kept
from components.format import percent
from components.theme import Palette

HEIGHT = 150
BAR_FOOT, BAR_HEAD = 0.44, 0.82
LABEL_HEAD = 0.3
# A stage of minutes beside one of weeks would be narrower than a pixel.
NARROWEST = 0.004
# From this part on the name fits inside, on a phone too.
WIDE_ENOUGH = 0.36
OUTLINE = 0.03


@dataclass(frozen=True, slots=True)
class Segment:
    """One stage: its part of the whole (0 to 1, None without data), and its time as text."""

    name: str
    share: float | None
    time: str
    waiting: bool
    bottleneck: bool = False


@kept
def stage_bar(segments: Sequence[Segment], palette: Palette, alt: str, *, height: int = HEIGHT) -> go.Figure:
    """One stacked bar, waiting in grey, working in ink, the bottleneck outlined.

    Names stand inside where they fit, else below with a line to their stage.
    """
    if not any(segment.share for segment in segments):
        return empty_figure("No stage with a known time", palette, height)
    drawing = figure(palette, height, alt, top=0, bottom=0, left=4, right=4)
    start = 0.0
    for index, segment in enumerate(segments):
        width = max(segment.share, NARROWEST) if segment.share is not None else 0.0
        if segment.share is not None:
            _bar(drawing, segment, start, width, palette)
        _name(drawing, segment, (start, start + width), index / max(1, len(segments) - 1), palette)
        start += width
    drawing.update_layout(barmode="overlay")
    drawing.update_xaxes(range=[0, start], showticklabels=False)
    drawing.update_yaxes(range=[0, 1])
    return drawing


def _bar(drawing: go.Figure, segment: Segment, start: float, width: float, palette: Palette) -> None:
    drawing.add_trace(
        go.Bar(
            x=[width],
            y=[(BAR_FOOT + BAR_HEAD) / 2],
            base=[start],
            width=[BAR_HEAD - BAR_FOOT],
            orientation="h",
            marker={
                "color": palette.context if segment.waiting else palette.ink,
                "line": {"width": 1, "color": palette.background},
            },
            hovertemplate=f"{segment.name}: {segment.time}, {percent(segment.share)}<extra></extra>",
        )
    )
    if segment.bottleneck:
        drawing.add_shape(
            type="rect",
            x0=start,
            x1=start + width,
            y0=BAR_FOOT - OUTLINE,
            y1=BAR_HEAD + OUTLINE,
            line={"color": palette.text, "width": 2.5},
        )
        label(drawing, start + width / 2, BAR_HEAD + OUTLINE, "<b>bottleneck</b>", palette.text, above_px=2)


def _name(drawing: go.Figure, segment: Segment, ends: tuple[float, float], place: float, palette: Palette) -> None:
    """Inside the stage, else below it at the left, in the middle or at the right."""
    text = f"<b>{segment.name}</b><br>{segment.time}"
    if segment.share is None:
        _below(drawing, place, text, palette.muted)
        return
    text = f"{text} · {percent(segment.share)}"
    start, end = ends
    if segment.share >= WIDE_ENOUGH:
        colour = palette.text if segment.waiting else palette.background
        label(drawing, (start + end) / 2, (BAR_FOOT + BAR_HEAD) / 2, text, colour)
        return
    _below(drawing, place, text, palette.text)
    drawing.add_shape(
        type="line",
        x0=(start + end) / 2,
        x1=min(0.98, max(0.02, place)),
        y0=BAR_FOOT - OUTLINE,
        y1=LABEL_HEAD,
        line={"color": palette.muted, "width": 1},
    )


def _below(drawing: go.Figure, place: float, text: str, colour: str) -> None:
    anchor = "left" if place == 0 else ("right" if place == 1 else "center")
    label(drawing, place, LABEL_HEAD, text, colour, anchor=anchor, above_px=-2, xref="paper", align=anchor)
