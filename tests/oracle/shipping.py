"""Which deployment first brought each change to production."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.oracle.changes import Change, read_changes, read_commits, shas_of_pull
from tests.oracle.deployments import Deployment, contained_shas, read_deployments
from tests.oracle.numbers import median, seconds_between
from tests.oracle.rows import Organisation, texts


@dataclass(frozen=True)
class Shipment:
    """A successful production deployment and the changes it was the first to contain."""

    deployment: Deployment
    changes: list[Change]

    def lead_time_secs(self) -> int | None:
        """Median lead time of its changes in whole seconds (half to even), bots left out."""
        leads = [lead_secs(change, self.deployment) for change in self.changes if not change.is_bot]
        middle = median([lead for lead in leads if lead is not None])
        return None if middle is None else round(middle)


def lead_secs(change: Change, deployment: Deployment) -> Fraction | None:
    """First commit to the end of the deployment, None where the first commit is unknown."""
    if change.first_commit_at is None:
        return None
    return seconds_between(change.first_commit_at, deployment.finished_at)


def read_shipments(org: Organisation, now: datetime) -> list[Shipment]:
    """Every successful production deployment finished by now, repository by repository, in order."""
    changes = read_changes(org, now)
    succeeded = [one for one in read_deployments(org) if one.is_production_success and one.finished_at <= now]
    shipments = []
    for repo in sorted({one.repo for one in succeeded}):
        in_order = sorted((one for one in succeeded if one.repo == repo), key=lambda one: one.order)
        shipments += _walk(org, repo, in_order, [change for change in changes if change.repo == repo])
    return shipments


def _walk(org: Organisation, repo: str, in_order: list[Deployment], changes: list[Change]) -> list[Shipment]:
    parents = {sha: texts(row.get("parents")) for (of, sha), row in read_commits(org).items() if of == repo}
    named = {sha for row in org.get("pull_requests", []) if row["repo"] == repo for sha in shas_of_pull(row)}
    deployed: set[str] = set()
    has_baseline = False
    shipments = []
    for deployment in in_order:
        content = contained_shas(deployment, parents, set(parents) | named)
        fresh = [
            change
            for change in changes
            if content.intersection(change.landings) and not deployed.intersection(change.landings)
        ]
        shipments.append(Shipment(deployment, fresh if has_baseline else []))
        has_baseline = has_baseline or bool(content)
        deployed |= content
    return shipments
