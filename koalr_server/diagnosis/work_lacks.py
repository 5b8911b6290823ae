"""What work items, pull requests and reviews can lack (pure)."""

from koalr_server.diagnosis.counts import RECENT_DAYS, Counts
from koalr_server.diagnosis.finding import Lack
from koalr_server.diagnosis.lacks import INGEST, importing, some


def no_items(counts: Counts) -> Lack | None:
    """No work at all."""
    if counts.items.begun or counts.items.openings_known:
        return None
    return Lack("No work is known, neither work items nor pull requests.", _next_source(counts))


def _next_source(counts: Counts) -> str:
    """Where pull requests can still come from: git, or, where that was read and shows none, an import."""
    return importing("pull_requests") if counts.newest_commit_at else INGEST


def nothing_finished(counts: Counts) -> Lack | None:
    """Work is known and none of it done."""
    if counts.items.newest_done_at is not None or no_items(counts):
        return None
    return Lack(
        "No finished work is known. Import work items with doneAt, or merged pull requests.", importing("work_items")
    )


def nothing_begun(counts: Counts) -> Lack | None:
    """Work is known and none of it started."""
    if counts.items.begun or no_items(counts):
        return None
    return Lack("Work is known, but none of it was begun. Import work items with startedAt.", importing("work_items"))


def unstarted_items(counts: Counts) -> Lack | None:
    """Work items without a start."""
    return some(
        counts.items.unstarted,
        "finished work items",
        "without a start",
        "they have no cycle time. Import them with startedAt",
        importing("work_items"),
    )


def unstarted_pull_requests(counts: Counts) -> Lack | None:
    """Squashes: when work began is not in git."""
    return some(
        counts.pull_requests.unstarted,
        "merged pull requests",
        "without a known first commit, as squashes are in git",
        "they have no cycle time. Import pull requests with firstCommitAt",
        importing("pull_requests"),
    )


def no_openings(counts: Counts) -> Lack | None:
    """Git alone shows what is merged."""
    if counts.items.openings_known or not counts.items.begun or counts.items.finished_work_items:
        return None
    return Lack(
        "Open work is unknown: git shows a pull request once it is merged. Import pull requests with createdAt, or work items.",
        importing("pull_requests"),
    )


def untimed_items(counts: Counts) -> Lack | None:
    """Work items without active time."""
    return some(
        counts.items.untimed,
        "finished work items",
        "without active time",
        "they are left out of flow efficiency. Import them with activeSecs",
        importing("work_items"),
    )


def no_pull_requests(counts: Counts) -> Lack | None:
    """Nothing merged."""
    if counts.pull_requests.newest_merged_at is not None:
        return None
    return Lack("No merged pull request is known.", _next_source(counts))


def no_reviews(counts: Counts) -> Lack | None:
    """No review at all."""
    if counts.pull_requests.newest_review_at is not None:
        return None
    return Lack("No review is known: git alone does not know reviews.", importing("reviews"))


def unreviewed(counts: Counts) -> Lack | None:
    """Reviews come from some repositories only."""
    if counts.pull_requests.newest_review_at is None:
        return None
    return some(
        counts.pull_requests.unreviewed,
        "merged pull requests",
        "in repositories without a single review",
        "review times rest on the others",
        importing("reviews"),
    )


def unwaited(counts: Counts) -> Lack | None:
    """Reviewed, but since when they waited is unknown."""
    return some(
        counts.pull_requests.unwaited,
        "reviewed pull requests",
        "without readyAt or createdAt",
        "nobody knows how long they waited. Import pull requests with one of the two",
        importing("pull_requests"),
    )


def unready(counts: Counts) -> Lack | None:
    """Merged, but since when they waited is unknown."""
    return some(
        counts.pull_requests.unready,
        "merged pull requests",
        "without readyAt or createdAt",
        "their waiting time is unknown. Import pull requests with one of the two",
        importing("pull_requests"),
    )


def unlinked(counts: Counts) -> Lack | None:
    """Pull requests without a work item."""
    return some(
        counts.pull_requests.unlinked,
        "merged pull requests",
        "naming no work item",
        "when their idea was written is unknown. Import pull requests with workItem",
        importing("pull_requests"),
    )


def unknown_links(counts: Counts) -> Lack | None:
    """Pull requests that name a work item nobody imported."""
    return some(
        counts.pull_requests.unknown_links,
        "pull requests with a work item",
        "naming one that was not imported",
        "when their idea was written is unknown",
        importing("work_items"),
    )


def no_ideas(counts: Counts) -> Lack | None:
    """Links are there, and still no deployed change has an idea."""
    if counts.changes.with_idea or not counts.changes.deployed or unlinked(counts) or unknown_links(counts):
        return None
    return Lack(
        "No deployed change names a known work item. Import work items with createdAt.", importing("work_items")
    )


def only_bots(counts: Counts) -> Lack | None:
    """Pull requests are merged, none of them by a person."""
    found = counts.pull_requests
    if found.merged or found.newest_merged_at is None:
        return None
    return Lack(f"No pull request of a person was merged in the last {RECENT_DAYS} days of the data.", INGEST)
