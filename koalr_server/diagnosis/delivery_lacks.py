"""What deployments, changes and incidents can lack (pure)."""

from koalr_server.diagnosis.counts import RECENT_DAYS, Counts, Part
from koalr_server.diagnosis.finding import Lack, named
from koalr_server.diagnosis.lacks import INGEST, INGEST_TAGS, importing, some


def no_production(counts: Counts) -> Lack | None:
    """No successful production deployment ever."""
    deployments = counts.deployments
    if deployments.newest_shipped_at is not None:
        return None
    if deployments.newest_listed_at is not None:
        text = (
            f"No successful deployment to production is known, only others{named(deployments.environments)}: "
            "production is an env with prod, production, prd or live in its name, or one of KOALR_PRODUCTION_ENVIRONMENTS."
        )
        return Lack(text, importing("deployments"))
    if counts.newest_commit_at is not None:
        return Lack(
            "No deployment is known. If releases are tags, say which tags; else import deployments.", INGEST_TAGS
        )
    return Lack("No deployment is known.", importing("deployments"))


def unshipped_repos(counts: Counts) -> Lack | None:
    """Work is merged where nothing is ever deployed."""
    if counts.deployments.newest_shipped_at is None:
        return None
    return some(
        counts.deployments.unshipped_repos,
        "repositories with merged pull requests",
        "without any production deployment",
        "what is merged there never counts as delivered",
        INGEST_TAGS,
    )


def unknown_commit(counts: Counts) -> Lack | None:
    """Deployments of which nobody knows what they contain."""
    return some(
        counts.deployments.unknown_commit,
        "production deployments",
        "without a known commit",
        "what they shipped is unknown. Read the repositories, and import deployments with their sha",
        INGEST,
    )


def no_changes(counts: Counts) -> Lack | None:
    """Nothing that reached production."""
    if counts.changes.newest_at is not None:
        return None
    return (
        no_production(counts)
        or unknown_commit(counts)
        or Lack(
            "No change has reached production since a repository's first known deployment, which is only where counting begins.",
            INGEST,
        )
    )


def bounded(counts: Counts) -> Lack | None:
    """Lead times that begin at the squash."""
    return some(
        counts.changes.bounded,
        "deployed changes",
        "squashed, with the first commit not in git any more",
        "their lead time is a lower bound. Import pull requests with firstCommitAt",
        importing("pull_requests"),
    )


def no_first_commit(counts: Counts) -> Lack | None:
    """Changes without a lead time."""
    if not counts.changes.deployed or counts.changes.led:
        return None
    return Lack(
        "No change has a known first commit. Import pull requests with firstCommitAt.", importing("pull_requests")
    )


def no_incident_source(counts: Counts) -> Lack | None:
    """Rollbacks stand in for incidents."""
    if counts.incidents.imported_ever:
        return None
    return Lack(
        "No incident was ever imported: failures show by rollbacks and reverts alone, and rollbacks stand in for incidents.",
        importing("incidents"),
    )


def nothing_resolved(counts: Counts) -> Lack | None:
    """Incidents are known, but none to average."""
    if counts.incidents.resolved or not counts.incidents.imported_ever:
        return None
    return Lack(f"No incident was resolved in the last {RECENT_DAYS} days of the data: there is nothing to average.")


def unplaced(counts: Counts) -> Lack | None:
    """Incidents of no repository."""
    part = counts.incidents.unplaced
    return some(
        Part(part.lacking, part.of),
        "incidents",
        "of no known repository",
        "no deployment and no team can answer for them. Import them with repo, service or deploymentId",
        importing("incidents"),
    )


def overdue(counts: Counts) -> Lack | None:
    """Incidents that were perhaps resolved long ago."""
    return some(
        counts.incidents.overdue,
        "open incidents",
        "open for more than two weeks",
        "import those that are over again, with resolvedAt",
        importing("incidents"),
    )
