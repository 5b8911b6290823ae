"""What hangs on a wall, drawn at sizes that read from 4 m on 1920 × 1080: nothing below 27 px, dark only."""

import re
from collections.abc import Sequence
from html import unescape
from textwrap import wrap

import plotly.graph_objects as go

from components.charts.canvas import FONT, bare, figure, label
from components.format import figure_text
from components.screen import Fact, Tile
from components.theme import DARK, Palette
from components.tiers import TIERS

PALETTE: Palette = DARK
HEADER_HEIGHT, SENTENCE_HEIGHT, TILE_HEIGHT, FACTS_HEIGHT = 72, 64, 360, 360
TITLE_SIZE, SENTENCE_SIZE, VALUE_SIZE, UNIT_SIZE, NAME_SIZE, WORD_SIZE, NOTE_SIZE, FACT_SIZE = (
    *(48, 42, 112, 44, 34, 42),
    *(30, 60),
)
CHART_SCALE = 2.2
LONGEST_AT_FULL_SIZE = 74
WIDEST_VALUE = 6
# Letters of a name beside the border of a tile of four.
LONGEST_LINE = 22
# Pixels: a tile of four on 1920, and a letter of the word and of the note in it.
TILE_WIDTH, WORD_WIDTH, NOTE_WIDTH = 380, 21, 14.5
# A colon and asterisks of others stand behind a backslash.
_COLOURED = re.compile(r"(?<!\\):(green|blue|orange|red)\[([^\]]*)\]")
_BOLD = re.compile(r"(?<!\\)\*\*")
_ESCAPED = re.compile(r"\\(.)")
_FONT_SIZE = re.compile(r"font-size:(\d+)px")
_TIER_OF_COLOUR = {"green": "elite", "blue": "high", "orange": "medium", "red": "low"}


def words_in_colour(sentence: str) -> str:
    """A page's sentence for Plotly: `:green[Elite]` becomes bold and coloured, backslashes before marks go."""
    coloured = _COLOURED.sub(
        lambda found: f'<b><span style="color:{PALETTE.tier_fill[_TIER_OF_COLOUR[found[1]]]}">{found[2]}</span></b>',
        _BOLD.sub("", sentence),
    )
    return _ESCAPED.sub(r"\1", coloured)


def spoken(sentence: str) -> str:
    """The same without colours."""
    return _ESCAPED.sub(r"\1", _COLOURED.sub(lambda found: found[2], _BOLD.sub("", sentence)))


def header(title: str, context: str) -> go.Figure:
    """The page's title, and whose figures of which window."""
    drawing = _sheet(HEADER_HEIGHT, f"{title}. {context}")
    label(
        drawing,
        0,
        0.5,
        f'<b>{title}</b>   <span style="font-size:{NOTE_SIZE}px;color:{PALETTE.muted}">{context}</span>',
        PALETTE.text,
        anchor="left",
        size=TITLE_SIZE,
    )
    return drawing


def clock(time: str, age: str, age_colour: str) -> go.Figure:
    """The time of day, and how old the figures are with a dot in the colour of the judgement."""
    drawing = _sheet(HEADER_HEIGHT, f"{age}. {time}")
    label(drawing, 1, 0.5, f"<b>{time}</b>", PALETTE.text, anchor="right", size=TITLE_SIZE)
    text_colour = PALETTE.muted if age_colour == PALETTE.better else age_colour
    told = f'<span style="color:{age_colour}">●</span> {age}'
    label(drawing, 1, 0.5, told, text_colour, anchor="right", size=NOTE_SIZE, xshift=-170)
    return drawing


def sentence(text: str) -> go.Figure:
    """The one sentence; a long one is a little smaller."""
    drawing = _sheet(SENTENCE_HEIGHT, spoken(text))
    size = SENTENCE_SIZE * min(1.0, LONGEST_AT_FULL_SIZE / max(1, len(spoken(text))))
    label(drawing, 0, 0.5, words_in_colour(text), PALETTE.text, anchor="left", size=max(28, round(size)))
    return drawing


