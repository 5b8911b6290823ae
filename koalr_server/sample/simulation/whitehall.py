"""What is simulated around Whitehall's real pull requests: reviews, the work items they were for, and when each was ready."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from koalr_server.sample.simulation.dice import Dice
from koalr_server.sample.simulation.phases import Phases, between, draw_hours
from koalr_server.sample.simulation.profiles import Profile
from koalr_server.sample.simulation.reviews import Review, reviews
from koalr_server.sample.simulation.work_items import WorkItem, covered_secs, idea_at, keyed, unbuilt

Row = Mapping[str, Any]
FIX = re.compile(r"\b(fix|bug|error|prevent|missing|typo)", re.IGNORECASE)
# Real pull requests stay open for long; nobody works on one all of that time.
LAID_ASIDE = 0.3
CHORE = re.compile(r"\b(remove|delete|refactor|test|tests|upgrade|update|docs?|rubocop|tidy)\b", re.IGNORECASE)


def around(
    profile: Profile, pull_requests: Sequence[Row], dice: Dice
) -> tuple[dict[int, list[Review]], dict[int, Phases], list[WorkItem]]:
    """(reviews by number, phases by number, work items), for the human ones of Whitehall's pull requests.

    First commit and merge are the real ones, and an item is begun and done with its pull request, so that Whitehall's
    flow stays what the real pull requests say. The `merges` of an item are real merge commits.
    """
    reviewed: dict[int, list[Review]] = {}
    phases_of: dict[int, Phases] = {}
    items = []
    for row in sorted(pull_requests, key=lambda row: row["mergedAt"]):
        if row["isBot"]:
            continue
        phases = between(row["firstCommitAt"], row["mergedAt"], draw_hours(profile, row["mergedAt"], dice))
        phases_of[row["number"]] = phases
        reviewed[row["number"]] = reviews(phases, None, profile.people, dice)
        items.append(_item(profile, row, phases, dice))
    return reviewed, phases_of, keyed(profile, [*items, *unbuilt(profile, dice)])


def _item(profile: Profile, row: Row, phases: Phases, dice: Dice) -> WorkItem:
    return WorkItem(
        _type(row["title"]),
        idea_at(profile, phases.started_at, False, dice),
        row["repo"],
        phases.started_at,
        phases.merged_at,
        int(covered_secs(phases.active()) * (1 - LAID_ASIDE * dice.fraction())),
        (row["mergeSha"],),
    )


def _type(title: str) -> str:
    return "bug" if FIX.search(title) else "chore" if CHORE.search(title) else "story"
