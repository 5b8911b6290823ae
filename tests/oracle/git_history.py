"""A slow, independent reading of a git repository as import rows: one git command per question.

Two keys go beyond the import format, because only git knows them: `landings` of a pull request (all commits that
carry its number) and `ref` of a deployment (its tag).
"""

import re
from pathlib import Path

from tests.oracle.git_commands import git, is_ancestor, lines
from tests.oracle.rows import Organisation, Row, instant, wire

GITHUB_MERGE = re.compile(r"Merge pull request #(\d+)\b")
GITLAB_MERGE = re.compile(r"^See merge request \S*!(\d+)\s*$", re.MULTILINE)
NUMBERED = re.compile(r"^(.*) \(#(\d+)\)$")
VERSION = re.compile(r"(v\d+(\.\d+)*|\d+(\.\d+)+)")
PRE_RELEASE = re.compile(r"[-._]?(rc|alpha|beta|pre|preview|dev|snapshot)[-._]?\d*$", re.IGNORECASE)


def read_git(path: Path, repo: str) -> Organisation:
    """Commits, pull requests and deployments of one repository.

    Args:
        path: a repository whose HEAD is its main branch.
        repo: owner/name to put into the rows.

    Returns:
        Rows of commits (all that HEAD, a branch or a tag reaches), pull_requests and deployments.
    """
    deployments = [row for tag in lines(path, "tag", "--list") if (row := _deployment(path, repo, tag))]
    shas = lines(path, "rev-list", "HEAD", "--branches", "--tags")
    commits = [_commit(path, repo, sha) for sha in shas]
    return {
        "repos": [{"repo": repo}],
        "commits": commits,
        "pull_requests": _pull_requests(path, repo, commits),
        "deployments": deployments,
    }


def _show(path: Path, sha: str, what: str) -> str:
    return git(path, "show", "-s", f"--format={what}", sha).rstrip("\n")


def _time(text: str) -> str | None:
    return wire(instant(text))


def _commit(path: Path, repo: str, sha: str) -> Row:
    parents = _show(path, sha, "%P").split()
    return {
        "repo": repo,
        "sha": sha,
        "parents": parents,
        "files": _files(path, sha) if len(parents) < 2 else [],
        "author": _show(path, sha, "%an"),
        "authoredAt": _time(_show(path, sha, "%aI")),
        "committedAt": _time(_show(path, sha, "%cI")),
        "message": _show(path, sha, "%B"),
    }


def _files(path: Path, sha: str) -> list[Row]:
    """Paths after the commit with their line counts, none for a binary file."""
    words = git(path, "show", "--numstat", "-z", "-M", "--format=", sha).split("\0")
    found = []
    while words and (word := words.pop(0)):
        added, deleted, name = word.split("\t", 2)
        if not name:  # moved: the old path and the new one follow
            name = words[1]
            del words[:2]
        counts = [None if count == "-" else int(count) for count in (added, deleted)]
        found.append({"path": name, "additions": counts[0], "deletions": counts[1]})
    return found


def _deployment(path: Path, repo: str, tag: str) -> Row | None:
    """A version tag is a deployment; one with a pre-release suffix never went to production."""
    version = PRE_RELEASE.sub("", tag)
    if not VERSION.fullmatch(version):
        return None
    ref = f"refs/tags/{tag}"
    sha = git(path, "rev-parse", f"{ref}^{{commit}}").strip()
    tagged = git(path, "for-each-ref", "--format=%(taggerdate:iso-strict)", ref).strip()
    return {
        "repo": repo,
        "env": "production" if version == tag else "pre-release",
        "status": "success",
        "sha": sha,
        "deployedAt": _time(tagged or _show(path, sha, "%cI")),
        "ref": tag,
    }


def landed_number(commit: Row) -> int | None:
    """The number of the pull or merge request that a commit brought in, by its message."""
    subject, _, body = commit["message"].partition("\n")
    if found := GITHUB_MERGE.match(subject):
        return int(found[1])
    if len(commit["parents"]) > 1 and (found := GITLAB_MERGE.search(body)):
        return int(found[1])
    if found := NUMBERED.match(subject):
        return int(found[2])
    return None


def landed_title(commit: Row) -> str:
    """Its title: the subject of a squash, the first line under the subject of a merge, else the branch it names."""
    subject, _, body = commit["message"].partition("\n")
    if found := NUMBERED.match(subject):
        return str(found[1])
    told = [line.strip() for line in body.splitlines() if line.strip() and not GITLAB_MERGE.match(line)]
    return str(told[0] if told else subject.split(" from ")[-1])


def _pull_requests(path: Path, repo: str, commits: list[Row]) -> list[Row]:
    landings: dict[int, list[Row]] = {}
    for commit in commits:
        number = landed_number(commit)
        if number is not None:
            landings.setdefault(number, []).append(commit)
    main_line = lines(path, "rev-list", "--first-parent", "HEAD")
    return [_pull_request(path, repo, number, found, main_line) for number, found in sorted(landings.items())]


def _pull_request(path: Path, repo: str, number: int, landings: list[Row], main_line: list[str]) -> Row:
    """The landing that counts is the first on the main line, else the first that main contains, else the first."""
    landing = min(
        landings,
        key=lambda one: (
            one["sha"] not in main_line,
            not is_ancestor(path, one["sha"], "HEAD"),
            one["committedAt"],
            one["sha"],
        ),
    )
    own = own_commits(path, landing)
    first = min(own, key=lambda sha: (_time(_show(path, sha, "%aI")) or "", sha), default=landing["sha"])
    return {
        "repo": repo,
        "number": number,
        "title": landed_title(landing),
        "author": _show(path, first, "%an"),
        "mergedAt": landing["committedAt"],
        "mergeSha": landing["sha"],
        "headSha": landing["parents"][1] if len(landing["parents"]) > 1 else None,
        "commits": own,
        "landings": [one["sha"] for one in landings],
    }


def own_commits(path: Path, landing: Row) -> list[str]:
    """What a merge brought in: reachable from its further parents, not from the first."""
    if len(landing["parents"]) < 2:
        return []
    first, *others = landing["parents"]
    return lines(path, "rev-list", "--reverse", *others, f"^{first}")
