"""Cycle time, throughput, work in progress, flow efficiency."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.oracle.answers import answer
from tests.oracle.belonging import Scope, Team, scope_of
from tests.oracle.changes import cycle_start_at, pull_is_bot, read_commits
from tests.oracle.numbers import DAY, median, per, ratio, seconds_between, written
from tests.oracle.reviewing import human_reviews, last_approval_by, ready_at
from tests.oracle.rows import Organisation, Row, instant, required_instant
from tests.oracle.windows import Window


@dataclass(frozen=True)
class Item:
    """A work item or a pull request on its way.

    `opened_at` is when it was written down. `begun_at` counts it as in progress; `started_at` is what cycle time starts from;
    `active_secs` is None if unknown.
    """

    begun_at: datetime | None
    started_at: datetime | None
    done_at: datetime | None
    closed_at: datetime | None
    active_secs: Fraction | None
    opened_at: datetime | None

    def elapsed_secs(self) -> Fraction | None:
        if self.started_at is None or self.done_at is None:
            return None
        return seconds_between(self.started_at, self.done_at)

    def in_progress_at(self, end: datetime) -> bool:
        begun = self.begun_at is not None and self.begun_at <= end
        done = self.done_at is not None and self.done_at <= end
        closed = self.closed_at is not None and self.closed_at <= end
        return begun and not done and not closed

    def known_at(self, end: datetime) -> bool:
        return any(moment is not None and moment <= end for moment in (self.begun_at, self.done_at))


def flow(org: Organisation, now: datetime | str, days: int, team: str | list[str] | None = None) -> Row:
    """The answer of /flow: cycle time in days, throughput per week, work in progress now, efficiency 0-1."""
    moment = required_instant(now)
    items = read_items(org, scope_of(org, team), moment)

    def measure(window: Window) -> tuple[Row, int]:
        finished = [item for item in items if window.holds(item.done_at)]
        cycles = [secs for item in finished if (secs := item.elapsed_secs()) is not None]
        known = any(item.known_at(window.until) for item in items)
        in_progress = sum(item.in_progress_at(window.until) for item in items)
        fields = {
            "cycleTime": written(per(median(cycles), DAY)),
            "throughput": written(ratio(len(finished), Fraction(window.days, 7))) if known else None,
            "wipCount": in_progress if known else None,
            "flowEfficiency": written(_efficiency(finished)),
        }
        return fields, len(finished)

    return answer(measure, moment, days)


def _efficiency(finished: list[Item]) -> Fraction | None:
    pairs = [
        (item.active_secs, elapsed)
        for item in finished
        if item.active_secs is not None and (elapsed := item.elapsed_secs())
    ]
    return ratio(sum((active for active, _ in pairs), Fraction(0)), sum((elapsed for _, elapsed in pairs), Fraction(0)))


def read_items(org: Organisation, scope: Scope, now: datetime) -> list[Item]:
    """Tracker work items, and pull requests where no team of theirs has a tracker."""
    teams_of_items = [scope.teams_of_item(row) for row in org.get("work_items", [])]
    with_tracker = [team for teams in teams_of_items for team in teams]
    teamless_tracker = any(not teams for teams in teams_of_items)
    items = [
        _of_work_item(row)
        for row, teams in zip(org.get("work_items", []), teams_of_items, strict=True)
        if scope.has_any(teams)
    ]
    for row in org.get("pull_requests", []):
        teams = scope.teams_of_work(row.get("author"), row["repo"])
        if not pull_is_bot(row) and _is_item(teams, with_tracker, teamless_tracker) and scope.has_any(teams):
            items.append(_of_pull(org, row, now))
    return items


def _is_item(teams: list[Team], with_tracker: list[Team], teamless_tracker: bool) -> bool:
    if not teams:
        return not teamless_tracker
    return not any(team in with_tracker for team in teams)


def _of_work_item(row: Row) -> Item:
    started_at, done_at = instant(row.get("startedAt")), instant(row.get("doneAt"))
    active: Fraction | None = None
    if row.get("activeSecs") is not None and started_at is not None and done_at is not None:
        active = min(Fraction(int(row["activeSecs"])), seconds_between(started_at, done_at))
    return Item(started_at, started_at, done_at, None, active, instant(row.get("createdAt")))


def _of_pull(org: Organisation, row: Row, now: datetime) -> Item:
    merged_at = instant(row.get("mergedAt"))
    started_at = cycle_start_at(row, read_commits(org))
    return Item(
        begun_at=started_at or ready_at(row),
        started_at=started_at,
        done_at=merged_at,
        closed_at=instant(row.get("closedAt")) if merged_at is None else None,
        active_secs=_active_secs_of_pull(org, row, started_at, merged_at, now),
        opened_at=instant(row.get("createdAt")) or instant(row.get("readyAt")),
    )


def _active_secs_of_pull(
    org: Organisation, row: Row, started_at: datetime | None, merged_at: datetime | None, now: datetime
) -> Fraction | None:
    """Elapsed minus waiting for the first review and waiting to be merged once approved."""
    ready = ready_at(row)
    repo_is_reviewed = any(review["repo"] == row["repo"] for review in org.get("reviews", []))
    if started_at is None or merged_at is None or ready is None or not repo_is_reviewed:
        return None
    reviews = human_reviews(org, row, now)
    waiting = Fraction(0)
    if reviews and reviews[0].submitted_at <= merged_at:
        waiting += _overlap(started_at, merged_at, ready, reviews[0].submitted_at)
    approved_at = last_approval_by(reviews, merged_at)
    if approved_at is not None:
        waiting += _overlap(started_at, merged_at, approved_at, merged_at)
    return seconds_between(started_at, merged_at) - waiting


def _overlap(start: datetime, end: datetime, from_: datetime, to: datetime) -> Fraction:
    return seconds_between(max(start, from_), min(end, to))
