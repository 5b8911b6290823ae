"""The risk score of a pull request and its bands (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.format import NO_DATA, known

HIGHEST = 100.0


@dataclass(frozen=True, slots=True)
class Band:
    """Scores from `low` on, up to the next band. `judgement` is its place in the colours of the tiers."""

    tier: str
    low: float
    high: float
    judgement: str
    colour: str
    icon: str

    @property
    def name(self) -> str:
        """Its word."""
        return self.tier.capitalize()

    @property
    def badge(self) -> str:
        """Word and icon on its tint, for Markdown."""
        return f":{self.colour}-badge[{self.icon} {self.name}]"


BANDS: Sequence[Band] = (
    Band("low", 0, 40, "elite", "green", ":material/check_circle:"),
    Band("medium", 40, 70, "medium", "orange", ":material/visibility:"),
    Band("high", 70, 90, "low", "red", ":material/warning:"),
    Band("critical", 90, HIGHEST, "low", "red", ":material/dangerous:"),
)
BY_TIER: Mapping[str, Band] = {band.tier: band for band in BANDS}


def band_of(score: float | None) -> Band | None:
    """The band a score lies in; None without one."""
    if score is None or not known(score):
        return None
    return next((band for band in reversed(BANDS) if score >= band.low), BANDS[0])


def score_text(score: float | None) -> str:
    """A score alone, with a decimal where it has one."""
    return NO_DATA if score is None or not known(score) else f"{round(score, 1):g}"
