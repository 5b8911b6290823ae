"""A commit graph with small integers for commits."""

import heapq
from collections.abc import Iterable, Sequence


class CommitGraph:
    """Commits by index, each with the indices of its parents.

    Parents that are not among the commits (a shallow clone has some) are dropped.
    """

    def __init__(self, shas: Sequence[str], parents: Sequence[Sequence[str]]) -> None:
        self.shas = list(shas)
        self.index = {sha: position for position, sha in enumerate(self.shas)}
        find = self.index.get
        self.parents = [[found for parent in links if (found := find(parent)) is not None] for links in parents]

    def __len__(self) -> int:
        return len(self.shas)

    def first_parent_line(self, tip: int) -> list[int]:
        """The commits from the oldest to `tip` along first parents."""
        line = [tip]
        while self.parents[line[-1]]:
            line.append(self.parents[line[-1]][0])
        line.reverse()
        return line

    def claim(self, tips: Iterable[int], claimed: bytearray) -> list[int]:
        """Everything reachable from `tips` that is not claimed yet, now claimed, each commit once."""
        found: list[int] = []
        waiting = [tip for tip in tips if not claimed[tip]]
        while waiting:
            commit = waiting.pop()
            if claimed[commit]:
                continue
            claimed[commit] = 1
            found.append(commit)
            waiting.extend(parent for parent in self.parents[commit] if not claimed[parent])
        return found

    def topological_positions(self) -> list[int]:
        """A number per commit, greater than those of all its ancestors."""
        children_left = [0] * len(self)
        for links in self.parents:
            for parent in links:
                children_left[parent] += 1
        ready = [commit for commit, left in enumerate(children_left) if left == 0]
        positions = [0] * len(self)
        next_position = len(self)
        while ready:
            commit = ready.pop()
            next_position -= 1
            positions[commit] = next_position
            for parent in self.parents[commit]:
                children_left[parent] -= 1
                if children_left[parent] == 0:
                    ready.append(parent)
        return positions

    def chronological(self, secs: Sequence[int]) -> list[int]:
        """Every commit after its parents, otherwise by time, those of one second by sha.

        Only a wrong clock makes the two differ: a commit dated before its parent comes right after it. Commits added
        later, at later times, leave the order of the others as it was.

        Args:
            secs: seconds since 1970 by commit.
        """
        children: list[list[int]] = [[] for _ in self.shas]
        for commit, links in enumerate(self.parents):
            for parent in links:
                children[parent].append(commit)
        parents_left = [len(links) for links in self.parents]
        ready = [(secs[commit], self.shas[commit], commit) for commit, left in enumerate(parents_left) if left == 0]
        heapq.heapify(ready)
        order = []
        while ready:
            commit = heapq.heappop(ready)[2]
            order.append(commit)
            for child in children[commit]:
                parents_left[child] -= 1
                if parents_left[child] == 0:
                    heapq.heappush(ready, (secs[child], self.shas[child], child))
        return order
