"""Code review and GitHub Copilot."""

from dataclasses import dataclass
from datetime import date

from koalr_api.model import Model, Rows


@dataclass(frozen=True, slots=True)
class ReviewsFigures(Model):
    """Review metrics of one window."""

    avg_review_cycle_time: float | None
    """Hours, mean, from first review to last approval."""
    avg_first_response_time: float | None
    """Hours, mean, from ready for review to first review."""
    total_reviewed: int
    """Number of pull requests first reviewed in the window."""


@dataclass(frozen=True, slots=True)
class ReviewsWeek(ReviewsFigures):
    """Review metrics of one ISO week."""

    week_start: date
    """Monday of the week."""
    n: int
    """Number of pull requests behind the figures."""
    days: int | None = None
    """Days of the week that have begun, 7 for past weeks."""


@dataclass(frozen=True, slots=True)
class Reviews(ReviewsFigures):
    """GET /review-metrics."""

    previous: ReviewsFigures | None = None
    """The window of equal length before this one."""
    trend: Rows[ReviewsWeek] | None = None
    """Weeks, oldest first."""


@dataclass(frozen=True, slots=True)
class HoursSaved(Model):
    """How `estimated_hours_saved` came about."""

    formula: str
    """In words, such as acceptedLines × minutesPerLine ÷ 60."""
    minutes_per_line: float
    """Minutes an accepted line is taken to save, a setting of the server."""
    accepted_lines: int | None
    """Number of accepted lines of code completions."""


@dataclass(frozen=True, slots=True)
class CopilotFigures(Model):
    """GitHub Copilot usage of one window."""

    adoption_rate: float | None
    """Active people per seat, 0 to 1."""
    acceptance_rate: float | None
    """Accepted per suggested code completion, 0 to 1."""
    estimated_hours_saved: float | None
    """Hours, by the formula in `hours_saved` where the server states one."""
    hours_saved: HoursSaved | None = None
    """The formula and what goes into it."""
    seats: int | None = None
    """Number of seats held in the window."""
    active_people: int | None = None
    """Number of people who used it."""
    active_from: str | None = None
    """How those are known: users, seats or days."""


# A week's own fields cannot come before the figures' optional ones, so they go by keyword.
@dataclass(frozen=True, slots=True, kw_only=True)
class CopilotWeek(CopilotFigures):
    """Copilot usage of one ISO week."""

    week_start: date
    """Monday of the week."""
    n: int
    """Number of records behind the figures."""
    days: int | None = None
    """Days of the week that have begun, 7 for past weeks."""


@dataclass(frozen=True, slots=True)
class Copilot(CopilotFigures):
    """GET /copilot."""

    previous: CopilotFigures | None = None
    """The window of equal length before this one."""
    trend: Rows[CopilotWeek] | None = None
    """Weeks, oldest first."""
