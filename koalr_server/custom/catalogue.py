"""What a custom metric may be made of: the sources, the time a window selects them by, and their fields (pure data).

Every identifier of a composed statement comes from here. `$now` in an expression is the moment of asking, so that what
lies after it does not exist yet; `span_secs` is a macro of the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from koalr_server.custom.fields import Field, boolean, instant, number, seconds, text, weekday_and_hour
from koalr_server.metrics.scope import BY_AUTHOR, BY_ITEM, BY_REPO


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of rows: the relation they are read from, their time, whose they are, and what they are called."""

    name: str
    one: str
    many: str
    relation: str
    time: str
    time_meaning: str
    belongs: str
    fields: Mapping[str, Field]


def _named(*fields: Field) -> Mapping[str, Field]:
    return {field.name: field for field in fields}


PULL_REQUESTS = Source(
    "pull_requests",
    "pull request",
    "pull requests",
    "pull_request_facts",
    "merged_at",
    "when it was merged; unmerged ones are left out",
    BY_AUTHOR,
    _named(
        text("repo", "repo", "repository, as owner/name"),
        text("author", "author", "who opened it"),
        text("title", "title", "its title"),
        Field("labels", "texts", "labels", "its labels"),
        text("work_item", "work_item", "key of the work item it names"),
        boolean("is_bot", "is_bot", "written by a bot"),
        seconds("cycle_time", "span_secs(cycle_start_at, merged_at)", "first commit to merge"),
        seconds("open_time", "span_secs(coalesce(ready_at, created_at), merged_at)", "ready for review to merge"),
        seconds(
            "time_to_first_review",
            "CASE WHEN first_review_at <= $now THEN span_secs(coalesce(ready_at, created_at), first_review_at) END",
            "ready for review to the first review by another human",
        ),
        seconds(
            "review_time",
            "CASE WHEN first_review_at <= merged_at"
            " THEN span_secs(first_review_at, coalesce(last_approval_at, merged_at)) END",
            "first review to the last approval before the merge, else to the merge",
        ),
        number("additions", "lines", "additions", "lines added"),
        number("deletions", "lines", "deletions", "lines removed"),
        number("changed_lines", "lines", "additions + deletions", "lines added and removed"),
        number("changed_files", "files", "changed_files", "files touched"),
        # Without any review in the repository nobody can tell whether this one was reviewed.
        boolean(
            "reviewed",
            "CASE WHEN repo_has_reviews THEN coalesce(first_review_at <= merged_at, false) END",
            "reviewed by another human before the merge; unknown in a repository without any review",
        ),
        boolean(
            "approved",
            "CASE WHEN repo_has_reviews THEN last_approval_at IS NOT NULL END",
            "approved by another human before the merge; unknown in a repository without any review",
        ),
        boolean("reverted", "coalesce(reverted_at <= $now, false)", "taken back by now"),
        instant("created_at", "created_at", "when it was opened"),
        instant("ready_at", "ready_at", "when it was ready for review, as imported"),
        instant("first_commit_at", "first_commit_at", "when its first commit was written"),
        instant("merged_at", "merged_at", "when it was merged"),
        *weekday_and_hour("merged_at"),
    ),
)

REVIEWS = Source(
    "reviews",
    "review",
    "reviews",
    # A review is its reviewer's work, so it belongs to the reviewer's teams.
    """(SELECT r.repo, r.reviewer AS author, r.is_bot, r.state, r.submitted_at, p.author AS pull_request_author,
        p.is_bot AS pull_request_is_bot, p.title, coalesce(p.ready_at, p.created_at) AS waiting_from,
        p.additions + p.deletions AS pull_request_lines
        FROM reviews r LEFT JOIN pull_request_facts p USING (repo, number))""",
    "submitted_at",
    "when it was submitted",
    BY_AUTHOR,
    _named(
        text("repo", "repo", "repository, as owner/name"),
        text("reviewer", "author", "who reviewed"),
        text("state", "state", "approved, changes_requested, commented or dismissed"),
        boolean("is_bot", "is_bot", "written by a bot"),
        boolean(
            "is_own",
            "coalesce(lower(author) = lower(pull_request_author), false)",
            "of the reviewer's own pull request",
        ),
        text("pull_request_author", "pull_request_author", "who opened the pull request"),
        boolean("pull_request_is_bot", "pull_request_is_bot", "the pull request was written by a bot"),
        text("pull_request_title", "title", "title of the pull request"),
        number("pull_request_lines", "lines", "pull_request_lines", "lines the pull request adds and removes"),
        seconds("response_time", "span_secs(waiting_from, submitted_at)", "ready for review to this review"),
        instant("submitted_at", "submitted_at", "when it was submitted"),
        *weekday_and_hour("submitted_at"),
    ),
)

