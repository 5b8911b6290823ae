"""What a random organisation's commits and pull requests contain: files, lines, messages with and without agents."""

from tests.oracle.chance import Chance
from tests.oracle.random_code import PEOPLE
from tests.oracle.rows import Organisation, Row, required_instant, wire

PATHS = (
    *("src/app.py", "src/api.py", "README.md", "docs/größe.md", "img/logo.png", "src/api/v1/app.py"),
    *("tests/test_app.py", "db/migrate/20250101_add.rb", "deploy/Dockerfile", "web/package-lock.json"),
)
MESSAGES = (
    "Add retries",
    "",
    None,
    "Fix\n\nCo-authored-by: Copilot <175728472+Copilot@users.noreply.github.com>",
    "Fix\n\nco-authored-by: Claude <noreply@anthropic.com>\nSigned-off-by: ann",
    "Fix\n\nCo-authored-by: Claude Dupont <claude@example.com>",
    "Pair\n\nCo-Authored-By: bo <bo@example.com>\nCo-Authored-By: Cursor <cursoragent@cursor.com>",
    "Why Copilot writes co-authored-by: lines",
    "Bugfix: prefix was lost",
    "Rewrite fixtures (fixed)",
)
MERGES = ("Merge pull request #7 from acme/copilot/fix-7\n\nMend", "Merge pull request #8 from copilot/main")
AGENT = "copilot-swe-agent[bot]"


def with_content(org: Organisation, seed: int) -> Organisation:
    """The same organisation with files on its commits and line counts on some pull requests, the same for a seed."""
    chance = Chance(seed)
    commits = [_commit(chance, row) for row in org["commits"]]
    pulls = [_pull(chance, row) for row in org["pull_requests"]]
    merged = [row for row in pulls if row["commits"] and row["mergedAt"]]
    late = {(row["repo"], row["number"]): _late(chance, row) for row in merged if chance.maybe(0.2)}
    return {
        **org,
        "commits": commits + list(late.values()),
        "pull_requests": [_listing(chance, row, late.get((row["repo"], row["number"]))) for row in pulls],
        "reviews": org["reviews"] + [{**row, "state": "dismissed"} for row in org["reviews"] if chance.maybe(0.2)],
    }


def _late(chance: Chance, pull: Row) -> Row:
    """A commit pushed to the branch of a pull request after its merge."""
    at = wire(chance.after(required_instant(pull["mergedAt"]), 90))
    row = {"repo": pull["repo"], "sha": chance.sha(), "parents": pull["commits"][-1:], "author": chance.pick(PEOPLE)}
    return {**row, "authoredAt": at, "committedAt": at, "message": "Fix it later", "files": _files(chance)}


def _listing(chance: Chance, pull: Row, late: Row | None) -> Row:
    """A pull request that also lists a later commit, or one that nobody has."""
    lost = [chance.sha()] if pull["commits"] and chance.maybe(0.1) else []
    more = [late["sha"]] if late else []
    return {**pull, "commits": [*pull["commits"], *lost, *more]} if lost or more else pull


def _commit(chance: Chance, row: Row) -> Row:
    author = AGENT if chance.maybe(0.05) else row["author"].upper() if chance.maybe(0.1) else row["author"]
    # A message that says what it takes back stays as it is.
    kept = "reverts" in row["message"] or chance.maybe(0.2)
    others = MERGES if len(row["parents"]) > 1 and chance.maybe(0.5) else MESSAGES
    return {
        **row,
        "author": author,
        "message": row["message"] if kept else chance.pick(others),
        "files": _files(chance),
    }


def _files(chance: Chance) -> list[Row] | None:
    if chance.maybe(0.1):
        return None
    return [
        {"path": path, "additions": chance.pick((0, 1, 2, 3, 8, 40)), "deletions": chance.pick((0, 0, 2, None))}
        for path in chance.some(PATHS, 4)
    ]


def _pull(chance: Chance, row: Row) -> Row:
    known = chance.maybe(0.5)
    return {
        **row,
        "author": chance.pick(PEOPLE) if chance.maybe(0.2) else row["author"],
        "additions": chance.between(0, 12) if known else None,
        "deletions": chance.between(0, 6) if known and chance.maybe(0.8) else None,
        "changedFiles": chance.between(1, 5) if chance.maybe(0.5) else None,
        "failedChecks": chance.pick((0, 0, 0, 2)) if chance.maybe(0.5) else None,
    }
