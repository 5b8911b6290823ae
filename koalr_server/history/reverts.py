"""Which commit undoes which, by the sentence git writes into a revert's message."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from koalr_server.history.graph import CommitGraph

_REVERTS = re.compile(r"[Tt]his reverts (?:commit|merge)s? ([0-9a-f]{7,64})")


def find_reverts(graph: CommitGraph, messages: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs (reverted sha, reverting sha). Abbreviated shas count if they name exactly one commit of the graph."""
    sorted_shas: list[str] = []
    pairs = []
    for commit, message in enumerate(messages):
        if "his reverts" not in message:
            continue
        for abbreviated in _REVERTS.findall(message):
            if abbreviated in graph.index:
                pairs.append((abbreviated, graph.shas[commit]))
                continue
            sorted_shas = sorted_shas or sorted(graph.shas)
            full = _only_match(sorted_shas, abbreviated)
            if full is not None:
                pairs.append((full, graph.shas[commit]))
    return [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]


def _only_match(sorted_shas: Sequence[str], prefix: str) -> str | None:
    start = bisect_left(sorted_shas, prefix)
    matches = [sha for sha in sorted_shas[start : start + 2] if sha.startswith(prefix)]
    return matches[0] if len(matches) == 1 else None
