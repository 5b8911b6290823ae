"""The record kinds that `import` accepts: their fields, types and natural keys (pure data, no I/O)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

FieldType = Literal["text", "texts", "integer", "number", "boolean", "instant", "files"]

ARROW_TYPES: Mapping[FieldType, pa.DataType] = {
    "text": pa.string(),
    "texts": pa.list_(pa.string()),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "instant": pa.timestamp("s"),
    "files": pa.list_(
        pa.struct([("path", pa.string()), ("additions", pa.int64()), ("deletions", pa.int64())]),
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One column of an import file: wire name, type, and whether every line must carry it.

    `blank_allowed`: an empty text is a value (a title can be empty), not a missing one.
    """

    name: str
    type: FieldType = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    blank_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One importable kind: its fields in order, and groups of optional fields of which a row needs at least one."""

    name: str
    fields: tuple[Field, ...]
    one_of: tuple[str, ...] = ()

    def schema(self) -> pa.Schema:
        """Arrow schema with one column per field, named as on the wire."""
        return pa.schema([(field.name, ARROW_TYPES[field.type]) for field in self.fields])


def _kind(name: str, *fields: Field, one_of: tuple[str, ...] = ()) -> Kind:
    return Kind(name, fields, one_of)


TITLE = Field("title", required=True, blank_allowed=True)


def _required(name: str, type_: FieldType = "text", choices: tuple[str, ...] = ()) -> Field:
    return Field(name, type_, required=True, choices=choices)


REVIEW_STATES = ("approved", "changes_requested", "commented", "dismissed")
DEPLOYMENT_STATUSES = ("success", "failure", "in_progress", "cancelled")

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("teams", Field("id"), _required("name"), Field("createdAt", "instant")),
        _kind("members", _required("team"), _required("login")),
        _kind("repos", _required("repo"), Field("teams", "texts")),
        _kind(
            "commits",
            _required("repo"),
            _required("sha"),
            Field("parents", "texts"),
            _required("author"),
            _required("authoredAt", "instant"),
            _required("committedAt", "instant"),
            Field("message"),
            Field("additions", "integer"),
            Field("deletions", "integer"),
            Field("files", "files"),
        ),
        _kind(
            "pull_requests",
            _required("repo"),
            _required("number", "integer"),
            TITLE,
            _required("author"),
            Field("createdAt", "instant"),
            Field("readyAt", "instant"),
            Field("firstCommitAt", "instant"),
            Field("mergedAt", "instant"),
            Field("closedAt", "instant"),
            Field("mergeSha"),
            Field("headSha"),
            Field("commits", "texts"),
            Field("additions", "integer"),
            Field("deletions", "integer"),
            Field("changedFiles", "integer"),
            Field("labels", "texts"),
            Field("isBot", "boolean"),
            Field("workItem"),
            Field("failedChecks", "integer"),
        ),
        _kind(
            "reviews",
            _required("repo"),
            _required("number", "integer"),
            _required("reviewer"),
            _required("state", choices=REVIEW_STATES),
            _required("submittedAt", "instant"),
        ),
        _kind(
            "deployments",
            Field("id"),
            _required("repo"),
            _required("env"),
            _required("status", choices=DEPLOYMENT_STATUSES),
            Field("sha"),
            Field("startedAt", "instant"),
            Field("deployedAt", "instant"),
            Field("commits", "texts"),
            Field("rollbackOf"),
            Field("isProduction", "boolean"),
            one_of=("startedAt", "deployedAt"),
        ),
        _kind(
            "incidents",
            Field("id"),
            TITLE,
            Field("severity"),
            Field("status"),
            _required("startedAt", "instant"),
            Field("resolvedAt", "instant"),
            Field("repo"),
            Field("service"),
            Field("deploymentId"),
        ),
        _kind(
            "work_items",
            _required("key"),
            Field("type"),
            Field("team"),
            Field("repo"),
            _required("createdAt", "instant"),
            Field("startedAt", "instant"),
            Field("doneAt", "instant"),
            Field("activeSecs", "integer"),
            Field("status"),
        ),
    )
}

# Not files: what bodies of GitHub tell of the ways of commits (sources/github). Pushed commits are commits of which only a push
# has told; their parents are a guess. CODEOWNERS files have a row for each version. Checks
# are of a commit, which may be the head of a pull request.
DELIVERED_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("pushed_commits", *KINDS["commits"].fields),
        _kind(
            "codeowners",
            _required("repo"),
            _required("knownFrom", "instant"),
            Field("path"),
            Field("content", blank_allowed=True),
            _required("sha"),
        ),
        _kind("head_checks", _required("repo"), _required("sha"), Field("failed", "integer")),
        _kind("pushes", _required("repo"), _required("head"), Field("commits", "texts")),
        _kind(
            "branch_commits",
            _required("repo"),
            _required("number", "integer"),
            _required("sha"),
            _required("authoredAt", "instant"),
            TITLE,
        ),
        _kind(
            "pull_request_files",
            _required("repo"),
            _required("number", "integer"),
            _required("path"),
            Field("additions", "integer"),
            Field("deletions", "integer"),
        ),
    )
}

# Not files of their own: what Copilot's report bodies boil down to (ingest/copilot), as `load` takes it beside KINDS.
COPILOT_KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind(
            "copilot_seats",
            _required("login"),
            _required("createdAt", "instant"),
            Field("endsOn", "instant"),
            Field("lastActivityAt", "instant"),
            Field("team"),
        ),
        _kind(
            "copilot_user_days",
            _required("login"),
            _required("day", "instant"),
            Field("suggested", "integer"),
            Field("accepted", "integer"),
            Field("linesAccepted", "integer"),
        ),
        _kind(
            "copilot_days",
            _required("source", choices=("report", "retired")),
            Field("organisation", required=True, blank_allowed=True),
            _required("day", "instant"),
            Field("activeUsers", "integer"),
            Field("suggested", "integer"),
            Field("accepted", "integer"),
            Field("linesAccepted", "integer"),
        ),
    )
}

# Nor is this a file: what a coverage report boils down to (ingest/coverage). `readAt` is the time of one that has no other.
COVERAGE_KINDS: Mapping[str, Kind] = {
    "coverage_reports": _kind(
        "coverage_reports",
        _required("repo"),
        _required("sha"),
        _required("report"),
        _required("covered", "integer"),
        _required("coverable", "integer"),
        Field("measuredAt", "instant"),
        _required("readAt", "instant"),
    )
}
