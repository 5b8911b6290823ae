"""Findings about DORA, the value stream and the lists behind them (pure)."""

from koalr_server.diagnosis import delivery_lacks, work_lacks
from koalr_server.diagnosis.counts import Counts
from koalr_server.diagnosis.finding import Answer, Basis, Finding, Lack, judged, so_many
from koalr_server.diagnosis.lacks import INGEST, INGEST_TAGS, behind, importing, stale

DORA = "GET /api/v1/metrics/dora"
VALUE_STREAM = "GET /api/v1/value-stream"


def delivery_findings(counts: Counts) -> list[Finding]:
    """DORA's four metrics."""
    return [_deploy_frequency(counts), _lead_time(counts), _change_failure_rate(counts), _mttr(counts)]


def _shipped(counts: Counts) -> list[Basis]:
    deployments = counts.deployments
    return [
        so_many(deployments.shipped, "production deployment"),
        so_many(deployments.shipping_repos, "repository", "repositories"),
    ]


def _deploy_frequency(counts: Counts) -> Finding:
    newest_at = counts.deployments.newest_shipped_at
    return judged(
        Answer("deployFrequency", "Deployment frequency", DORA),
        _shipped(counts),
        newest_at,
        [
            delivery_lacks.no_production(counts),
            behind(counts, newest_at, "production deployment", INGEST_TAGS),
            delivery_lacks.unshipped_repos(counts),
        ],
        known=newest_at is not None,
        old=stale(counts),
    )


def _lead_time(counts: Counts) -> Finding:
    newest_at = counts.changes.newest_at
    return judged(
        Answer("leadTime", "Lead time for changes", DORA),
        [so_many(counts.changes.led, "change")],
        newest_at,
        [
            *_shipping_lacks(counts),
            delivery_lacks.no_first_commit(counts),
            delivery_lacks.bounded(counts),
        ],
        known=newest_at is not None and delivery_lacks.no_first_commit(counts) is None,
        old=stale(counts),
    )


def _shipping_lacks(counts: Counts) -> list[Lack | None]:
    """What keeps changes from being known as delivered."""
    return [
        delivery_lacks.no_changes(counts),
        behind(counts, counts.changes.newest_at, "change in production", INGEST_TAGS),
        delivery_lacks.unknown_commit(counts),
        delivery_lacks.unshipped_repos(counts),
    ]


def _change_failure_rate(counts: Counts) -> Finding:
    newest_at = counts.deployments.newest_shipped_at
    return judged(
        Answer("changeFailureRate", "Change failure rate", DORA),
        [so_many(counts.deployments.shipped, "production deployment"), *_incidents(counts)],
        newest_at,
        [
            delivery_lacks.no_production(counts),
            behind(counts, newest_at, "production deployment", INGEST_TAGS),
            delivery_lacks.no_incident_source(counts),
            delivery_lacks.unplaced(counts),
        ],
        known=newest_at is not None,
        old=stale(counts),
    )


def _incidents(counts: Counts) -> list[Basis]:
    found = counts.incidents
    stand_ins = [so_many(found.rollbacks, "rollback")] if found.rollbacks or not found.imported_ever else []
    return [so_many(found.started, "incident"), *stand_ins]


def _mttr(counts: Counts) -> Finding:
    return judged(
        Answer("mttr", "Time to restore", DORA),
        [so_many(counts.incidents.resolved, "resolved incident or rollback", "resolved incidents or rollbacks")],
        counts.incidents.newest_started_at,
        [
            delivery_lacks.no_incident_source(counts),
            delivery_lacks.nothing_resolved(counts),
            delivery_lacks.overdue(counts),
        ],
        known=counts.incidents.resolved > 0,
        old=stale(counts),
    )


def value_stream_findings(counts: Counts) -> list[Finding]:
    """The three stages."""
    changes = counts.changes
    shipping = _shipping_lacks(counts)
    return [
        judged(
            Answer("ideaToCommit", "Idea to commit", VALUE_STREAM),
            [so_many(changes.with_idea, "change with a work item", "changes with a work item")],
            changes.newest_at,
            [
                *shipping,
                work_lacks.unlinked(counts),
                work_lacks.unknown_links(counts),
                work_lacks.no_ideas(counts),
            ],
            known=changes.with_idea > 0,
            old=stale(counts),
        ),
        judged(
            Answer("commitToMerge", "Commit to merge", VALUE_STREAM),
            [so_many(changes.with_merge_time, "change")],
            changes.newest_at,
            [*shipping, delivery_lacks.no_first_commit(counts), delivery_lacks.bounded(counts)],
            known=changes.with_merge_time > 0,
            old=stale(counts),
        ),
        judged(
            Answer("mergeToDeploy", "Merge to deploy", VALUE_STREAM),
            [so_many(changes.deployed, "change")],
            changes.newest_at,
            [*shipping],
            known=changes.newest_at is not None,
            old=stale(counts),
        ),
    ]


def list_findings(counts: Counts) -> list[Finding]:
    """Deployments, pull requests, incidents."""
    deployments, pull_requests, incidents = counts.deployments, counts.pull_requests, counts.incidents
    return [
        judged(
            Answer("deployments", "Deployments", "GET /api/v1/deployments"),
            [so_many(deployments.listed, "deployment")],
            deployments.newest_listed_at,
            [
                delivery_lacks.no_production(counts),
                behind(counts, deployments.newest_listed_at, "deployment", importing("deployments")),
            ],
            known=deployments.newest_listed_at is not None,
            old=stale(counts),
        ),
        judged(
            Answer("pullRequests", "Pull requests", "GET /api/v1/pull-requests"),
            [
                so_many(pull_requests.merged, "merged pull request"),
                so_many(pull_requests.merged_by_bots, "of a bot", "of bots"),
            ],
            pull_requests.newest_merged_at,
            [
                work_lacks.no_pull_requests(counts),
                behind(counts, pull_requests.newest_merged_at, "merged pull request", INGEST),
                work_lacks.unstarted_pull_requests(counts),
            ],
            known=pull_requests.newest_merged_at is not None,
            old=stale(counts),
        ),
        judged(
            Answer("incidents", "Incidents", "GET /api/v1/incidents"),
            _incidents(counts),
            incidents.newest_started_at,
            [
                delivery_lacks.no_incident_source(counts),
                delivery_lacks.unplaced(counts),
                delivery_lacks.overdue(counts),
            ],
            known=incidents.newest_started_at is not None,
        ),
    ]
