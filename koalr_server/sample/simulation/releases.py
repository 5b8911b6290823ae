"""What the real deployments say about merges: which versions were new, how many merges each holds, and when they were."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from koalr_server.sample.simulation.dice import Dice

VERSION = re.compile(r"v(\d+)")
MOST_MERGES = 4
BUILD_MINUTES = (5, 16)
ONE_SECOND = timedelta(seconds=1)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """The first production deployment of a new version.

    `merged_at` holds one time per pull request in it, rising. A release that comes right after a rollback is where a
    team takes something back or repairs it.
    """

    repo: str
    version: str
    deployed_at: datetime
    merged_at: tuple[datetime, ...]
    after_rollback: bool


def releases(deployments: Sequence[Row], dice: Dice) -> list[Release]:
    """The releases of one repository in order, from rows of all its deployments; its first deployment is none.

    Every merge of these applications makes a version and goes to the first environment within minutes. So the numbers
    tell how many merges a release holds (at most MOST_MERGES are simulated), and that deployment tells when.
    """
    in_order = sorted(deployments, key=lambda row: row["deployedAt"])
    first_seen: dict[str, datetime] = {}
    for row in in_order:
        first_seen.setdefault(row["ref"], row["deployedAt"])
    found = []
    merged_before: datetime | None = None
    for row, versions, after_rollback in _new_versions(in_order):
        deployed_at = row["deployedAt"]
        if merged_before is None:
            merged_before = deployed_at
            continue
        room = int((deployed_at - merged_before).total_seconds()) - 1
        wanted = _wanted([first_seen.get(version) for version in versions[-room:]], deployed_at, dice)
        merged_at = _between(merged_before, deployed_at, wanted)
        found.append(Release(row["repo"], row["ref"], deployed_at, tuple(merged_at), after_rollback))
        merged_before = merged_at[-1]
    return found


def by_repository(deployments: Sequence[Row]) -> dict[str, list[Row]]:
    """Deployment rows by repository."""
    rows = defaultdict(list)
    for row in deployments:
        rows[row["repo"]].append(row)
    return rows


def _new_versions(in_order: Sequence[Row]) -> Iterator[tuple[Row, list[str], bool]]:
    """Production deployments of something new, each with the versions that came with it, oldest first."""
    highest, seen, after_rollback = 0, set(), False
    for row in in_order:
        if row["env"] != "production":
            continue
        version = row["ref"]
        number = VERSION.fullmatch(version)
        if version not in seen and (number is None or int(number[1]) > highest):
            merges = min(MOST_MERGES, int(number[1]) - highest) if number else 1
            last = int(number[1]) if number else 0
            yield row, [f"v{last - n}" for n in range(merges - 1, 0, -1)] + [version], after_rollback
        highest = max(highest, int(number[1]) if number else 0)
        seen.add(version)
        after_rollback = row["rollbackOf"] is not None


def _wanted(first_seen: Sequence[datetime | None], deployed_at: datetime, dice: Dice) -> list[datetime]:
    """Merge times: a build before the first deployment anywhere; unknown ones some time before the next."""
    times: list[datetime] = []
    following = deployed_at
    for seen in reversed(first_seen):
        if seen is None:
            moment = following - timedelta(seconds=dice.whole(10 * 60, 150 * 60))
        else:
            moment = seen - timedelta(seconds=dice.whole(BUILD_MINUTES[0] * 60, BUILD_MINUTES[1] * 60))
        following = min(moment, following - ONE_SECOND)
        times.append(following)
    return times[::-1]


def _between(after: datetime, before: datetime, wanted: list[datetime]) -> list[datetime]:
    """The wanted times if they lie between the two, else as many spread evenly there."""
    if wanted[0] > after:
        return wanted
    step = int((before - after).total_seconds()) // (len(wanted) + 1)
    return [after + timedelta(seconds=step * (n + 1)) for n in range(len(wanted))]
