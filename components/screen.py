"""What a screen on a wall shows of a page: one sentence, four tiles, one chart, three facts (pure)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go

from components.format import NO_DATA, Unit, change_text, known
from components.judgement import Better, verdict
from components.theme import Palette

Judgement = Literal["elite", "high", "medium", "low", "better", "worse", "none"]
TIER_JUDGEMENTS: Mapping[str, Judgement] = {"elite": "elite", "high": "high", "medium": "medium", "low": "low"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One number. All texts are ours; what others wrote goes through `format.figure_text` first.

    Attributes:
        value: the number alone, `unit` beside it and smaller.
        verdict: a word or a change, coloured by `judgement`; `note`: a few words beside it.
        place: where it stands on the tier ladder, 0 to 4; None for no ladder.
        history: weekly values, oldest first, for a line in the ladder's place; None for a week without data.
    """

    name: str
    value: str
    unit: str = ""
    verdict: str = ""
    judgement: Judgement = "none"
    note: str = ""
    place: float | None = None
    history: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Screen:
    """A page on a wall: at most 9 numbers beside the chart's labels, and no sentence over 70 characters.

    Attributes:
        sentence: as on the page; `:green[Elite]` and the like for coloured words.
        chart_title: names the chart.
        chart: draws it in a palette at desk size; the wall enlarges it. None: the tiles stand alone.
    """

    sentence: str
    tiles: Sequence[Tile]
    chart_title: str = ""
    chart: Callable[[Palette], go.Figure] | None = None
    facts: Sequence[Fact] = ()


def change_tile(
    name: str,
    now: float | None,
    before: float | None,
    unit: Unit,
    *,
    better: Better,
    doubt: str = "",
    missing: str = "no data",
    history: Sequence[float | None] = (),
) -> Tile:
    """A number with its change against the window before; `missing` says why there is none, `doubt` why it is not judged."""
    if now is None or not known(now):
        return Tile(name, NO_DATA, verdict="", note=missing)
    change = change_text(now, before, unit)
    number, symbol = unit.number(now), unit.symbol
    if change is None or before is None:
        return Tile(name, number, symbol, note="no change" if before is not None else "", history=history)
    found = verdict(now, before, better, doubt)
    judgement: Judgement = found if found in ("better", "worse") else "none"
    note = doubt if found == "noise" else f"was {unit.text(before)}"
    return Tile(name, number, symbol, change.replace("-", "−"), judgement, note, history=history)
