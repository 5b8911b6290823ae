"""GitHub Copilot in words: who counts as active, and hours saved under an assumption (pure)."""

import math
from dataclasses import dataclass

from components.format import COUNT, NO_BREAK, Unit, percent, plain, shown
from koalr_api import Copilot, CopilotFigures

MINUTES_PER_HOUR = 60
FORMULA = "Accepted lines of code completions × minutes per line ÷ 60"
MOST_MINUTES = 60.0
# Steps that grow with the value: an order of magnitude is all that anybody knows.
MINUTES_STEPS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)

ACTIVE = {
    "users": "Active: everybody with a row in GitHub's users report of the window.",
    "seats": "Active: seats whose last activity lies in the window. GitHub keeps the last activity only, so no earlier window is known.",
    "days": "Active: the busiest day's count. Other days may have been other people's, so the true number is at least this.",
}
UNKNOWN_ACTIVE = "This server does not say who counts as active."


@dataclass(frozen=True, slots=True)
class Assumption:
    """Minutes an accepted line is taken to save; `own`: the viewer's value, not the server's."""

    minutes: float
    own: bool

    @property
    def whose(self) -> str:
        """Whose value it is."""
        return "your assumption" if self.own else "the server's assumption"


def parse_minutes(text: str | None) -> float | None:
    """Minutes per line from untrusted text; None if it is no number from over 0 to an hour."""
    if text is None or len(text) > 12 or not text.isascii():
        return None
    try:
        minutes = float(text)
    except ValueError:
        return None
    return minutes if math.isfinite(minutes) and 0 < minutes <= MOST_MINUTES else None


def minutes_text(minutes: float) -> str:
    """As it stands in the address and at the slider: "0.2", "1.5"."""
    return f"{minutes:g}"


def assumption(copilot: Copilot, wanted: float | None) -> Assumption | None:
    """What the estimate rests on; None where the server does not give the accepted lines, so that nothing can be recomputed."""
    told = copilot.hours_saved
    if told is None or told.accepted_lines is None:
        return None
    own = wanted is not None and wanted != told.minutes_per_line
    return Assumption(wanted if own and wanted is not None else told.minutes_per_line, own)


def hours_saved(figures: CopilotFigures | None, assumed: Assumption | None) -> float | None:
    """Hours under the assumption: accepted lines × minutes ÷ 60. The server's own estimate where nothing is assumed."""
    if figures is None:
        return None
    told = figures.hours_saved
    if assumed is None or not assumed.own:
        return figures.estimated_hours_saved
    if told is None or told.accepted_lines is None:
        return None
    return told.accepted_lines * assumed.minutes / MINUTES_PER_HOUR


def copilot_sentence(copilot: Copilot) -> str:
    """Use and acceptance; at most 70 characters."""
    parts = []
    if copilot.adoption_rate is not None:
        seats = f"{copilot.seats} seats are" if copilot.seats else "seats are"
        parts.append(f"{percent(copilot.adoption_rate)} of {seats} in use")
    if copilot.acceptance_rate is not None:
        parts.append(f"{percent(copilot.acceptance_rate)} of suggestions are accepted")
    if not parts:
        return "No use of Copilot is known in this window."
    text = ", ".join(parts)
    return f"{text}."


def active_words(copilot: CopilotFigures) -> str:
    """Who counts as active."""
    return ACTIVE.get(copilot.active_from or "", UNKNOWN_ACTIVE)


def hours_unit(hours: float | None) -> Unit:
    """Hours of work stay hours: a day of them would be anybody's guess."""
    return Unit("h", 1, 1 if abs(hours or 0.0) < 100 else 0)


def unused_seats(copilot: CopilotFigures) -> int | None:
    """Seats whose holders were not active; None where unknown."""
    if copilot.seats is None or copilot.adoption_rate is None:
        return None
    return copilot.seats - round(copilot.adoption_rate * copilot.seats)


def estimate_words(copilot: Copilot, assumed: Assumption | None) -> str:
    """How the hours come about, with the numbers put in; Markdown."""
    told = copilot.hours_saved
    hours = hours_saved(copilot, assumed)
    if told is None:
        if hours is None:
            return "No estimate: the server knows of no accepted lines."
        return "The server gives this estimate alone, without its formula and without the accepted lines, so it cannot be checked here."
    if assumed is None or told.accepted_lines is None:
        return f"Formula: {plain(told.formula)}. How many lines were accepted is not known, so there is no estimate."
    formula = f"The server's formula: {plain(told.formula)}" if _other_formula(copilot, assumed) else FORMULA
    return (
        f"{formula}. {COUNT.text(told.accepted_lines)} lines × {minutes_text(assumed.minutes)}{NO_BREAK}min ÷ 60 = "
        f"**{shown(told.accepted_lines * assumed.minutes / MINUTES_PER_HOUR, hours_unit(hours))}**, at {assumed.whose}."
    )


def _other_formula(copilot: Copilot, assumed: Assumption) -> bool:
    """Whether the server comes to another estimate from the same lines and minutes."""
    told, estimate = copilot.hours_saved, copilot.estimated_hours_saved
    if assumed.own or told is None or told.accepted_lines is None or estimate is None:
        return False
    return not math.isclose(told.accepted_lines * assumed.minutes / MINUTES_PER_HOUR, estimate, rel_tol=0.01)
