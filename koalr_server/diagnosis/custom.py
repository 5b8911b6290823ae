"""The finding about custom metrics (pure)."""

from collections import Counter
from collections.abc import Sequence

from koalr_server.diagnosis.counts import Counts, CustomMetric
from koalr_server.diagnosis.finding import Answer, Finding, Lack, judged, named, so_many
from koalr_server.diagnosis.lacks import INGEST, INGEST_TAGS, PROGRAM, importing

CUSTOM = "GET /api/v1/custom-metrics"


def custom_findings(counts: Counts) -> list[Finding]:
    """Saved metrics: those over records nobody brought, and those of teams that are gone."""
    metrics = counts.custom_metrics
    return [
        judged(
            Answer("customMetrics", "Custom metrics", CUSTOM),
            [so_many(len(metrics), "saved metric")],
            None,
            [_none_saved(counts), _without_team(metrics), _without_rows(counts)],
            known=any(_rows(counts, metric) and metric.team_known for metric in metrics),
        )
    ]


def _none_saved(counts: Counts) -> Lack | None:
    if counts.custom_metrics:
        return None
    of_these = "" if counts.everyone else " of this team"
    return Lack(f"No custom metric{of_these} is saved.", f"{PROGRAM} metrics save FILE")


def _without_team(metrics: Sequence[CustomMetric]) -> Lack | None:
    gone = [metric.slug for metric in metrics if not metric.team_known]
    if not gone:
        return None
    return Lack(
        f"{len(gone)} of {len(metrics)} custom metrics of a team that is not there{named(gone)}: save them with another.",
        f"{PROGRAM} metrics save FILE",
    )


def _without_rows(counts: Counts) -> Lack | None:
    """Metrics over kinds of records of which there are none; the command is for the kind that most of them count."""
    empty = Counter(metric.source for metric in counts.custom_metrics if not _rows(counts, metric))
    if not empty:
        return None
    kinds = [source for source, _ in empty.most_common()]
    listed = ", ".join(kind.replace("_", " ") for kind in kinds)
    return Lack(
        f"{empty.total()} of {len(counts.custom_metrics)} custom metrics over records of which there are no recent ones: {listed}.",
        COMMANDS[kinds[0]],
    )


def _rows(counts: Counts, metric: CustomMetric) -> int:
    """Recent records of the metric's source."""
    return {
        "pull_requests": counts.pull_requests.merged + counts.pull_requests.merged_by_bots,
        "reviews": counts.pull_requests.reviewed,
        "deployments": counts.deployments.listed,
        "incidents": counts.incidents.started + counts.incidents.rollbacks,
        "work_items": counts.items.finished_work_items + counts.items.openings_known,
        "changes": counts.changes.deployed,
        "commits": counts.commits,
    }[metric.source]


COMMANDS = {
    "pull_requests": INGEST,
    "reviews": importing("reviews"),
    "deployments": INGEST_TAGS,
    "incidents": importing("incidents"),
    "work_items": importing("work_items"),
    "changes": INGEST_TAGS,
    "commits": INGEST,
}
