"""Everything a question about one organisation at one moment may want to look at."""

from datetime import datetime, timedelta

from tests.oracle.belonging import Scope, scope_of
from tests.oracle.changes import Change, Commits, cycle_start_at, first_commit_at, read_changes, read_commits
from tests.oracle.deployments import Deployment, read_deployments
from tests.oracle.incidents import Incident, read_incidents, rolled_back_at
from tests.oracle.reverts import Reverts, read_reverts
from tests.oracle.reviewing import human_reviews
from tests.oracle.rows import Organisation, Row, required_instant, texts
from tests.oracle.shipping import Shipment, read_shipments


class Sight:
    """One organisation at one moment, with everything the questions look at."""

    def __init__(self, org: Organisation, now: datetime) -> None:
        self.org, self.now = org, now
        self.pulls: list[Row] = org["pull_requests"]
        self.merged = [row for row in self.pulls if row["mergedAt"]]
        self.reviews: list[Row] = org["reviews"]
        self.commits: Commits = read_commits(org)
        self.scope: Scope = scope_of(org, None)
        self.changes: list[Change] = read_changes(org, now)
        self.reverts: Reverts = read_reverts(self.changes)
        self.deployments: list[Deployment] = read_deployments(org)
        self.shipments: list[Shipment] = read_shipments(org, now)
        self.shipped = [(change, one) for one in self.shipments for change in one.changes]
        self.incidents: list[Incident] = read_incidents(org, self.shipments, now)
        self.imported = [incident for incident in self.incidents if not incident.is_rollback]

    def named_shas(self, repo: str) -> set[str]:
        known = {sha for of, sha in self.commits if of == repo}
        return known | {sha for change in self.changes if change.repo == repo for sha in change.shas}

    def author_of(self, review: Row) -> str:
        (pull,) = [row for row in self.pulls if (row["repo"], row["number"]) == (review["repo"], review["number"])]
        return str(pull["author"])

    def gaps(self) -> list[timedelta]:
        """From each production success to each incident of its repository."""
        return [
            incident.started_at - one.deployment.finished_at
            for incident in self.imported
            for one in self.shipments
            if incident.repo == one.deployment.repo
        ]


def is_fresh_squash(sight: Sight, row: Row) -> bool:
    return first_commit_at(row, sight.commits) is not None and cycle_start_at(row, sight.commits) is None


def parents(sight: Sight, row: Row) -> int:
    return len(texts(sight.commits.get((row["repo"], row["mergeSha"]), {}).get("parents")))


def ties(sight: Sight) -> int:
    keys = [(one.deployment.repo, one.deployment.finished_at) for one in sight.shipments]
    return len(keys) - len(set(keys))


def sees_both_sides(sight: Sight, row: Row) -> bool:
    merged_at = required_instant(row["mergedAt"])
    times = [one.submitted_at for one in human_reviews(sight.org, row, sight.now)]
    return any(time < merged_at for time in times) and any(time > merged_at for time in times)


def is_rolled_back(sight: Sight, one: Shipment) -> bool:
    return rolled_back_at(one.deployment, sight.shipments) is not None


def team_trackers(sight: Sight) -> set[str]:
    return {team.name for row in sight.org["work_items"] for team in sight.scope.teams_of_item(row)}


def mixed_author(sight: Sight, row: Row) -> bool:
    """Belongs to two teams of which one alone has a tracker."""
    with_tracker = {team.name in team_trackers(sight) for team in sight.scope.teams_of_work(row["author"], row["repo"])}
    return len(with_tracker) == 2


def shipped(sight: Sight) -> list[Change]:
    return [change for change, _ in sight.shipped]
