"""Pull requests as commit messages tell of them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from koalr_server.history.branches import MergedCommits
from koalr_server.history.graph import CommitGraph

MergeKind = Literal["merge", "gitlab", "squash"]

_GITHUB_MERGE = re.compile(r"Merge pull request #(\d{1,18}) from (\S+)")
_GITLAB_MERGE = re.compile(r"^See merge request (?:\S*)!(\d{1,18})\s*$", re.MULTILINE)
_SQUASH = re.compile(r"^(.*?)\s*\(#(\d{1,18})\)\s*$")


@dataclass(frozen=True, slots=True)
class Landing:
    """A commit whose message says that it brought in a pull request."""

    commit: int
    number: int
    kind: MergeKind
    title: str


@dataclass(frozen=True, slots=True)
class FoundPullRequest:
    """A merged pull request.

    `own_commits` (oldest first) are empty for a squash, which keeps none. `copies` are other commits that carry the same
    number, such as cherry-picks to a release branch.
    """

    number: int
    kind: MergeKind
    title: str
    author: str | None
    merged_at: datetime | None
    merge_sha: str
    own_commits: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)


def landing(commit: int, message: str, parents: int) -> Landing | None:
    """What a commit's message says about a pull request, or None.

    With one parent it is a squash, even under the message of a merge: that is a merge picked onto another branch.
    """
    subject, _, rest = message.partition("\n")
    lines = [line.strip() for line in rest.splitlines() if line.strip()]
    is_merge = parents > 1
    found = _GITHUB_MERGE.match(subject)
    if found:
        return Landing(commit, int(found[1]), "merge" if is_merge else "squash", lines[0] if lines else found[2])
    found = _GITLAB_MERGE.search(rest) if is_merge else None
    if found:
        title = next((line for line in lines if not _GITLAB_MERGE.match(line)), subject)
        return Landing(commit, int(found[1]), "gitlab", title)
    found = _SQUASH.match(subject)
    return Landing(commit, int(found[2]), "merge" if is_merge else "squash", found[1]) if found else None


def find_pull_requests(
    graph: CommitGraph,
    messages: Sequence[str],
    authored_at: Sequence[datetime | None],
    committed_at: Sequence[datetime | None],
    authors: Sequence[str | None],
    main_sha: str | None,
) -> list[FoundPullRequest]:
    """Every pull request of a history, by number.

    Of several commits with one number the landing is a true merge before a squash, on the main line before elsewhere,
    then the earliest. Sequences are parallel to the graph's commits.
    """
    merged = MergedCommits(graph, graph.index.get(main_sha) if main_sha else None)
    landings: dict[int, list[Landing]] = defaultdict(list)
    for commit, message in enumerate(messages):
        found = landing(commit, message, len(graph.parents[commit]))
        if found:
            landings[found.number].append(found)

    def preference(candidate: Landing) -> tuple[bool, bool, datetime, str]:
        moment = committed_at[candidate.commit] or datetime.max  # noqa: DTZ901 - naive UTC throughout the store
        return (
            candidate.kind == "squash",
            not merged.on_main_line(candidate.commit),
            moment,
            graph.shas[candidate.commit],
        )

    def began(commit: int) -> tuple[datetime, str]:
        return (authored_at[commit] or datetime.max, graph.shas[commit])  # noqa: DTZ901 - naive UTC throughout the store

    found_pull_requests = []
    for number, candidates in sorted(landings.items()):
        best = min(candidates, key=preference)
        own = merged.of(best.commit) if best.kind != "squash" else []
        inside = set(own)
        found_pull_requests.append(
            FoundPullRequest(
                number=number,
                kind=best.kind,
                title=best.title,
                author=authors[min(own, key=began)] if own else authors[best.commit],
                merged_at=committed_at[best.commit],
                merge_sha=graph.shas[best.commit],
                own_commits=[graph.shas[commit] for commit in own],
                copies=[graph.shas[c.commit] for c in candidates if c is not best and c.commit not in inside],
            )
        )
    return found_pull_requests
