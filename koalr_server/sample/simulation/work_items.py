"""Work items: what the pull requests of a team were for, what is in progress, and the backlog."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from koalr_server.sample.quarter import ENDS_AT
from koalr_server.sample.simulation.dice import Dice, Quantiles
from koalr_server.sample.simulation.office import OPEN_SECS, hours_before, moment_at, worked_secs
from koalr_server.sample.simulation.profiles import Profile
from koalr_server.sample.simulation.pull_requests import PullRequest

ITEM_TYPES = {"feature": "story", "fix": "bug", "chore": "chore", "hotfix": "bug"}
BACKLOG_TYPES = {"story": 0.55, "bug": 0.27, "chore": 0.18}
WITHOUT_ITEM = 0.2
# Working hours from writing an item down to beginning it.
IDEA_HOURS: Quantiles = ((0, 0.2), (0.25, 6), (0.5, 26), (0.75, 80), (0.9, 190), (1, 330))
URGENT_HOURS: Quantiles = ((0, 0.1), (0.8, 1), (1, 4))
BACKLOG_FROM = datetime(2024, 9, 2, 9)  # noqa: DTZ001 - the store keeps naive UTC
GIVEN_UP_AFTER = timedelta(days=12)
STARTED_WITHOUT_CODE_EACH = 1

Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One tracker item; `merges` are the merge commits of its pull requests."""

    type: str
    created_at: datetime
    repo: str | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    active_secs: int | None = None
    merges: tuple[str, ...] = ()
    key: str = ""

    @property
    def status(self) -> str:
        """As a tracker would show it."""
        return "done" if self.done_at else "in progress" if self.started_at else "backlog"


def work_items(profile: Profile, pulls: Sequence[PullRequest], dice: Dice) -> list[WorkItem]:
    """All items of a team, numbered as they were written down."""
    built = [_item(profile, group, dice) for group in _groups(profile, pulls, dice)]
    return keyed(profile, [*built, *unbuilt(profile, dice)])


def unbuilt(profile: Profile, dice: Dice) -> list[WorkItem]:
    """Items without any code: the backlog, and what somebody has begun in the last days."""
    first, last = worked_secs(BACKLOG_FROM), worked_secs(ENDS_AT)
    begun = len(profile.people) * STARTED_WITHOUT_CODE_EACH
    found = []
    for place in range(profile.backlog_size + begun):
        worked = first + int(dice.fraction() * (last - OPEN_SECS * 8 - first))
        started_at = moment_at(last - int(dice.fraction() * OPEN_SECS * 8)) if place < begun else None
        found.append(WorkItem(dice.weighted(BACKLOG_TYPES), moment_at(worked), started_at=started_at))
    return found


def keyed(profile: Profile, items: Iterable[WorkItem]) -> list[WorkItem]:
    """The items with keys such as SIM-PUB-12, oldest first."""
    in_order = sorted(items, key=lambda item: item.created_at)
    return [replace(item, key=f"SIM-{profile.code}-{number}") for number, item in enumerate(in_order, 1)]


def idea_at(profile: Profile, started_at: datetime, urgent: bool, dice: Dice) -> datetime:
    """When an item begun at a moment was written down."""
    hours = dice.along(URGENT_HOURS) if urgent else dice.along(IDEA_HOURS) * profile.idea_days
    return hours_before(started_at, hours)


def _groups(profile: Profile, pulls: Sequence[PullRequest], dice: Dice) -> list[list[PullRequest]]:
    """Pull requests by the item they are for: several in a row of one author in one repository, most of them one."""
    groups: list[list[PullRequest]] = []
    current: dict[tuple[str, str], list[PullRequest]] = {}
    for pull in sorted(pulls, key=lambda pull: pull.merge.at):
        if pull.kind not in ITEM_TYPES or dice.chance(WITHOUT_ITEM):
            continue
        owner = (pull.author, pull.merge.repo)
        group = current.get(owner)
        goes_on = dice.chance(1 - 1 / profile.pull_requests_per_item.at(pull.merge.at))
        if group and goes_on and _belongs(pull, group):
            group.append(pull)
        else:
            groups.append([pull])
            if pull.kind != "hotfix":
                current[owner] = groups[-1]
    return groups


def _belongs(pull: PullRequest, group: Sequence[PullRequest]) -> bool:
    """Whether a pull request can continue an item: soon after, and both or neither out."""
    return (
        pull.kind != "hotfix"
        and pull.is_open == group[0].is_open
        and pull.phases.started_at - group[-1].merge.at < GIVEN_UP_AFTER
    )


def _item(profile: Profile, group: Sequence[PullRequest], dice: Dice) -> WorkItem:
    """The item of some pull requests: begun shortly before the first commit, done when the last one is in production."""
    first_commit_at = min(pull.phases.started_at for pull in group)
    started_at = hours_before(first_commit_at, dice.fraction() * 2)
    released = [pull.merge.release.deployed_at for pull in group if pull.merge.release]
    done_at = max(released) if released else None
    active = [(started_at, first_commit_at), *(each for pull in group for each in pull.phases.active())]
    return WorkItem(
        ITEM_TYPES[group[0].kind],
        idea_at(profile, started_at, group[0].kind == "hotfix", dice),
        group[0].merge.repo,
        started_at,
        done_at,
        covered_secs(active) if done_at else None,
        tuple(pull.merge.sha for pull in group),
    )


def covered_secs(intervals: Iterable[Interval]) -> int:
    """Seconds that lie in at least one interval."""
    total, until = timedelta(0), datetime.min  # noqa: DTZ901 - naive UTC throughout the sample
    for start, end in sorted(intervals):
        if end > until:
            total += end - max(start, until)
            until = end
    return int(total.total_seconds())
