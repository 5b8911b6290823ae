"""Copilot's figures as cards of a page and as tiles of a wall (pure)."""

from dataclasses import replace

from components.cards import Card, change_card
from components.copilot_words import Assumption, active_words, hours_saved, hours_unit, minutes_text, unused_seats
from components.format import COUNT, NO_DATA, percent, percent_unit
from components.frames import full_weeks
from components.judgement import Better
from components.noise import WITHIN_NOISE, share_change_is_noise
from components.screen import Fact, Tile, change_tile
from koalr_api import Copilot


def adoption_tile(copilot: Copilot) -> Tile:
    """Active people per seat; judged where the seats can carry it."""
    return change_tile(
        "Adoption",
        copilot.adoption_rate,
        copilot.previous.adoption_rate if copilot.previous else None,
        percent_unit(copilot.adoption_rate or 0.0),
        better="up",
        doubt=WITHIN_NOISE if adoption_is_noise(copilot) else "",
        missing="not known",
    )


def acceptance_tile(copilot: Copilot) -> Tile:
    """Accepted code completions, not judged."""
    return change_tile(
        "Acceptance",
        copilot.acceptance_rate,
        copilot.previous.acceptance_rate if copilot.previous else None,
        percent_unit(copilot.acceptance_rate or 0.0),
        better="none",
        missing="not known",
        history=[week.acceptance_rate for week in full_weeks(copilot.trend)],
    )


def hours_tile(copilot: Copilot, assumed: Assumption | None) -> Tile:
    """The estimate with what it rests on."""
    hours = hours_saved(copilot, assumed)
    note = f"if a line saves {minutes_text(assumed.minutes)} min" if assumed else "by the server's formula"
    if hours is None:
        return Tile("Hours saved", NO_DATA, note="no accepted lines known")
    history = [hours_saved(week, assumed) for week in full_weeks(copilot.trend)]
    return Tile("Hours saved", hours_unit(hours).number(hours), "h", note=note, history=history)


def facts(copilot: Copilot) -> list[Fact]:
    """People and seats behind the shares."""
    found = []
    if copilot.active_people is not None:
        found.append(Fact(COUNT.text(copilot.active_people), "people active"))
    if copilot.seats is not None:
        found.append(Fact(COUNT.text(copilot.seats), "seats"))
    unused = unused_seats(copilot)
    if unused is not None:
        found.append(Fact(COUNT.text(unused), "seats not used"))
    return found


def adoption_is_noise(copilot: Copilot) -> bool:
    """True if so few seats cannot carry the change."""
    before = copilot.previous
    if before is None or copilot.adoption_rate is None or before.adoption_rate is None:
        return False
    if not copilot.seats or not before.seats:
        return False
    return share_change_is_noise(copilot.adoption_rate, copilot.seats, before.adoption_rate, before.seats)


def adoption_card(copilot: Copilot) -> Card:
    """Active people per seat."""
    before = copilot.previous.adoption_rate if copilot.previous else None
    return share_card(
        "Adoption",
        copilot.adoption_rate,
        before,
        "Share of the seats of the window whose holders were active in it. " + active_words(copilot),
        "up",
        WITHIN_NOISE if adoption_is_noise(copilot) else "",
    )


def acceptance_card(copilot: Copilot) -> Card:
    """Accepted code completions; neither direction is a goal."""
    return share_card(
        "Acceptance",
        copilot.acceptance_rate,
        copilot.previous.acceptance_rate if copilot.previous else None,
        "Accepted share of the suggested code completions; chat and agents are left out. More is not better by itself: it may "
        "also mean that less is read.",
        "none",
        "",
    )


def share_card(
    label: str,
    now: float | None,
    before: float | None,
    definition: str,
    better: Better,
    doubt: str,
) -> Card:
    """A share with its change in points."""
    unit = percent_unit(now or 0.0)
    was = percent(before) if before is not None else None
    return change_card(label, now, before, unit, definition, better=better, missing="not known", doubt=doubt, was=was)


def hours_card(copilot: Copilot, assumed: Assumption | None) -> Card:
    """The estimate, against the window before under the same assumption."""
    now, before = hours_saved(copilot, assumed), hours_saved(copilot.previous, assumed)
    found = change_card(
        "Hours saved, estimate",
        now,
        before,
        hours_unit(now),
        "Accepted lines of code completions × minutes per line ÷ 60. The minutes are an assumption, not a measurement.",
        better="none",
        missing="no accepted lines known",
    )
    return replace(found, badge=":gray-badge[your assumption]" if assumed and assumed.own else "")
