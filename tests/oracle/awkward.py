"""The awkward branches of the definitions, each as a question to one organisation: does it happen here?

A comparison over random organisations is worth what its organisations contain; this list says what they must contain.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.oracle.changes import cycle_start_at, first_commit_at, pull_is_bot
from tests.oracle.failures import incident_signs, revert_signs
from tests.oracle.flow import read_items
from tests.oracle.incidents import BLAME_REACH, blamed_deployment
from tests.oracle.people import is_bot, same_person
from tests.oracle.reverts import is_revert
from tests.oracle.reviewing import human_reviews, last_approval_by, ready_at
from tests.oracle.rows import Organisation, instant, required_instant, texts
from tests.oracle.shipping import lead_secs
from tests.oracle.sight import (
    Sight,
    is_fresh_squash,
    is_rolled_back,
    mixed_author,
    parents,
    sees_both_sides,
    shipped,
    team_trackers,
    ties,
)

PULL_REQUESTS: dict[str, Callable[[Sight], object]] = {
    "merge commit": lambda s: any(parents(s, row) == 2 for row in s.merged),
    "squash": lambda s: any(parents(s, row) == 1 for row in s.merged),
    "fresh squash has no cycle start": lambda s: any(is_fresh_squash(s, row) for row in s.merged),
    "squash authored earlier has one": lambda s: any(
        parents(s, row) == 1 and not row["commits"] and cycle_start_at(row, s.commits) for row in s.merged
    ),
    "merge commit without own commits has no first commit": lambda s: any(
        parents(s, row) == 2 and first_commit_at(row, s.commits) is None for row in s.merged
    ),
    "first commit given": lambda s: any(row["firstCommitAt"] for row in s.merged),
    "landing is the head": lambda s: any(not row["mergeSha"] and row["headSha"] for row in s.merged),
    "landing is the last own commit": lambda s: any(
        not row["mergeSha"] and not row["headSha"] and row["commits"] for row in s.merged
    ),
    "no landing at all": lambda s: any(not change.landings for change in s.changes),
    "open": lambda s: any(not row["mergedAt"] and not row["closedAt"] for row in s.pulls),
    "closed": lambda s: any(not row["mergedAt"] and row["closedAt"] for row in s.pulls),
    "bot by name": lambda s: any(is_bot(row["author"]) for row in s.merged),
    "bot by the row": lambda s: any(pull_is_bot(row) and not is_bot(row["author"]) for row in s.merged),
    "not created": lambda s: any(ready_at(row) is None for row in s.merged),
    "ready later than created": lambda s: any(row["readyAt"] and row["createdAt"] for row in s.pulls),
    "merged after now": lambda s: any(required_instant(row["mergedAt"]) > s.now for row in s.merged),
    "empty title": lambda s: any(row["title"] == "" for row in s.merged),
    "title beyond ASCII": lambda s: any(not row["title"].isascii() for row in s.merged),
    "unknown work item": lambda s: any(row["workItem"] == "GONE-1" for row in s.merged),
    "known work item": lambda s: any(
        change.work_item in {row["key"] for row in s.org["work_items"]} for change, _ in s.shipped
    ),
    "direct commit": lambda s: any(change.number is None and not change.is_bot for change, _ in s.shipped),
    "direct commit by a bot": lambda s: any(change.number is None and change.is_bot for change, _ in s.shipped),
    "branch merges the main line": lambda s: any(
        len(texts(s.commits[row["repo"], sha]["parents"])) == 2 for row in s.merged for sha in row["commits"] or []
    ),
}

REVIEWS: dict[str, Callable[[Sight], object]] = {
    "every state": lambda s: len({row["state"] for row in s.reviews}) == 4,
    "by a bot": lambda s: any(is_bot(row["reviewer"]) for row in s.reviews),
    "by the author": lambda s: any(row["reviewer"] == s.author_of(row) for row in s.reviews),
    "by the author in capitals": lambda s: any(
        row["reviewer"] != s.author_of(row) and same_person(row["reviewer"], s.author_of(row)) for row in s.reviews
    ),
    "before ready": lambda s: any(
        (ready := ready_at(row)) and any(one.submitted_at < ready for one in human_reviews(s.org, row, s.now))
        for row in s.pulls
    ),
    "before and after the merge": lambda s: any(sees_both_sides(s, row) for row in s.merged),
    "exactly at the merge": lambda s: any(
        one.submitted_at == instant(row["mergedAt"]) for row in s.merged for one in human_reviews(s.org, row, s.now)
    ),
    "merged without an approval": lambda s: any(
        (reviews := human_reviews(s.org, row, s.now))
        and not last_approval_by(reviews, required_instant(row["mergedAt"]))
        for row in s.merged
    ),
    "after now": lambda s: any(required_instant(row["submittedAt"]) > s.now for row in s.reviews),
    "repository without any": lambda s: {row["repo"] for row in s.merged} - {row["repo"] for row in s.reviews},
    "bot pull request reviewed": lambda s: any(
        pull_is_bot(row) and human_reviews(s.org, row, s.now) for row in s.pulls
    ),
}

DEPLOYMENTS: dict[str, Callable[[Sight], object]] = {
    "staging": lambda s: any(one.env == "staging" for one in s.deployments),
    "production as a part": lambda s: any(one.deployment.env in ("prod-eu", "eu.prd") for one in s.shipments),
    "production in capitals": lambda s: any(one.deployment.env == "PROD" for one in s.shipments),
    "nearly production": lambda s: any(one.env in ("prodigy", "live-test") for one in s.deployments),
    "every status": lambda s: len({one.status for one in s.deployments}) == 4,
    "success with a start alone": lambda s: any(not one.deployment.deployed_at for one in s.shipments),
    "failure with a start alone": lambda s: any(
        one.status == "failure" and not one.deployed_at for one in s.deployments
    ),
    "finished after now": lambda s: any((one.listed_at or s.now) > s.now for one in s.deployments),
    "unknown sha": lambda s: any(
        one.deployment.sha and one.deployment.sha not in s.named_shas(one.deployment.repo) for one in s.shipments
    ),
    "no sha": lambda s: any(not one.deployment.sha and not one.deployment.listed_shas for one in s.shipments),
    "first deployment without known content": lambda s: any(
        one.deployment.sha not in s.named_shas(one.deployment.repo)
        and not one.deployment.listed_shas
        and all(
            other.deployment.order >= one.deployment.order
            for other in s.shipments
            if other.deployment.repo == one.deployment.repo
        )
        for one in s.shipments
    ),
    "listed commits of nobody alone": lambda s: any(
        one.deployment.listed_shas
        and not {one.deployment.sha, *one.deployment.listed_shas} & s.named_shas(one.deployment.repo)
        for one in s.shipments
    ),
    "listed commits": lambda s: any(one.deployment.listed_shas for one in s.shipments),
    "same second in one repository": ties,
    "ships nothing new": lambda s: any(not one.changes for one in s.shipments),
    "ships several changes": lambda s: any(len(one.changes) > 1 for one in s.shipments),
    "median between two seconds": lambda s: any(
        sum(int(lead_secs(change, one.deployment) or 0) for change in one.changes) % 2
        for one in s.shipments
        if len([change for change in one.changes if not change.is_bot and change.first_commit_at]) == 2
        and not any(change.is_bot for change in one.changes)
    ),
    "finished before the merge": lambda s: any(
        change.merged_at > one.deployment.finished_at for change, one in s.shipped
    ),
    "without an id": lambda s: any(one.id is None for one in s.deployments),
}

FAILURES: dict[str, Callable[[Sight], object]] = {
    "rolled back": lambda s: any(is_rolled_back(s, one) for one in s.shipments),
    "rollback that failed itself": lambda s: any(one.rollback_of and one.status != "success" for one in s.deployments),
    "rollback elsewhere": lambda s: any(one.rollback_of and one.env == "staging" for one in s.deployments),
    "rollback incident": lambda s: any(incident.is_rollback for incident in s.incidents),
    "rollback where incidents have a source": lambda s: any(
        is_rolled_back(s, one) and any(incident.repo == one.deployment.repo for incident in s.imported)
        for one in s.shipments
    ),
    "incident by link": lambda s: any(
        incident.deployment_id in [one.deployment.id for one in s.shipments]
        for incident in s.imported
        if incident.deployment_id
    ),
    "link to what is no production success": lambda s: any(
        incident.deployment_id
        and incident.repo
        and incident.deployment_id not in [one.deployment.id for one in s.shipments]
        for incident in s.imported
    ),
    "link to nothing": lambda s: any(incident.deployment_id == "run-nobody-knows" for incident in s.imported),
    "incident by time": lambda s: any(
        not incident.deployment_id and blamed_deployment(incident, s.shipments) for incident in s.imported
    ),
    "incident exactly 4 h later": lambda s: BLAME_REACH in s.gaps(),
    "incident a second beyond 4 h": lambda s: BLAME_REACH + timedelta(seconds=1) in s.gaps(),
    "incident at the same second": lambda s: timedelta(0) in s.gaps(),
    "incident before its deployment": lambda s: any(
        incident.deployment_id == one.deployment.id and incident.started_at < one.deployment.finished_at
        for incident in s.imported
        for one in s.shipments
        if incident.deployment_id
    ),
    "incident by service name": lambda s: any(
        row.get("service") and "/" not in row["service"] and not row["repo"] and row["service"] != "billing"
        for row in s.org["incidents"]
    ),
    "incident of no repository": lambda s: any(incident.repo is None for incident in s.imported),
    "incident open": lambda s: any(incident.status == "open" for incident in s.imported),
    "incident acknowledged": lambda s: any(incident.status == "acknowledged" for incident in s.imported),
    "incident resolved after now": lambda s: any(
        (instant(row["resolvedAt"]) or s.now) > s.now and required_instant(row["startedAt"]) <= s.now
        for row in s.org["incidents"]
    ),
    "incident after now": lambda s: any(required_instant(row["startedAt"]) > s.now for row in s.org["incidents"]),
    "no incident at all": lambda s: not s.org["incidents"],
    "revert by title": lambda s: (
        any(targets and not change.messages for change, targets in s.reverts)
        or any(targets and (change.title or "").startswith("Revert") for change, targets in s.reverts)
    ),
    "revert by sha": lambda s: any(targets and change.title == "Take it back" for change, targets in s.reverts),
    "revert without a pull request": lambda s: any(targets and change.number is None for change, targets in s.reverts),
    "revert of a revert": lambda s: any(
        any(is_revert(target, s.reverts) for target in targets) for _, targets in s.reverts
    ),
    "two candidates for one title": lambda s: any(
        len([row for row in s.merged if row["repo"] == change.repo and f'Revert "{row["title"]}"' == change.title]) > 1
        for change in s.changes
    ),
    "failed by a revert": lambda s: any(revert_signs(one, s.shipments, s.reverts) for one in s.shipments),
    "shipped together with its revert": lambda s: any(
        target in one.changes
        for one in s.shipments
        for revert, targets in s.reverts
        if revert in one.changes
        for target in targets
    ),
    "spared because a revert was reverted": lambda s: any(
        not revert_signs(one, s.shipments, s.reverts)
        and any(target in one.changes for revert, targets in s.reverts for target in targets if revert in shipped(s))
        for one in s.shipments
    ),
    "failed twice over": lambda s: any(
        len(incident_signs(one.deployment, s.shipments, s.incidents)) > 1 for one in s.shipments
    ),
}


WORK: dict[str, Callable[[Sight], object]] = {
    "tracker of a team": team_trackers,
    "item by repository": lambda s: any(row.get("repo") and s.scope.teams_of_item(row) for row in s.org["work_items"]),
    "item of nobody": lambda s: any(not s.scope.teams_of_item(row) for row in s.org["work_items"]),
    "no work items": lambda s: not s.org["work_items"],
    "item not begun": lambda s: any(not row["startedAt"] and not row["doneAt"] for row in s.org["work_items"]),
    "item in progress": lambda s: any(row["startedAt"] and not row["doneAt"] for row in s.org["work_items"]),
    "item done without a start": lambda s: any(row["doneAt"] and not row["startedAt"] for row in s.org["work_items"]),
    "more active than elapsed": lambda s: any(
        row["doneAt"] and row["startedAt"] and row["activeSecs"] == 9_000_000 for row in s.org["work_items"]
    ),
    "active unknown": lambda s: any(row["doneAt"] and row["activeSecs"] is None for row in s.org["work_items"]),
    "author in two teams": lambda s: any(
        len(s.scope.teams_of_work(row["author"], row["repo"])) > 1 for row in s.merged
    ),
    "author in two teams, one with a tracker": lambda s: any(mixed_author(s, row) for row in s.merged),
    "author in no team": lambda s: any(not s.scope.teams_of_work(row["author"], row["repo"]) for row in s.merged),
    "team of repositories alone": lambda s: any(team.repos and not team.members for team in s.scope.teams),
    "team of people alone": lambda s: any(team.members and not team.repos for team in s.scope.teams),
    "empty team": lambda s: any(not team.members and not team.repos for team in s.scope.teams),
    "closed pull request was in progress": lambda s: any(
        item.closed_at is not None and item.begun_at is not None and item.begun_at <= item.closed_at
        for item in read_items(s.org, s.scope, s.now)
    ),
    "pull request begun when opened": lambda s: any(
        item.begun_at is not None and item.started_at is None for item in read_items(s.org, s.scope, s.now)
    ),
}

AWKWARD = {
    f"{area}: {name}": happens
    for area, group in {
        "pull requests": PULL_REQUESTS,
        "reviews": REVIEWS,
        "deployments": DEPLOYMENTS,
        "failures": FAILURES,
        "work": WORK,
    }.items()
    for name, happens in group.items()
}


def seen_in(org: Organisation, now: datetime) -> set[str]:
    """Names of the awkward branches that happen in an organisation at a moment."""
    sight = Sight(org, now)
    return {name for name, happens in AWKWARD.items() if happens(sight)}
