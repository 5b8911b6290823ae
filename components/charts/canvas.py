"""What all figures share: transparent, no grid, labels at the marks."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import plotly.graph_objects as go

from components.format import day_label
from components.theme import Palette

LABEL_SIZE = 13
TICK_SIZE = 12
MANY = 20
FONT = '"Source Sans", sans-serif'
# Between the drawing and the labels of its axes.
PAD_PX = 8


def figure(
    palette: Palette, height: int, alt: str, *, top: int = 24, bottom: int = 26, right: int = 8, left: int = 4
) -> go.Figure:
    """An empty figure of the house style, with all of the style in it and no template.

    Streamlit hands a figure to Plotly again right after it was drawn, and a template, or data without a revision, makes
    Plotly draw it all again. A figure with other data is another element, so one revision is enough.

    Args:
        height, top, bottom, right, left: pixels.
        alt: what a screen reader says.
    """
    return bare(
        layout={
            "datarevision": 1,
            "height": height,
            "margin": {"t": top, "b": bottom, "l": left, "r": right, "pad": PAD_PX, "autoexpand": False},
            "paper_bgcolor": palette.background,
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": _hover(palette),
            "font": {"family": FONT, "size": LABEL_SIZE, "color": palette.text},
            "xaxis": _axis(palette),
            "yaxis": {**_axis(palette), "showticklabels": False},
            "meta": alt,
        }
    )


def bare(*figure: go.Figure, **parts: object) -> go.Figure:
    """A new figure of another one or of parts, with no template: Plotly puts its default where there is none at the start."""
    drawing = go.Figure(*figure, **parts)
    drawing.layout.template = None
    return drawing


def _hover(palette: Palette) -> dict[str, object]:
    font = {"family": FONT, "size": TICK_SIZE, "color": palette.text}
    return {"bgcolor": palette.background, "bordercolor": palette.border, "font": font}


def _axis(palette: Palette) -> dict[str, object]:
    return {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "title": None,
        "automargin": False,
        "fixedrange": True,
        "ticks": "",
        "tickfont": {"size": TICK_SIZE, "color": palette.muted},
    }


def label(
    drawing: go.Figure,
    x: float,
    y: float,
    text: str,
    colour: str,
    *,
    anchor: str = "center",
    above_px: int = 0,
    size: int = LABEL_SIZE,
    background: str | None = None,
    **placement: object,
) -> None:
    """Text at a mark. `above_px` moves it in pixels, because data units collide when fonts grow."""
    drawing.add_annotation(
        x=x,
        y=y,
        text=text,
        showarrow=False,
        font={"size": size, "color": colour},
        xanchor=anchor,
        yanchor="bottom" if above_px > 0 else ("top" if above_px < 0 else "middle"),
        yshift=above_px,
        bgcolor=background,
        **placement,
    )


class Word(NamedTuple):
    """Text at a place of the axes.

    `anchor` is the side of the text that lies there: "left", "center" or "right"; `lies` says whether the text is "above" the
    place, "below" it, or "at" its height.
    """

    x: float
    y: float
    text: str
    colour: str
    size: int = LABEL_SIZE
    anchor: str = "center"
    lies: str = "at"


def words(each: Sequence[Word]) -> go.Scatter:
    """Many labels as one trace: Plotly measures annotations before it draws them, so each costs twice as much."""
    across = {"left": "right", "center": "center", "right": "left"}
    down = {"above": "top", "at": "middle", "below": "bottom"}
    return go.Scatter(
        x=[word.x for word in each],
        y=[word.y for word in each],
        text=[word.text for word in each],
        textposition=[f"{down[word.lies]} {across[word.anchor]}" for word in each],
        textfont={"size": [word.size for word in each], "color": [word.colour for word in each]},
        mode="text",
        hoverinfo="skip",
        cliponaxis=False,
    )


def empty_figure(message: str, palette: Palette, height: int) -> go.Figure:
    """A figure without data that says why."""
    drawing = figure(palette, height, message)
    drawing.update_xaxes(range=[0, 1], showticklabels=False)
    drawing.update_yaxes(range=[0, 1])
    label(drawing, 0.5, 0.5, message, palette.muted)
    return drawing


def every_second(labels: Sequence[str], step: int) -> tuple[list[int], list[str]]:
    """Tick positions and texts: every `step`-th, counted back from the last."""
    kept = [index for index in range(len(labels)) if (len(labels) - 1 - index) % step == 0]
    return kept, [labels[index] for index in kept]


def week_ticks(drawing: go.Figure, starts: Sequence[date]) -> None:
    """Days under bars at 0, 1, 2 …: every second, counted back from the last; of many, seven."""
    days = [day_label(start) for start in starts]
    ticks, texts = every_second(days, 2 if len(days) < MANY else len(days) // 7)
    drawing.update_xaxes(range=[-0.6, len(days) - 0.4], tickvals=ticks, ticktext=texts)
