"""What all figures share: transparent, no grid, labels at the marks."""

from collections.abc import Sequence

import plotly.graph_objects as go

from components.theme import Palette

LABEL_SIZE = 13
TICK_SIZE = 12


def figure(
    palette: Palette, height: int, alt: str, *, top: int = 24, bottom: int = 26, right: int = 8, left: int = 4
) -> go.Figure:
    """An empty figure of the house style.

    Args:
        height, top, bottom, right, left: pixels.
        alt: what a screen reader says.
    """
    return go.Figure(
        layout={
            "height": height,
            "margin": {"t": top, "b": bottom, "l": left, "r": right, "autoexpand": False},
            "paper_bgcolor": palette.background,
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "closest",
            "font": {"size": LABEL_SIZE, "color": palette.text},
            "xaxis": _axis(palette),
            "yaxis": {**_axis(palette), "showticklabels": False},
            "meta": {"alt": alt},
        }
    )


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