DEPLOYMENTS = Source(
    "deployments",
    "deployment",
    "deployments",
    "deployment_facts",
    "listed_at",
    "when it finished; if that is unknown, when it started",
    BY_REPO,
    _named(
        text("repo", "repo", "repository, as owner/name"),
        text("env", "env", "environment, as imported"),
        text("status", "status", "success, failure, in_progress or cancelled"),
        text("ref", "ref", "tag or version, where known"),
        boolean("is_production", "is_production", "to production, whatever came of it"),
        boolean(
            "failed",
            "CASE WHEN is_production AND status = 'success' THEN coalesce(failed_at <= $now, false) END",
            "known by now to have failed; unknown unless it succeeded in production",
        ),
        text("failure", "CASE WHEN failed_at <= $now THEN failure END", "incident, rollback or revert"),
        seconds("lead_time", "lead_time_secs", "median lead time of the changes it first shipped"),
        seconds(
            "duration",
            "(SELECT span_secs(d.started_at, d.deployed_at) FROM deployments d"
            " WHERE d.deployment_id = deployment_facts.deployment_id)",
            "start to finish",
        ),
        number(
            "changes",
            "changes",
            "(SELECT count(*) FROM changes c"
            " WHERE c.deployment_id = deployment_facts.deployment_id AND c.merged_at <= $now)",
            "changes it first shipped",
        ),
        instant("deployed_at", "listed_at", "when it finished; if that is unknown, when it started"),
        *weekday_and_hour("listed_at"),
    ),
)

INCIDENTS = Source(
    "incidents",
    "incident",
    "incidents",
    # A stand-in for an incident is known from the moment of the rollback.
    "(SELECT * FROM incident_facts WHERE source <> 'rollback' OR resolved_at <= $now)",
    "started_at",
    "when it started",
    BY_REPO,
    _named(
        text("repo", "repo", "repository, as owner/name"),
        text("title", "title", "its title"),
        text("severity", "severity", "as imported"),
        boolean("is_resolved", "coalesce(resolved_at <= $now, false)", "has ended by now"),
        boolean("is_rollback", "source = 'rollback'", "a rollback that stands in for an incident"),
        boolean("has_deployment", "deployment_id IS NOT NULL", "attributed to a deployment"),
        seconds(
            "time_to_restore",
            "CASE WHEN resolved_at <= $now THEN span_secs(started_at, resolved_at) END",
            "start to end, unknown while it is open",
        ),
        instant("started_at", "started_at", "when it started"),
        instant("resolved_at", "CASE WHEN resolved_at <= $now THEN resolved_at END", "when it ended"),
        *weekday_and_hour("started_at"),
    ),
)

WORK_ITEMS = Source(
    "work_items",
    "work item",
    "work items",
    """(SELECT w.*, 'work_item' AS kind, NULL::VARCHAR AS author, t.team_id
        FROM work_items w LEFT JOIN teams t ON t.team_id = w.team OR t.name = w.team)""",
    "done_at",
    "when it was done; unfinished ones are left out",
    BY_ITEM,
    _named(
        text("key", "key", "its key in the tracker"),
        text("type", "type", "as imported, such as bug or story"),
        text("status", "status", "as imported"),
        text("team", "team", "the team it names"),
        text("repo", "repo", "the repository it names"),
        seconds("cycle_time", "span_secs(started_at, done_at)", "started to done"),
        seconds("lead_time", "span_secs(created_at, done_at)", "created to done"),
        seconds(
            "active_time",
            "CASE WHEN active_secs IS NOT NULL AND started_at IS NOT NULL"
            " THEN least(active_secs, span_secs(started_at, done_at)) END",
            "time somebody worked on it, at most the cycle time",
        ),
        instant("created_at", "created_at", "when it was created"),
        instant("started_at", "started_at", "when work on it began"),
        instant("done_at", "done_at", "when it was done"),
        *weekday_and_hour("done_at"),
    ),
)

CHANGES = Source(
    "changes",
    "change",
    "changes",
    "(SELECT * FROM changes WHERE merged_at <= $now)",
    "finished_at",
    "when the deployment that first brought it to production finished",
    BY_AUTHOR,
    _named(
        text("repo", "repo", "repository, as owner/name"),
        text("author", "author", "who wrote it"),
        boolean("is_bot", "is_bot", "written by a bot"),
        boolean("is_pull_request", "number IS NOT NULL", "a pull request, not a commit that came without one"),
        seconds("lead_time", "span_secs(first_commit_at, finished_at)", "first commit to production"),
        seconds("idea_to_commit", "span_secs(idea_at, first_commit_at)", "its work item created to first commit"),
        seconds("commit_to_merge", "span_secs(cycle_start_at, merged_at)", "first commit to merge"),
        seconds("merge_to_deploy", "span_secs(merged_at, finished_at)", "merge to production"),
        instant("first_commit_at", "first_commit_at", "when its first commit was written"),
        instant("merged_at", "merged_at", "when it was merged"),
        instant("deployed_at", "finished_at", "when it reached production"),
        *weekday_and_hour("finished_at"),
    ),
)

COMMITS = Source(
    "commits",
    "commit",
    "commits",
    "commits",
    "committed_at",
    "when it was committed",
    BY_AUTHOR,
    _named(
        text("repo", "repo", "repository, as owner/name"),
        text("author", "author", "who wrote it"),
        text("message", "message", "its whole message"),
        boolean("is_bot", "is_bot", "written by a bot"),
        boolean("is_merge", "len(parents) > 1", "has several parents"),
        number("additions", "lines", "additions", "lines added"),
        number("deletions", "lines", "deletions", "lines removed"),
        number("changed_lines", "lines", "additions + deletions", "lines added and removed"),
        instant("authored_at", "authored_at", "when it was written"),
        instant("committed_at", "committed_at", "when it was committed"),
        *weekday_and_hour("committed_at"),
    ),
)

SOURCES: Mapping[str, Source] = {
    source.name: source for source in (PULL_REQUESTS, REVIEWS, DEPLOYMENTS, INCIDENTS, WORK_ITEMS, CHANGES, COMMITS)
}
