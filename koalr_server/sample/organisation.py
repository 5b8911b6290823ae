"""Turns the sample's CSV files, and what is simulated around them, into import tables."""

import csv
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from koalr_server.records import KINDS
from koalr_server.sample.quarter import BEGINS_AT
from koalr_server.sample.simulation import Simulation, simulate
from koalr_server.sample.teams import APPLICATIONS

DATA = Path(__file__).parent / "data"
OWNER = "alphagov"
WHITEHALL_REPO = f"{OWNER}/whitehall"
REPOSITORIES = {team: tuple(f"{OWNER}/{name}" for name in names) for team, names in APPLICATIONS.items()}
SEED = 20250331
# Raised whenever the rows change: a store that holds an earlier edition is filled anew.
EDITION = "2"
NOTICE = (
    "Real GOV.UK deployments and Whitehall pull requests, January to March 2025, moved to end this week. "
    "People, reviews, work items, Copilot and other teams' pull requests are simulated. MIT, © Crown Copyright."
)
UNMOVED_NOTICE = NOTICE.replace("moved to end this week", "with their own dates")

VERSION = re.compile(r"v(\d+)")
SHA = re.compile(r"[0-9a-f]{40}")
DEPENDENCY_BUMP = re.compile(r"Bump \S+ (from|and)\b|.*\bdependabot/")


# Columns that only the sample has: the image tag of a deployment, and Copilot's tables.
SCHEMAS = {
    "deployments": KINDS["deployments"].schema().append(pa.field("ref", pa.string())),
    "copilot_seats": pa.schema(
        [
            ("login", pa.string()),
            ("createdAt", pa.timestamp("s")),
            ("endsOn", pa.timestamp("s")),
            ("lastActivityAt", pa.timestamp("s")),
            ("team", pa.string()),
        ]
    ),
    "copilot_user_days": pa.schema(
        [
            ("login", pa.string()),
            ("day", pa.timestamp("s")),
            ("suggested", pa.int64()),
            ("accepted", pa.int64()),
            ("linesAccepted", pa.int64()),
        ]
    ),
}
Row = dict[str, Any]


def sample_tables() -> dict[str, pa.Table]:
    """Import tables by kind, and Copilot's by table. The deployments carry a further column `ref`, the image tag."""
    rows = real_rows()
    simulated = simulate(SEED, REPOSITORIES, rows["deployments"], rows["pull_requests"])
    return {kind: _table(kind, table) for kind, table in _together(rows, simulated).items()}


def real_rows() -> dict[str, list[Row]]:
    """Rows by kind, from the data files alone. Teams, rollbacks and who is a bot were worked out (data/NOTICE.md)."""
    deployments = _read("deployments_2025q1.csv")
    tags = {row["tag"]: row for row in _read("whitehall_tags_2024-11_2025-03.csv")}
    merges = _read("whitehall_pr_merges_2024-12_2025-03.csv")
    return {
        "teams": [{"name": name, "createdAt": BEGINS_AT} for name in APPLICATIONS],
        "repos": [{"repo": repo, "teams": [team]} for team, repos in REPOSITORIES.items() for repo in repos],
        "commits": _line_of_history(merges, list(tags.values())),
        "pull_requests": [_pull_request(row) for row in merges],
        "deployments": _deployments(deployments, {tag: row["commit_sha"] for tag, row in tags.items()}),
    }


def _together(real: Mapping[str, list[Row]], simulated: Simulation) -> dict[str, list[Row]]:
    """Real rows, with what they gain, and simulated ones after them."""
    gaining = {
        **real,
        "pull_requests": [row | simulated.gained.get(row["number"], {}) for row in real["pull_requests"]],
        "deployments": [_shipping(row, simulated) for row in real["deployments"]],
    }
    kinds = dict.fromkeys([*real, *simulated.rows])
    return {kind: gaining.get(kind, []) + simulated.rows.get(kind, []) for kind in kinds}


def _shipping(row: Row, simulated: Simulation) -> Row:
    """A deployment with the simulated commits it ships; only production ships."""
    commits = simulated.shipped.get((row["repo"], row["ref"])) if row["env"] == "production" else None
    return row if commits is None else row | {"commits": commits}


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _table(kind: str, rows: Sequence[Row]) -> pa.Table:
    schema = SCHEMAS[kind] if kind in SCHEMAS else KINDS[kind].schema()
    return pa.Table.from_pylist(rows, schema=schema)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _line_of_history(merges: Sequence[dict[str, str]], tags: Sequence[dict[str, str]]) -> list[Row]:
    """Whitehall's merges and tagged commits as the one line they form, each the parent of the next."""
    times = {row["commit_sha"]: row["committed_at"] for row in tags} | {
        row["merge_sha"]: row["merged_at"] for row in merges
    }
    ordered = sorted(times, key=lambda sha: times[sha])
    return [
        {
            "repo": WHITEHALL_REPO,
            "sha": sha,
            "parents": [before] if before else [],
            "author": "unknown",
            "authoredAt": _instant(times[sha]),
            "committedAt": _instant(times[sha]),
        }
        for before, sha in zip([None, *ordered], ordered, strict=False)
    ]


def _pull_request(row: dict[str, str]) -> Row:
    by_bot = DEPENDENCY_BUMP.match(row["title_or_branch"]) is not None
    return {
        "repo": WHITEHALL_REPO,
        "number": int(row["pr_number"]),
        "title": row["title_or_branch"],
        # The data name no people; dependency updates come from a bot that signs its titles.
        "author": "dependabot[bot]" if by_bot else None,
        "firstCommitAt": _instant(row["first_commit_authored_at"]) if row["first_commit_authored_at"] else None,
        "mergedAt": _instant(row["merged_at"]),
        "mergeSha": row["merge_sha"],
        "additions": int(row["additions"]),
        "deletions": int(row["deletions"]),
        "changedFiles": int(row["files_changed"]),
        "isBot": by_bot,
    }


def _deployments(rows: Sequence[dict[str, str]], whitehall_tags: dict[str, str]) -> list[Row]:
    rolled_back = _rollbacks(rows)
    records = []
    for row in rows:
        tag = row["image_tag"]
        sha = whitehall_tags.get(tag) if row["app"] == "whitehall" else None
        records.append(
            {
                "id": row["config_sha"],
                "repo": f"{OWNER}/{row['app']}",
                "env": row["environment"],
                "status": "success",
                "sha": sha or (tag if SHA.fullmatch(tag) else None),
                "deployedAt": _instant(row["deployed_at"]),
                "rollbackOf": rolled_back.get(row["config_sha"]),
                "ref": tag,
            }
        )
    return records


def _rollbacks(rows: Sequence[dict[str, str]]) -> dict[str, str]:
    """Which production deployment undoes which: a version number below the application's last one undoes the deployment before."""
    undone: dict[str, str] = {}
    last_version: dict[str, int] = {}
    last_deployment: dict[str, str] = {}
    for row in sorted((row for row in rows if row["environment"] == "production"), key=lambda row: row["deployed_at"]):
        application = row["app"]
        found = VERSION.fullmatch(row["image_tag"])
        if found:
            if int(found[1]) < last_version.get(application, 0):
                undone[row["config_sha"]] = last_deployment[application]
            last_version[application] = int(found[1])
        last_deployment[application] = row["config_sha"]
    return undone
