"""The tier ladders: where each metric stands between Low and Elite, and where it stood; one figure for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from components.charts.canvas import Word, bare, figure, words
from components.charts.kept import kept
from components.theme import Palette
from components.tiers import BANDS, TIERS, distance, position, tier_of

DOT_RADIUS = 10
JOINED_FROM = 0.06
BAND_GAP = 0.016
# Down from the top of a row, in pixels: its two lines of words, its band, the edges of the bands, and the next row.
LINES_PX = (12, 35)
BAND_PX = (54, 80)
CURRENT_PX = 3
EDGES_PX = 92
ROW_PX = 116
# Between the words and the band of the first row there are the names of the tiers too.
NAMES_PX = 22


@dataclass(frozen=True, slots=True)
class Ladder:
    """One metric's row.

    `metric` is a key of tiers.BANDS; `now` and `before` in API units, None without data; `value` is `now` in words, `missing`
    says why there is none.
    """

    metric: str
    name: str
    value: str
    now: float | None
    before: float | None
    missing: str

    @property
    def tier(self) -> str | None:
        """The tier of now."""
        return tier_of(self.metric, self.now)

    @property
    def verdict(self) -> str:
        """Distance to the next tier, or why there is none."""
        return distance(self.metric, self.now) if self.tier else self.missing

    @property
    def sentence(self) -> str:
        """What a screen reader says."""
        return f"{self.name} {self.value}, {f'{self.tier.capitalize()}, ' if self.tier else ''}{self.verdict}."


def ladders_height(rows: int) -> int:
    """Pixels of the figure."""
    return NAMES_PX + ROW_PX * rows


@kept
def ladders(rows: Sequence[Ladder], palette: Palette) -> go.Figure:
    """A row per metric: its number, its tier and the distance to the next, and its place on the ladder."""
    height = ladders_height(len(rows))
    drawing = figure(
        palette,
        height,
        " ".join(row.sentence for row in rows),
        top=0,
        bottom=0,
        left=DOT_RADIUS,
        right=DOT_RADIUS,
    )
    tops = [height - NAMES_PX - ROW_PX * index for index in range(len(rows))]
    placed = list(zip(rows, tops, strict=True))
    drawing.update_layout(
        xaxis={"range": [0, 4], "showticklabels": False}, yaxis={"range": [0, height]}, barmode="overlay"
    )
    texts = [text for row, top in placed for text in _words(row, top, palette, NAMES_PX if top == tops[0] else 0)]
    traces = [_bands(placed, palette), words(texts + _names(tops[0], palette)), *_marks(placed, palette)]
    return bare(data=traces, layout=drawing.layout)


def _names(top: float, palette: Palette) -> list[Word]:
    """The tiers, above the first band."""
    middle = top - BAND_PX[0] + NAMES_PX / 2
    return [
        Word(index + 0.5, middle, name.capitalize(), palette.tier_text[name], 14) for index, name in enumerate(TIERS)
    ]


def _bands(placed: Sequence[tuple[Ladder, float]], palette: Palette) -> go.Bar:
    """Four tints a row, and the full colour under the tier of now."""
    bars: list[tuple[int, float, float, str]] = []
    for row, top in placed:
        upper, lower = top - BAND_PX[0], top - BAND_PX[1]
        bars += [(index, lower, upper, palette.tier_tint[name]) for index, name in enumerate(TIERS)]
        if row.tier is not None:
            bars.append((TIERS.index(row.tier), lower, lower + CURRENT_PX, palette.tier_fill[row.tier]))
    return go.Bar(
        orientation="h",
        base=[index + BAND_GAP / 2 for index, _, _, _ in bars],
        x=[1 - BAND_GAP] * len(bars),
        y=[(low + high) / 2 for _, low, high, _ in bars],
        width=[high - low for _, low, high, _ in bars],
        marker={"color": [colour for _, _, _, colour in bars], "line": {"width": 0}},
        hoverinfo="skip",
    )


def _words(row: Ladder, top: float, palette: Palette, lifted_px: float) -> list[Word]:
    """Name and number on the left, tier and distance on the right, the edges under the band."""
    first, second = (top - line + lifted_px for line in LINES_PX)
    texts = [
        Word(0, first, row.name, palette.muted, anchor="left"),
        Word(0, second, f"<b>{row.value}</b>", palette.text, 20, anchor="left"),
        Word(4, second, row.verdict, palette.muted, anchor="right"),
    ]
    if row.tier:
        texts.append(Word(4, first, f"<b>{row.tier.capitalize()}</b>", palette.tier_text[row.tier], 14, "right"))
    edges = enumerate(BANDS[row.metric].edge_labels, start=1)
    return texts + [Word(index, top - EDGES_PX, text, palette.muted, 12) for index, text in edges]


def _marks(placed: Sequence[tuple[Ladder, float]], palette: Palette) -> list[go.Scatter]:
    """Dots for now, rings for before, and a line between them where they are apart."""
    joined: list[tuple[float | None, float]] = []
    rings: list[tuple[float, float]] = []
    dots: list[tuple[float, float, str]] = []
    for row, top in placed:
        middle = top - sum(BAND_PX) / 2
        now, before = position(row.metric, row.now), position(row.metric, row.before)
        if before is not None:
            rings.append((before, middle))
        if now is not None and row.tier is not None:
            dots.append((now, middle, row.tier))
        if now is not None and before is not None and abs(now - before) > JOINED_FROM:
            joined += [(before, middle), (now, middle), (None, middle)]
    outlines = [palette.text if tier == "medium" else palette.background for _, _, tier in dots]
    colours = [palette.tier_fill[tier] for _, _, tier in dots]
    ring = {"size": 12, "color": palette.background, "line": {"width": 2, "color": palette.ring}}
    dot = {"size": 18, "color": colours, "line": {"width": 2, "color": outlines}, "opacity": 1}
    return [
        _mark(joined, mode="lines", line={"width": 2, "color": palette.ring}),
        _mark(rings, mode="markers", marker=ring),
        _mark([each[:2] for each in dots], mode="markers", marker=dot),
    ]


def _mark(points: Sequence[tuple[float | None, float]], **style: object) -> go.Scatter:
    x, y = [x for x, _ in points], [y for _, y in points]
    return go.Scatter(x=x, y=y, hoverinfo="skip", cliponaxis=False, **style)
