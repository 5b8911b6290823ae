"""Whether a change is better, worse, the same, or more than its cases can carry: one rule for every page (pure)."""

from typing import Literal

from components.format import known

Better = Literal["up", "down", "none"]
Verdict = Literal["better", "worse", "same", "noise", "none"]
STEADY = 0.05
FEWEST_CASES = 10


def verdict(now: float | None, before: float | None, better: Better, doubt: str = "") -> Verdict:
    """What a change is.

    Args:
        better: the good direction; "none" where neither is.
        doubt: why the cases behind it cannot carry a judgement; empty where they can.

    Returns:
        "none" where there is nothing to compare or to judge; "same" below 5 % of the value before.
    """
    if now is None or before is None or not (known(now) and known(before)) or better == "none":
        return "none"
    if now == before:
        return "same"
    if doubt:
        return "noise"
    if before and abs(now / before - 1) < STEADY:
        return "same"
    return "better" if (now > before) == (better == "up") else "worse"


def delta_colour(
    now: float | None, before: float | None, better: Better, doubt: str = ""
) -> Literal["normal", "inverse", "off"]:
    """How Streamlit colours it: growth green, growth red, or grey where it is neither better nor worse."""
    if verdict(now, before, better, doubt) not in ("better", "worse"):
        return "off"
    return "normal" if better == "up" else "inverse"


def few(cases: float | None, what: str) -> str:
    """The doubt about a figure of so many cases, "few incidents"; empty where they suffice or nobody knows."""
    return "" if cases is None or cases >= FEWEST_CASES else f"few {what}"
