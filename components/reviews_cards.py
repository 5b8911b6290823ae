"""Review figures as cards of a page and as tiles of a wall (pure)."""

from components.cards import Card, change_card
from components.format import COUNT, DAYS_PER_WEEK, PER_WEEK, change_text, duration_unit
from components.frames import full_weeks
from components.judgement import few
from components.screen import Tile, change_tile
from koalr_api import Reviews

REVIEWS = "reviews"


def review_tiles(reviews: Reviews) -> list[Tile]:
    """The two times, and how many they rest on."""
    weeks = full_weeks(reviews.trend)
    return [
        hours_tile("First review after", reviews, "avg_first_response_time", "no review known"),
        hours_tile("Review takes", reviews, "avg_review_cycle_time", "none ended in a merge"),
        change_tile(
            "Reviewed",
            reviews.total_reviewed,
            reviews.previous.total_reviewed if reviews.previous else None,
            COUNT,
            better="none",
            history=[week.total_reviewed for week in weeks],
        ),
    ]


def hours_tile(name: str, reviews: Reviews, field: str, missing: str) -> Tile:
    """A mean time for a wall; less is better."""
    hours: float | None = getattr(reviews, field)
    before: float | None = getattr(reviews.previous, field) if reviews.previous else None
    past = [getattr(week, field) for week in full_weeks(reviews.trend)]
    unit, doubt = duration_unit(hours or 0.0), few(reviews.total_reviewed, REVIEWS)
    return change_tile(name, hours, before, unit, better="down", doubt=doubt, missing=missing, history=past)


def per_week(reviews: Reviews, days: int) -> float:
    """Pull requests first reviewed per week of the window."""
    return reviews.total_reviewed * DAYS_PER_WEEK / days


def review_cards(reviews: Reviews, days: int) -> list[Card]:
    """The two times, and how many they rest on."""
    before = reviews.previous
    doubt = few(reviews.total_reviewed, REVIEWS)
    return [
        hours_card(
            "First review after",
            reviews.avg_first_response_time,
            before.avg_first_response_time if before else None,
            "Mean time from ready for review to the first review by another person, over pull requests first reviewed in the window. "
            "Time as a draft is not waiting.",
            "no review known",
            doubt,
        ),
        hours_card(
            "Review takes",
            reviews.avg_review_cycle_time,
            before.avg_review_cycle_time if before else None,
            "Mean time from the first review to the last approval before the merge, or to the merge if nobody approved.",
            "none ended in a merge",
            doubt,
        ),
        Card(
            "Pull requests reviewed",
            COUNT.text(reviews.total_reviewed),
            "Pull requests that got their first review in the window, merged or not. For a team: those its members wrote, "
            "whoever reviewed them.",
            change_text(reviews.total_reviewed, before.total_reviewed if before else None, COUNT),
            PER_WEEK.text(per_week(reviews, days)) if reviews.total_reviewed else None,
            "off",
        ),
    ]


def hours_card(
    label: str, now: float | None, before: float | None, definition: str, none: str, doubt: str = ""
) -> Card:
    """A time with its change; less is better. `doubt`: why the change is not judged."""
    unit = duration_unit(now or 0.0)
    return change_card(label, now, before, unit, definition, better="down", missing=none, doubt=doubt)
