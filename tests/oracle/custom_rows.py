"""The rows a custom metric is made of, source by source, as plain values: a second reading of its catalogue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.oracle.belonging import Scope, Team
from tests.oracle.changes import cycle_start_at, first_commit_at, pull_is_bot
from tests.oracle.deployments import is_production
from tests.oracle.failures import failed_at
from tests.oracle.incidents import blamed_deployment
from tests.oracle.numbers import seconds_between
from tests.oracle.people import is_bot, same_person
from tests.oracle.reviewing import human_reviews, last_approval_by, ready_at
from tests.oracle.rows import Row, instant, required_instant, texts
from tests.oracle.sight import Sight

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Owner = Callable[[Scope], bool]


@dataclass(frozen=True)
class Fact:
    """One row: when it counts, whose it is, and its fields; None is unknown."""

    at: datetime
    is_of: Owner
    values: dict[str, Any]


def facts(sight: Sight, source: str) -> list[Fact]:
    """Every row of a source that exists at the sight's now."""
    read = {
        "pull_requests": _pull_requests,
        "reviews": _reviews,
        "deployments": _deployments,
        "incidents": _incidents,
        "work_items": _work_items,
        "changes": _changes,
        "commits": _commits,
    }[source]
    return [fact for fact in read(sight) if fact.at <= sight.now]


def _fact(at: datetime, is_of: Owner, **values: Any) -> Fact:
    return Fact(at, is_of, {**values, "weekday": WEEKDAYS[at.weekday()], "hour": at.hour})


def _between(start: datetime | None, end: datetime | None) -> Fraction | None:
    return None if start is None or end is None else seconds_between(start, end)


def _sum(*numbers: int | None) -> int | None:
    return None if any(number is None for number in numbers) else sum(number or 0 for number in numbers)


def _by_author(author: str | None, repo: str) -> Owner:
    return lambda scope: scope.has_work_of(author, repo)


def _by_repo(repo: str | None) -> Owner:
    return lambda scope: scope.has_repo(repo)


def _pull_requests(sight: Sight) -> Iterator[Fact]:
    undone = {
        (target.repo, target.number)
        for revert, targets in sight.reverts
        if revert.merged_at <= sight.now
        for target in targets
    }
    for row in sight.merged:
        merged_at = required_instant(row["mergedAt"])
        reviews = human_reviews(sight.org, row, sight.now)
        first = reviews[0].submitted_at if reviews else None
        approved_at = last_approval_by(reviews, merged_at)
        knows_reviews = any(review["repo"] == row["repo"] for review in sight.reviews)
        in_time = first is not None and first <= merged_at
        yield _fact(
            merged_at,
            _by_author(row.get("author"), row["repo"]),
            repo=row["repo"],
            author=row["author"],
            title=row["title"],
            labels=texts(row.get("labels")),
            work_item=row.get("workItem"),
            is_bot=pull_is_bot(row),
            cycle_time=_between(cycle_start_at(row, sight.commits), merged_at),
            open_time=_between(ready_at(row), merged_at),
            time_to_first_review=_between(ready_at(row), first),
            review_time=_between(first, approved_at or merged_at) if in_time else None,
            additions=row.get("additions"),
            deletions=row.get("deletions"),
            changed_lines=_sum(row.get("additions"), row.get("deletions")),
            changed_files=row.get("changedFiles"),
            reviewed=in_time if knows_reviews else None,
            approved=approved_at is not None if knows_reviews else None,
            reverted=(row["repo"], int(row["number"])) in undone,
            created_at=instant(row.get("createdAt")),
            ready_at=instant(row.get("readyAt")),
            first_commit_at=first_commit_at(row, sight.commits),
            merged_at=merged_at,
        )


def _reviews(sight: Sight) -> Iterator[Fact]:
    pulls = {(row["repo"], int(row["number"])): row for row in sight.pulls}
    once = {tuple(sorted(row.items())): row for row in sight.reviews}
    for row in once.values():
        pull: Row = pulls.get((row["repo"], int(row["number"])), {})
        at = required_instant(row["submittedAt"])
        yield _fact(
            at,
            _by_author(row["reviewer"], row["repo"]),
            repo=row["repo"],
            reviewer=row["reviewer"],
            state=row["state"],
            is_bot=is_bot(row["reviewer"]),
            is_own=same_person(row["reviewer"], pull.get("author")),
            pull_request_author=pull.get("author"),
            pull_request_is_bot=pull_is_bot(pull) if pull else None,
            pull_request_title=pull.get("title"),
            pull_request_lines=_sum(pull.get("additions"), pull.get("deletions")),
            response_time=_between(ready_at(pull), at),
            submitted_at=at,
        )


