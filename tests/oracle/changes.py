"""Changes: merged pull requests, and commits that came without one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.oracle.people import is_bot
from tests.oracle.rows import Organisation, Row, instant, required_instant, texts

Commits = dict[tuple[str, str], Row]
"""(repo, sha) to the imported commit."""


@dataclass(frozen=True)
class Change:
    """One change.

    `first_commit_at` is what lead time starts from, `cycle_start_at` what cycle time starts from (None where git does
    not keep it). `landings` are the commits whose deployment deploys the change, `shas` all commits that are part of
    it. `number` is None for a commit that came without a pull request.
    """

    repo: str
    number: int | None
    title: str | None
    author: str | None
    is_bot: bool
    merged_at: datetime
    first_commit_at: datetime | None
    cycle_start_at: datetime | None
    landings: tuple[str, ...]
    shas: frozenset[str]
    messages: tuple[str, ...]
    work_item: str | None

    @property
    def key(self) -> tuple[str, int | None, tuple[str, ...]]:
        return (self.repo, self.number, self.landings)


def read_commits(org: Organisation) -> Commits:
    return {(row["repo"], row["sha"]): row for row in org.get("commits", [])}


def shas_of_pull(row: Row) -> set[str]:
    """Every commit a pull request names: merge commit, head, own commits, further landings of the same number."""
    named = {row.get("mergeSha"), row.get("headSha"), *texts(row.get("commits")), *texts(row.get("landings"))}
    return {sha for sha in named if sha}


def landings_of_pull(row: Row) -> tuple[str, ...]:
    """The merge commit and copies of it; without one the head; without that the last own commit."""
    own = texts(row.get("commits"))
    if row.get("mergeSha"):
        return tuple(dict.fromkeys([row["mergeSha"], *texts(row.get("landings"))]))
    if row.get("headSha"):
        return (row["headSha"],)
    return tuple(own[-1:])


def pull_is_bot(row: Row) -> bool:
    return is_bot(row.get("author"), row.get("isBot"))


def first_commit_at(row: Row, commits: Commits) -> datetime | None:
    """When work on a pull request began, as lead time sees it."""
    given = instant(row.get("firstCommitAt"))
    if given is not None:
        return given
    authored = [required_instant(commit["authoredAt"]) for commit in _own_commits(row, commits)]
    if authored:
        return min(authored)
    squash = _squash_commit(row, commits)
    return None if squash is None else required_instant(squash["authoredAt"])


def cycle_start_at(row: Row, commits: Commits) -> datetime | None:
    """The same for cycle time: a squash written the moment it landed says nothing about when work began."""
    if instant(row.get("firstCommitAt")) is None and _only_a_fresh_squash(row, commits):
        return None
    return first_commit_at(row, commits)


def _own_commits(row: Row, commits: Commits) -> list[Row]:
    return [commits[row["repo"], sha] for sha in texts(row.get("commits")) if (row["repo"], sha) in commits]


def _squash_commit(row: Row, commits: Commits) -> Row | None:
    """The commit a pull request landed as, unless that is a merge commit: its date is the merge's, not the work's."""
    commit = commits.get((row["repo"], row.get("mergeSha") or ""))
    return commit if commit is not None and len(texts(commit.get("parents"))) < 2 else None


def _only_a_fresh_squash(row: Row, commits: Commits) -> bool:
    squash = _squash_commit(row, commits)
    if squash is None or any(commit["sha"] != squash["sha"] for commit in _own_commits(row, commits)):
        return False
    apart = required_instant(squash["committedAt"]) - required_instant(squash["authoredAt"])
    return abs(apart) <= timedelta(seconds=1)


def read_changes(org: Organisation, now: datetime) -> list[Change]:
    """Every change that exists at now, bots included and marked."""
    commits = read_commits(org)
    pulls = org.get("pull_requests", [])
    of_pulls = {(row["repo"], sha) for row in pulls for sha in shas_of_pull(row)}
    changes = []
    for row in pulls:
        merged_at = instant(row.get("mergedAt"))
        if merged_at is not None and merged_at <= now:
            changes.append(_of_pull(row, merged_at, commits))
    for key, row in commits.items():
        if key not in of_pulls and len(texts(row.get("parents"))) < 2:
            changes.append(_of_commit(row))
    return changes


def _of_pull(row: Row, merged_at: datetime, commits: Commits) -> Change:
    shas = shas_of_pull(row)
    messages = [commits[row["repo"], sha].get("message") for sha in sorted(shas) if (row["repo"], sha) in commits]
    return Change(
        repo=row["repo"],
        number=int(row["number"]),
        title=row.get("title"),
        author=row.get("author"),
        is_bot=pull_is_bot(row),
        merged_at=merged_at,
        first_commit_at=first_commit_at(row, commits),
        cycle_start_at=cycle_start_at(row, commits),
        landings=landings_of_pull(row),
        shas=frozenset(shas),
        messages=tuple(message for message in messages if message),
        work_item=row.get("workItem") or None,
    )


def _of_commit(row: Row) -> Change:
    authored_at = required_instant(row["authoredAt"])
    return Change(
        repo=row["repo"],
        number=None,
        title=None,
        author=row.get("author"),
        is_bot=is_bot(row.get("author")),
        merged_at=required_instant(row["committedAt"]),
        first_commit_at=authored_at,
        cycle_start_at=authored_at,
        landings=(row["sha"],),
        shas=frozenset([row["sha"]]),
        messages=tuple(filter(None, [row.get("message")])),
        work_item=None,
    )
