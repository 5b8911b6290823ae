"""Numbers, commits and lines: simulated pull requests as rows of the import format."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from koalr_server.sample.quarter import ENDS_AT
from koalr_server.sample.simulation.dice import Dice, Quantiles
from koalr_server.sample.simulation.office import OPENINGS, moment_at, worked_secs
from koalr_server.sample.simulation.profiles import BOT
from koalr_server.sample.simulation.pull_requests import PullRequest, sha_of
from koalr_server.sample.simulation.subjects import FileChange

Row = dict[str, Any]
# Far above any number these repositories have, so that none is mistaken for a real pull request.
FIRST_NUMBER = 900_001
SIMULATED = "simulated"
LABELS = {"feature": "enhancement", "fix": "bug"}
COMMITS: Quantiles = ((0, 1), (0.5, 1.9), (0.85, 4), (1, 9))
HISTORIAN = "sim-history"


def numbers(pulls: Sequence[PullRequest]) -> dict[str, int]:
    """A number per merge commit: pull requests of a repository count up as they are opened."""
    found: dict[str, int] = {}
    last: dict[str, int] = {}
    for pull in sorted(pulls, key=lambda pull: (pull.phases.opened_at, pull.merge.sha)):
        repo = pull.merge.repo
        last[repo] = found[pull.merge.sha] = last.get(repo, FIRST_NUMBER - 1) + 1
    return found


def rows(
    repo: str, pulls: Sequence[PullRequest], number_of: Mapping[str, int], item_of: Mapping[str, str], dice: Dice
) -> tuple[list[Row], list[Row]]:
    """(commits, pull requests) of one repository, whose history begins with the commit `root_sha`."""
    line = sorted((pull for pull in pulls if not pull.is_open), key=lambda pull: pull.merge.at)
    tips = [root_sha(repo), *(pull.merge.sha for pull in line)]
    merged_at = [pull.merge.at for pull in line]
    commits = [_commit(repo, tips[0], [], HISTORIAN, OPENINGS[0], "Everything before January 2025")]
    pull_rows = []
    before = dict(zip(tips[1:], tips, strict=False))
    for pull in sorted(pulls, key=lambda pull: number_of[pull.merge.sha]):
        number = number_of[pull.merge.sha]
        own = list(_own_commits(pull, tips[bisect_right(merged_at, pull.phases.started_at)], dice))
        commits += own
        if not pull.is_open:
            message = f"Merge pull request #{number} from simulated/{number}\n\n{pull.title}"
            parents = [before[pull.merge.sha], own[-1]["sha"]]
            commits.append(_commit(repo, pull.merge.sha, parents, pull.author, pull.merge.at, message))
        pull_rows.append(_pull_request(pull, number, own, item_of.get(pull.merge.sha)))
    return commits, pull_rows


def root_sha(repo: str) -> str:
    """The commit that stands for a repository's history before the quarter; its first deployment deploys this."""
    return sha_of("root", repo)


def _own_commits(pull: PullRequest, parent: str, dice: Dice) -> Iterator[Row]:
    """The commits of its branch, oldest first; every file is touched by one of them."""
    count = min(len(pull.files), int(dice.along(COMMITS)))
    # Cut the files into as many runs as there are commits.
    cuts = [len(pull.files) * place // count for place in range(count + 1)]
    message = pull.title if pull.takes_back is None else f"{pull.title}\n\nThis reverts commit {pull.takes_back}."
    for place, (moment, (low, high)) in enumerate(zip(_commit_times(pull, count, dice), pairwise(cuts), strict=True)):
        sha = sha_of("commit", pull.merge.sha, place)
        text = message if place == 0 else f"{pull.title} ({place + 1})"
        yield _commit(pull.merge.repo, sha, [parent], pull.author, moment, text, pull.files[low:high])
        parent = sha


def _commit_times(pull: PullRequest, count: int, dice: Dice) -> list[datetime]:
    """The first commit begins the work, the others come before it is approved."""
    start = worked_secs(pull.phases.started_at)
    end = worked_secs(min(pull.phases.approved_at or pull.phases.ready_at, ENDS_AT))
    later = sorted(start + int(dice.fraction() * (end - start)) for _ in range(count - 1))
    return [pull.phases.started_at, *(max(moment_at(worked), pull.phases.started_at) for worked in later)]


def _commit(
    repo: str,
    sha: str,
    parents: list[str],
    author: str,
    moment: datetime,
    message: str,
    files: Sequence[FileChange] = (),
) -> Row:
    return {
        "repo": repo,
        "sha": sha,
        "parents": parents,
        "author": author,
        "authoredAt": moment,
        "committedAt": moment,
        "message": message,
        "additions": sum(file.additions for file in files),
        "deletions": sum(file.deletions for file in files),
        "files": [{"path": file.path, "additions": file.additions, "deletions": file.deletions} for file in files],
    }


def _pull_request(pull: PullRequest, number: int, own: Sequence[Row], item: str | None) -> Row:
    phases = pull.phases
    return {
        "repo": pull.merge.repo,
        "number": number,
        "title": pull.title,
        "author": pull.author,
        "createdAt": phases.opened_at,
        "readyAt": phases.ready_at if phases.ready_at <= ENDS_AT else None,
        "firstCommitAt": phases.started_at,
        "mergedAt": None if pull.is_open else phases.merged_at,
        "closedAt": None if pull.is_open else phases.merged_at,
        "mergeSha": None if pull.is_open else pull.merge.sha,
        "headSha": own[-1]["sha"],
        "commits": [row["sha"] for row in own],
        "additions": sum(file.additions for file in pull.files),
        "deletions": sum(file.deletions for file in pull.files),
        "changedFiles": len(pull.files),
        "labels": [SIMULATED, LABELS.get(pull.kind, pull.kind)],
        "isBot": pull.author == BOT,
        "workItem": item,
    }
