"""What a merge brought in: everything reachable from its other parents and not from its first."""

import heapq

from koalr_server.history.graph import CommitGraph

_FIRST, _OTHER = 1, 2


class MergedCommits:
    """Answers `of(merge)` exactly.

    Merges on the main line are all answered by one walk along it, because there the commits seen so far are exactly
    the ancestors of the first parent. Any other merge is painted down from both sides, which visits only what lies
    between the merge and where its sides part.
    """

    def __init__(self, graph: CommitGraph, main_tip: int | None) -> None:
        self._graph = graph
        self._positions = graph.topological_positions()
        self._on_main: dict[int, list[int]] = {}
        if main_tip is not None:
            self._walk_main_line(main_tip)

    def on_main_line(self, commit: int) -> bool:
        """Whether a commit lies on the first-parent line of the main branch."""
        return commit in self._on_main

    def of(self, merge: int) -> list[int]:
        """Own commits of a merge, ancestors before descendants."""
        found = self._on_main.get(merge)
        if found is None:
            found = self._painted(merge)
        return sorted(found, key=self._positions.__getitem__)

    def _walk_main_line(self, tip: int) -> None:
        claimed = bytearray(len(self._graph))
        for commit in self._graph.first_parent_line(tip):
            claimed[commit] = 1
            self._on_main[commit] = self._graph.claim(self._graph.parents[commit][1:], claimed)

    def _painted(self, merge: int) -> list[int]:
        first, *others = self._graph.parents[merge]
        colours = {first: _FIRST}
        for other in others:
            colours[other] = colours.get(other, 0) | _OTHER
        # Newest first: a commit is final when popped, for all its descendants were popped before.
        queue = [(-self._positions[commit], commit) for commit in colours]
        heapq.heapify(queue)
        only_other = sum(1 for colour in colours.values() if colour == _OTHER)
        found = []
        while queue and only_other:
            _, commit = heapq.heappop(queue)
            colour = colours[commit]
            if colour == _OTHER:
                found.append(commit)
                only_other -= 1
            for parent in self._graph.parents[commit]:
                before = colours.get(parent, 0)
                after = before | colour
                if before == after:
                    continue
                colours[parent] = after
                only_other += (after == _OTHER) - (before == _OTHER)
                if before == 0:
                    heapq.heappush(queue, (-self._positions[parent], parent))
        return found
