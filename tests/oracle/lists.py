"""The lists: deployments, pull requests, incidents, teams.

Items carry the documented fields without `id`; what identifies them instead stands beside (sha, startedAt, ref).
Items of the same second are in no order that a caller could rely on: ids decide there, and the oracle has none.
"""

from datetime import datetime

from tests.oracle.belonging import read_teams, scope_of
from tests.oracle.changes import cycle_start_at, read_commits
from tests.oracle.deployments import Deployment, read_deployments
from tests.oracle.incidents import read_incidents
from tests.oracle.numbers import seconds_between
from tests.oracle.risk import pr_risk
from tests.oracle.rows import Organisation, Row, instant, required_instant, wire
from tests.oracle.shipping import read_shipments
from tests.oracle.windows import current


def deployments(org: Organisation, now: datetime | str, days: int, team: str | list[str] | None = None) -> list[Row]:
    """Deployments of every environment that finished (unfinished: started) in the window, newest first."""
    moment = required_instant(now)
    window, scope = current(moment, days), scope_of(org, team)
    lead_secs = {one.deployment: one.lead_time_secs() for one in read_shipments(org, moment)}
    listed = [
        (when, one)
        for one in read_deployments(org)
        if (when := one.listed_at) is not None and window.holds(when) and scope.has_repo(one.repo)
    ]
    listed.sort(key=lambda pair: pair[1].tie)
    listed.sort(key=lambda pair: pair[0], reverse=True)
    return [_deployment_item(one, lead_secs.get(one)) for _, one in listed]


def _deployment_item(one: Deployment, lead_time_secs: int | None) -> Row:
    finished_at = one.finished_at if one.status == "success" else one.deployed_at
    return {
        "repo": one.repo,
        "env": one.env,
        "sha": one.sha,
        "status": one.status,
        "startedAt": wire(one.started_at),
        "deployedAt": wire(finished_at),
        "leadTimeSecs": lead_time_secs,
    }


def pull_requests(org: Organisation, now: datetime | str, days: int, team: str | list[str] | None = None) -> list[Row]:
    """Pull requests merged in the window, bots too, newest first."""
    window, scope = current(required_instant(now), days), scope_of(org, team)
    commits = read_commits(org)
    merged = [
        (merged_at, row)
        for row in org.get("pull_requests", [])
        if (merged_at := instant(row.get("mergedAt"))) is not None
        and window.holds(merged_at)
        and scope.has_work_of(row.get("author"), row["repo"])
    ]
    merged.sort(key=lambda pair: (pair[1]["repo"], int(pair[1]["number"])))
    merged.sort(key=lambda pair: pair[0], reverse=True)
    return [
        _pull_item(row, merged_at, cycle_start_at(row, commits))
        | {"riskScore": pr_risk(org, now, row["repo"], int(row["number"]))["riskScore"]}
        for merged_at, row in merged
    ]


def _pull_item(row: Row, merged_at: datetime, started_at: datetime | None) -> Row:
    return {
        "number": int(row["number"]),
        "title": row.get("title"),
        "repo": row["repo"],
        "author": row.get("author"),
        "mergedAt": wire(merged_at),
        "cycleTimeSecs": None if started_at is None else int(seconds_between(started_at, merged_at)),
    }


def incidents(org: Organisation, now: datetime | str, days: int, team: str | list[str] | None = None) -> list[Row]:
    """Incidents started in the window, rollbacks of repositories without an incident source too, newest first."""
    moment = required_instant(now)
    window, scope = current(moment, days), scope_of(org, team)
    found = [
        incident
        for incident in read_incidents(org, read_shipments(org, moment), moment)
        if window.holds(incident.started_at) and scope.has_repo(incident.repo)
    ]
    found.sort(key=lambda incident: incident.title)
    found.sort(key=lambda incident: incident.started_at, reverse=True)
    return [
        {
            "title": incident.title,
            "severity": incident.severity,
            "status": incident.status,
            "startedAt": wire(incident.started_at),
            "resolvedAt": wire(incident.resolved_at),
            "mttrSecs": None
            if incident.resolved_at is None
            else int(seconds_between(incident.started_at, incident.resolved_at)),
            "repo": incident.repo,
        }
        for incident in found
    ]


def teams(org: Organisation) -> list[Row]:
    """All teams by name, with how many different people each has."""
    items = [
        {
            "name": team.name,
            "memberCount": len({login.casefold() for login in team.members}),
            "createdAt": wire(team.created_at),
        }
        for team in read_teams(org)
    ]
    return sorted(items, key=lambda item: str(item["name"]))
