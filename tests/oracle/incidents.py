"""Incidents: where they belong, which deployment caused them, and rollbacks as incidents."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.oracle.deployments import Deployment, read_deployments
from tests.oracle.rows import KINDS, Organisation, Row, instant, required_instant
from tests.oracle.shipping import Shipment

BLAME_REACH = timedelta(hours=4)


@dataclass(frozen=True)
class Incident:
    """One incident as of now. `resolved_at` is None while it is open."""

    title: str
    repo: str | None
    severity: str | None
    status: str
    started_at: datetime
    resolved_at: datetime | None
    deployment_id: str | None
    is_rollback: bool = False


def read_incidents(org: Organisation, shipments: list[Shipment], now: datetime) -> list[Incident]:
    """Imported incidents started by now, and the rollbacks of repositories that have no imported incident at all."""
    imported = [_imported(org, row, now) for row in org.get("incidents", [])]
    with_source = {incident.repo for incident in imported}
    rollbacks = [
        _rollback(shipment.deployment, replaced_at)
        for shipment in shipments
        if shipment.deployment.repo not in with_source
        and (replaced_at := rolled_back_at(shipment.deployment, shipments)) is not None
    ]
    return [incident for incident in imported + rollbacks if incident.started_at <= now]


def rolled_back_at(deployment: Deployment, shipments: list[Shipment]) -> datetime | None:
    """When the first later successful production deployment that names it as its target finished."""
    later = [
        other.deployment.finished_at
        for other in shipments
        if deployment.id is not None
        and other.deployment.rollback_of == deployment.id
        and other.deployment.order > deployment.order
    ]
    return min(later, default=None)


def blamed_deployment(incident: Incident, shipments: list[Shipment]) -> Deployment | None:
    """The deployment an incident is attributed to: the linked one, else the latest of its repository in 4 hours."""
    deployments = [shipment.deployment for shipment in shipments]
    for deployment in deployments:
        if incident.deployment_id is not None and deployment.id == incident.deployment_id:
            return deployment
    near = [
        deployment
        for deployment in deployments
        if deployment.repo == incident.repo
        and incident.started_at - BLAME_REACH <= deployment.finished_at <= incident.started_at
    ]
    return max(near, key=lambda deployment: deployment.order, default=None)


def repo_of_incident(org: Organisation, row: Row) -> str | None:
    """Its repository; else its deployment's; else the one its service is named after."""
    if row.get("repo"):
        return str(row["repo"])
    for deployment in read_deployments(org):
        if row.get("deploymentId") and deployment.id == row["deploymentId"]:
            return deployment.repo
    service = row.get("service")
    repos = sorted({str(other["repo"]) for kind in KINDS for other in org.get(kind, []) if other.get("repo")})
    for repo in sorted(repos, key=lambda repo: repo != service):
        if service and service in (repo, repo.split("/")[-1]):
            return repo
    return None


def _imported(org: Organisation, row: Row, now: datetime) -> Incident:
    resolved_at = instant(row.get("resolvedAt"))
    resolved = resolved_at is not None and resolved_at <= now
    given = row.get("status") or "open"
    return Incident(
        title=row["title"],
        repo=repo_of_incident(org, row),
        severity=row.get("severity") or None,
        status="resolved" if resolved else "open" if given == "resolved" else given,
        started_at=required_instant(row["startedAt"]),
        resolved_at=resolved_at if resolved else None,
        deployment_id=row.get("deploymentId") or None,
    )


def _rollback(deployment: Deployment, replaced_at: datetime) -> Incident:
    version = deployment.ref or (deployment.sha or "")[:7]
    return Incident(
        title=f"Rollback of {deployment.repo} {version}".strip(),
        repo=deployment.repo,
        severity=None,
        status="resolved",
        started_at=deployment.finished_at,
        resolved_at=replaced_at,
        deployment_id=deployment.id,
        is_rollback=True,
    )
