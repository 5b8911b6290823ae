"""`ingest git PATH`."""

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from koalr_server.clock import wall_clock
from koalr_server.commands.progress import Progress, waiting
from koalr_server.history.releases import classify_tag
from koalr_server.ingest.git import GitHistory, read_repository
from koalr_server.settings import Settings
from koalr_server.store.gateway import Access, open_access
from koalr_server.texts import printable

DEPLOYMENTS = pa.schema(
    [
        ("repo", pa.string()),
        ("tag", pa.string()),
        ("env", pa.string()),
        ("sha", pa.string()),
        ("tagged_at", pa.timestamp("s")),
    ]
)
ENVIRONMENTS = {"production": "production", "pre-release": "pre-release"}


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("ingest", help="read a repository")
    sources = parser.add_subparsers(dest="source", required=True, metavar="SOURCE")
    reading = sources.add_parser(
        "git", parents=[shared], help="commits, pull requests, deployments and reverts of a git clone"
    )
    reading.add_argument("path", metavar="PATH", help="a clone, bare or not")
    reading.add_argument("--repo", metavar="OWNER/NAME", help="what to call it (default: from the remote's URL)")
    reading.add_argument(
        "--deploy-tags",
        action="append",
        metavar="PATTERN",
        help="tags that are deployments, as a glob; may be given several times (default: v1.2.3, release-…, name-v1.2 and the like)",
    )
    reading.add_argument("--team", metavar="NAME", help="the team the repository belongs to; created if new")
    reading.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, load and sum up."""
    started = time.monotonic()
    progress = Progress("commits read")
    with open_access(Settings.read(data_dir=options.data).store) as store:
        history = read_repository(
            Path(options.path),
            repo=options.repo,
            known_heads=lambda repo: store.call("known_heads", {"repo": repo})["heads"],
            progress=progress,
            now=wall_clock(),
        )
        progress.close()
        with waiting("loading"):
            counts = load(store, history, options.deploy_tags, options.team)
    for line in summary(history, counts, time.monotonic() - started):
        print(printable(line))
    return 0


def load(store: Access, history: GitHistory, patterns: list[str] | None, team: str | None) -> dict[str, Any]:
    """Hand one reading to the store; answers its counts, with `skipped_tags` by reason added."""
    deployments, skipped = tag_deployments(history, patterns)
    arguments = {
        "repo": history.repo,
        "heads": history.heads,
        "team": team,
        "start_over": history.start_over,
        "rewritten": history.reachable is not None,
    }
    reachable = pa.table({"sha": pa.array(history.reachable or [], pa.string())})
    tables = {"commits": history.commits, "files": history.files, "deployments": deployments, "reachable": reachable}
    if history.codeowners is not None:
        tables["codeowners"] = history.codeowners
    return store.call("load_git_history", arguments, tables) | {"skipped_tags": skipped}


def tag_deployments(history: GitHistory, patterns: list[str] | None) -> tuple[pa.Table, dict[str, int]]:
    """The deployments that tags stand for, and how many tags were left out, by reason."""
    rows = []
    skipped = dict(history.skipped_tags)
    for tag in history.tags:
        kind = classify_tag(tag.name, patterns)
        if kind is None:
            skipped["no release by their name"] = skipped.get("no release by their name", 0) + 1
            continue
        rows.append(
            {
                "repo": history.repo,
                "tag": tag.name,
                "env": ENVIRONMENTS[kind],
                "sha": tag.sha,
                "tagged_at": tag.tagged_at,
            }
        )
    return pa.Table.from_pylist(rows, schema=DEPLOYMENTS), skipped


def summary(history: GitHistory, counts: Mapping[str, Any], seconds: float) -> list[str]:
    """What came in, what was left out and why, and how long it took."""
    kinds = ", ".join(f"{number:,} by {kind}" for kind, number in counts["pull_requests"].items())
    total = sum(counts["pull_requests"].values())
    span = f", {counts['first_day']} to {counts['last_day']}" if counts["first_day"] else ""
    lines = [
        f"{history.repo}: {counts['commits_total']:,} commits ({counts['commits']:,} new){span}",
        f"  pull requests  {total:,}" + (f" ({kinds})" if kinds else ""),
        f"  deployments    {counts['production_deployments']:,} to production, from release tags"
        f" ({counts['deployments'] - counts['production_deployments']:,} pre-releases beside them)",
        f"  reverts        {counts['reverts']:,}",
    ]
    lines += [f"  note           {note}" for note in notes(history, counts)]
    return [*lines, f"  took           {seconds:.1f} s"]


def notes(history: GitHistory, counts: Mapping[str, Any]) -> list[str]:
    """What a reader of the numbers should know."""
    found = []
    if not counts["commits_total"]:
        found.append("the repository is empty: there is nothing to measure yet")
    if counts["commits_removed"]:
        found.append(f"{counts['commits_removed']:,} commits are gone because a branch was rewritten")
    if history.shallow:
        found.append(
            "shallow clone: history before its cut is missing, so older changes and lead times are unknown (git fetch --unshallow)"
        )
    if history.commits_without_line_counts:
        found.append(
            f"{history.commits_without_line_counts:,} commits without line counts: this clone lacks file contents"
        )
    if history.impossible_dates:
        found.append(f"{history.impossible_dates:,} dates nobody can mean were left empty; their commits were kept")
    if history.odd_dates:
        found.append(f"{history.odd_dates:,} dates before 1970 or in the future were kept as they are")
    if history.undecodable:
        found.append(f"{history.undecodable:,} texts were not UTF-8; unreadable bytes were replaced")
    for reason, number in counts["skipped_tags"].items():
        found.append(f"{number:,} tags left out: {reason}")
    if counts["commits_total"] and not counts["production_deployments"]:
        found.append(
            "no release tags, so no deployments: name yours with --deploy-tags, or load them with `import deployments`"
        )
    return found