def _deployments(sight: Sight) -> Iterator[Fact]:
    shipments = {one.deployment: one for one in sight.shipments}
    for one in sight.deployments:
        at = one.listed_at
        assert at is not None
        shipment = shipments.get(one)
        failed = shipment and failed_at(shipment, sight.shipments, sight.incidents, sight.reverts)
        changes = [change for change in shipment.changes if change.merged_at <= sight.now] if shipment else []
        yield _fact(
            at,
            _by_repo(one.repo),
            repo=one.repo,
            env=one.env,
            status=one.status,
            ref=one.ref,
            is_production=is_production(one.env),
            failed=failed is not None and failed <= sight.now if one.is_production_success else None,
            lead_time=shipment.lead_time_secs() if shipment else None,
            duration=_between(one.started_at, one.deployed_at),
            changes=len(changes),
            deployed_at=at,
        )


def _incidents(sight: Sight) -> Iterator[Fact]:
    for one in sight.incidents:
        yield _fact(
            one.started_at,
            _by_repo(one.repo),
            repo=one.repo,
            title=one.title,
            severity=one.severity,
            is_resolved=one.resolved_at is not None,
            is_rollback=one.is_rollback,
            has_deployment=one.is_rollback or blamed_deployment(one, sight.shipments) is not None,
            time_to_restore=_between(one.started_at, one.resolved_at),
            started_at=one.started_at,
            resolved_at=one.resolved_at,
        )


def _work_items(sight: Sight) -> Iterator[Fact]:
    for row in sight.org["work_items"]:
        done_at, started_at = instant(row.get("doneAt")), instant(row.get("startedAt"))
        cycle, active = _between(started_at, done_at), row.get("activeSecs")
        if done_at is None:
            continue
        yield _fact(
            done_at,
            _by_teams(sight, row),
            key=row["key"],
            type=row.get("type"),
            status=row.get("status"),
            team=row.get("team"),
            repo=row.get("repo"),
            cycle_time=cycle,
            lead_time=_between(instant(row.get("createdAt")), done_at),
            active_time=None if active is None or cycle is None else min(Fraction(active), cycle),
            created_at=instant(row.get("createdAt")),
            started_at=started_at,
            done_at=done_at,
        )


def _by_teams(sight: Sight, row: Row) -> Owner:
    teams: list[Team] = sight.scope.teams_of_item(row)
    return lambda scope: scope.has_any(teams)


def _changes(sight: Sight) -> Iterator[Fact]:
    ideas = {row["key"]: required_instant(row["createdAt"]) for row in sight.org["work_items"]}
    for change, shipment in sight.shipped:
        at = shipment.deployment.finished_at
        if change.merged_at > sight.now:
            continue
        yield _fact(
            at,
            _by_author(change.author, change.repo),
            repo=change.repo,
            author=change.author,
            is_bot=change.is_bot,
            is_pull_request=change.number is not None,
            lead_time=_between(change.first_commit_at, at),
            idea_to_commit=_between(ideas.get(change.work_item or ""), change.first_commit_at),
            commit_to_merge=_between(change.cycle_start_at, change.merged_at),
            merge_to_deploy=_between(change.merged_at, at),
            first_commit_at=change.first_commit_at,
            merged_at=change.merged_at,
            deployed_at=at,
        )


def _commits(sight: Sight) -> Iterator[Fact]:
    for row in sight.commits.values():
        at = required_instant(row["committedAt"])
        yield _fact(
            at,
            _by_author(row.get("author"), row["repo"]),
            repo=row["repo"],
            author=row["author"],
            message=row.get("message"),
            is_bot=is_bot(row["author"]),
            is_merge=len(texts(row.get("parents"))) > 1,
            additions=row.get("additions"),
            deletions=row.get("deletions"),
            changed_lines=_sum(row.get("additions"), row.get("deletions")),
            authored_at=required_instant(row["authoredAt"]),
            committed_at=at,
        )
