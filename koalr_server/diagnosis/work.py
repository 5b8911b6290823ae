"""Findings about flow, reviews, forecasts and Copilot (pure)."""

from koalr_server.diagnosis import work_lacks as lacks
from koalr_server.diagnosis.counts import Counts
from koalr_server.diagnosis.finding import Answer, Basis, Finding, Lack, judged, so_many
from koalr_server.diagnosis.lacks import INGEST, behind, importing, stale
from koalr_server.forecast.backtest import LEAST_BUSY_WEEKS

FLOW = "GET /api/v1/flow"
REVIEWS = "GET /api/v1/review-metrics"
COPILOT = "GET /api/v1/copilot"


def flow_findings(counts: Counts) -> list[Finding]:
    """Flow's four metrics."""
    items = counts.items
    finishing = [
        lacks.no_items(counts),
        lacks.nothing_finished(counts),
        behind(counts, items.newest_done_at, "finished item", importing("work_items")),
    ]
    return [
        judged(
            Answer("cycleTime", "Cycle time", FLOW),
            [so_many(items.with_cycle_time, "item with a known start", "items with a known start")],
            items.newest_done_at,
            [
                *finishing,
                lacks.unstarted_items(counts),
                *_of_pull_requests(counts, lacks.unstarted_pull_requests(counts)),
            ],
            known=items.with_cycle_time > 0,
            old=stale(counts),
        ),
        judged(
            Answer("throughput", "Throughput", FLOW),
            _finished(counts),
            items.newest_done_at,
            finishing,
            known=items.begun,
            old=stale(counts),
        ),
        judged(
            Answer("wipCount", "Work in progress", FLOW),
            [so_many(items.in_progress, "item in progress now", "items in progress now")],
            items.newest_done_at,
            [lacks.no_items(counts), lacks.nothing_begun(counts), lacks.no_openings(counts)],
            known=items.begun and lacks.no_openings(counts) is None,
            old=stale(counts),
        ),
        judged(
            Answer("flowEfficiency", "Flow efficiency", FLOW),
            [so_many(items.timed, "item with active time", "items with active time")],
            items.newest_done_at,
            [
                *finishing,
                lacks.untimed_items(counts),
                *_of_pull_requests(counts, lacks.no_reviews(counts), lacks.unreviewed(counts), lacks.unready(counts)),
                *([] if items.timed else [lacks.unstarted_items(counts), lacks.unstarted_pull_requests(counts)]),
            ],
            known=items.timed > 0,
            old=stale(counts),
        ),
    ]


def _of_pull_requests(counts: Counts, *found: Lack | None) -> list[Lack | None]:
    """Gaps of pull requests count for flow where those are its items."""
    return list(found) if counts.items.finished > counts.items.finished_work_items else []


def _finished(counts: Counts) -> list[Basis]:
    items = counts.items
    return [
        so_many(items.finished_work_items, "finished work item"),
        so_many(items.finished - items.finished_work_items, "merged pull request"),
    ]


def review_findings(counts: Counts) -> list[Finding]:
    """The three review metrics."""
    found = counts.pull_requests
    reviewing = [
        lacks.no_reviews(counts),
        behind(counts, found.newest_review_at, "review", importing("reviews")),
        lacks.unreviewed(counts),
    ]
    responded = found.reviewed - found.unwaited.lacking
    nothing_merged = (
        Lack("No pull request was merged after its review.") if found.reviewed and not found.review_cycles else None
    )
    return [
        judged(
            Answer("avgFirstResponseTime", "First response time", REVIEWS),
            [so_many(responded, "reviewed pull request")],
            found.newest_review_at,
            [*reviewing, lacks.unwaited(counts)],
            known=responded > 0,
            old=stale(counts),
        ),
        judged(
            Answer("avgReviewCycleTime", "Review cycle time", REVIEWS),
            [so_many(found.review_cycles, "reviewed and merged pull request")],
            found.newest_review_at,
            [*reviewing, nothing_merged],
            known=found.review_cycles > 0,
            old=stale(counts),
        ),
        judged(
            Answer("totalReviewed", "Reviewed pull requests", REVIEWS),
            [so_many(found.reviewed, "reviewed pull request")],
            found.newest_review_at,
            [*reviewing],
            known=found.newest_review_at is not None,
            old=stale(counts),
        ),
    ]


def copilot_findings(counts: Counts) -> list[Finding]:
    """Copilot's three figures."""
    found = counts.copilot
    no_seats = (
        None if found.seats else Lack("No Copilot seat is known. Import the list of seats.", importing("copilot"))
    )
    report = "the users report" if not counts.everyone else "a usage report"
    no_activity = (
        None if found.activity_known else Lack(f"Who used Copilot is unknown. Import {report}.", importing("copilot"))
    )
    silent = Lack(f"No code completions are reported. Import {report} that has them.", importing("copilot"))
    old = behind(counts, found.newest_at, "Copilot activity", importing("copilot"))
    return [
        judged(
            Answer("adoptionRate", "Copilot adoption", COPILOT),
            [so_many(found.seats, "seat"), so_many(found.active_people, "active person", "active people")],
            found.newest_at,
            [no_seats, no_activity, old],
            known=found.seats > 0 and found.activity_known,
            old=stale(counts),
        ),
        *(
            judged(
                Answer(field, name, COPILOT),
                [so_many(days, "day with code completions", "days with code completions")],
                found.newest_at,
                [None if days else silent, old],
                known=days > 0,
                old=stale(counts),
            )
            for field, name, days in (
                ("acceptanceRate", "Copilot acceptance", found.completion_days),
                ("estimatedHoursSaved", "Copilot hours saved", found.line_days),
            )
        ),
    ]


def forecast_findings(counts: Counts) -> list[Finding]:
    """Delivery and backlog."""
    found, newest_at = counts.forecast, counts.items.newest_done_at
    enough = found.busy_weeks >= LEAST_BUSY_WEEKS
    short = None if enough or newest_at is None else stale(counts) or _too_short(counts)
    basis = [
        so_many(found.items, "finished item"),
        so_many(found.busy_weeks, f"of {found.weeks} weeks", f"of {found.weeks} weeks"),
    ]
    beginnings = [lacks.no_items(counts), lacks.nothing_finished(counts)]
    backlog = [] if found.backlog_size is None else [so_many(found.backlog_size, "open item")]
    return [
        judged(
            Answer("deliveryForecast", "Delivery forecast", "GET /api/v1/forecast/delivery"),
            basis,
            newest_at,
            [*beginnings, short],
            known=enough,
            old=stale(counts),
        ),
        judged(
            Answer("backlogForecast", "Backlog forecast", "GET /api/v1/forecast/backlog"),
            [*backlog, *basis],
            newest_at,
            [*beginnings, lacks.no_openings(counts), short],
            known=found.backlog_size is not None and (enough or found.backlog_size == 0),
            old=stale(counts),
        ),
    ]


def _too_short(counts: Counts) -> Lack:
    found = counts.forecast
    return Lack(
        f"Work was finished in {found.busy_weeks} of {found.weeks} weeks on record; a forecast needs {LEAST_BUSY_WEEKS}. "
        "Import what was finished earlier, or wait.",
        importing("work_items") if counts.items.finished_work_items else INGEST,
    )