def tile(shown: Tile) -> go.Figure:
    """Name, number, verdict, and where it stands on the ladder or how it went."""
    alt = " ".join(part for part in (shown.name, shown.value, shown.unit, shown.verdict, shown.note) if part)
    drawing = _sheet(TILE_HEIGHT, alt)
    _name(drawing, shown.name)
    size = VALUE_SIZE if len(shown.value) + len(shown.unit) <= WIDEST_VALUE + 2 else round(VALUE_SIZE * 0.7)
    value = f'<b>{shown.value}</b> <span style="font-size:{UNIT_SIZE}px">{shown.unit}</span>'
    label(drawing, 0, 0.62, value, PALETTE.text, anchor="left", size=size)
    _verdict(drawing, shown)
    if shown.place is not None:
        _ladder(drawing, shown.place)
    elif sum(value is not None for value in shown.history) > 1:
        _line(drawing, shown.history)
    return drawing


def _name(drawing: go.Figure, name: str) -> None:
    """On one line, or a long one on two that are a little smaller."""
    lines = wrap(unescape(name), LONGEST_LINE, max_lines=2, placeholder="…")
    text, size = "<br>".join(map(figure_text, lines)), NAME_SIZE if len(lines) < 2 else NOTE_SIZE
    label(drawing, 0, 1 if len(lines) > 1 else 0.92, text, PALETTE.text, anchor="left", size=size)
    if len(lines) > 1:
        drawing.layout.annotations[-1].update(yanchor="top", align="left")


def _verdict(drawing: go.Figure, shown: Tile) -> None:
    """Word and note on one line, or on two where they would meet."""
    colour = _judged(shown.judgement)
    together = len(shown.verdict) * WORD_WIDTH + len(shown.note) * NOTE_WIDTH <= TILE_WIDTH
    label(drawing, 0, 0.3, f"<b>{shown.verdict}</b>", colour, anchor="left", size=WORD_SIZE)
    if not shown.verdict:
        label(drawing, 0, 0.3, shown.note, PALETTE.muted, anchor="left", size=NOTE_SIZE)
    elif together:
        label(drawing, 1, 0.3, shown.note, PALETTE.muted, anchor="right", size=NOTE_SIZE)
    else:
        label(drawing, 0, 0.18, shown.note, PALETTE.muted, anchor="left", size=NOTE_SIZE)


def facts(shown: Sequence[Fact]) -> go.Figure:
    """Up to three numbers with their words, one under another."""
    alt = "; ".join(f"{fact.value} {fact.words}" for fact in shown)
    drawing = _sheet(FACTS_HEIGHT, alt)
    for index, fact in enumerate(shown):
        y = 1 - (index + 0.5) / max(3, len(shown))
        label(drawing, 0, y, f"<b>{fact.value}</b>", PALETTE.text, anchor="left", size=FACT_SIZE)
        label(drawing, 1, y, fact.words, PALETTE.muted, anchor="right", size=NOTE_SIZE, background=PALETTE.background)
    return drawing


def titled(drawing: go.Figure, title: str) -> go.Figure:
    """A chart with its name above, where there is one."""
    if not title:
        return drawing
    drawing.update_layout(margin_t=(drawing.layout.margin.t or 0) + 1.3 * NAME_SIZE)
    font = {"size": NAME_SIZE, "color": PALETTE.text}
    drawing.update_layout(title={"text": title, "x": 0, "xref": "paper", "y": 1, "yanchor": "top", "font": font})
    return drawing


def resized(drawing: go.Figure, scale: float) -> go.Figure:
    """A drawing of the wall at another size."""
    return drawing if scale == 1 else enlarged(drawing, round(drawing.layout.height * scale), scale)


def enlarged(drawing: go.Figure, height: int, scale: float) -> go.Figure:
    """A copy of a chart at another size: texts, marks, lines, distances and margins grow alike."""
    drawing = bare(drawing)
    drawing.update_layout(
        height=height,
        margin={side: (drawing.layout.margin[side] or 0) * scale for side in ("t", "b", "l", "r")} | {"pad": 0},
        font={"family": FONT, "size": (drawing.layout.font.size or 13) * scale},
    )
    _grown(drawing.layout.title.font, "size", scale)
    drawing.for_each_xaxis(lambda axis: _grown(axis.tickfont, "size", scale))
    drawing.for_each_yaxis(lambda axis: _grown(axis.tickfont, "size", scale))
    drawing.for_each_annotation(lambda text: _annotation_grown(text, scale))
    drawing.for_each_trace(lambda trace: _trace_grown(trace, scale))
    drawing.for_each_shape(lambda shape: _grown(shape.line, "width", scale / 1.4))
    return drawing


def _annotation_grown(text: go.layout.Annotation, scale: float) -> None:
    _grown(text.font, "size", scale)
    text.text = _FONT_SIZE.sub(lambda found: f"font-size:{round(int(found[1]) * scale)}px", text.text or "")
    for shift in ("xshift", "yshift"):
        _grown(text, shift, scale)


def _trace_grown(trace: go.Scatter | go.Bar, scale: float) -> None:
    if isinstance(trace, go.Scatter):
        _grown(trace.line, "width", scale / 1.4)
        _grown(trace.marker, "size", scale / 1.2)
    if trace.textfont is not None:
        _grown(trace.textfont, "size", scale)


def _grown(holder: object, name: str, scale: float) -> None:
    value = getattr(holder, name, None)
    if isinstance(value, int | float):
        setattr(holder, name, value * scale)
    elif isinstance(value, tuple | list):
        setattr(holder, name, [each * scale for each in value])


def _judged(judgement: str) -> str:
    if judgement in TIERS:
        return PALETTE.tier_fill[judgement]
    return {"better": PALETTE.better, "worse": PALETTE.worse}.get(judgement, PALETTE.muted)


def _sheet(height: int, alt: str) -> go.Figure:
    # What is read aloud is no markup.
    drawing = figure(PALETTE, height, unescape(alt), top=0, bottom=0, left=0, right=0)
    drawing.update_xaxes(range=[0, 1], showticklabels=False)
    drawing.update_yaxes(range=[0, 1])
    # A figure without a trace draws no axes, and texts are placed on axes.
    drawing.add_trace(
        go.Scatter(x=[0.5], y=[0.5], mode="markers", marker={"size": 0.1, "opacity": 0}, hoverinfo="skip")
    )
    return drawing


def _ladder(drawing: go.Figure, place: float) -> None:
    band = min(len(TIERS) - 1, int(place))
    for index, name in enumerate(TIERS):
        colour = PALETTE.tier_fill[name] if index == band else PALETTE.tier_tint[name]
        drawing.add_shape(
            type="rect",
            x0=index / 4 + 0.004,
            x1=(index + 1) / 4 - 0.004,
            y0=0.03,
            y1=0.13,
            fillcolor=colour,
            line_width=0,
            layer="below",
        )
    inside = min(0.84, max(0.16, place - band))
    drawing.add_trace(
        go.Scatter(
            x=[(band + inside) / 4],
            y=[0.08],
            mode="markers",
            marker={"size": 36, "color": PALETTE.text, "line": {"width": 5, "color": PALETTE.background}},
            cliponaxis=False,
        )
    )


def _line(drawing: go.Figure, history: Sequence[float | None]) -> None:
    values = [value for value in history if value is not None]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    drawing.add_trace(
        go.Scatter(
            x=[index / (len(history) - 1) for index in range(len(history))],
            y=[None if value is None else 0.01 + 0.11 * (value - low) / span for value in history],
            mode="lines",
            line={"color": PALETTE.ring, "width": 4},
            cliponaxis=False,
        )
    )
