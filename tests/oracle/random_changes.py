"""A random repository of real files: edits, moves, deletions, binaries, odd paths, branches, clocks that go wrong."""

from datetime import timedelta
from pathlib import Path

from tests.oracle.chance import FIRST_DAY, Chance
from tests.oracle.repository_writer import RepositoryWriter

AUTHORS = ("Ann Lee", "ann lee", "Bo", "ÉLODIE", "Élodie", "dependabot[bot]")
MESSAGES = ("Add retries", "Fix the prefix", "Bug 41: no answer", "Debug the fixture", "hotfixes\n\nof defects", "")
FOLDERS = ("", "src/", "src/deep/er/", "two words/", "größe/", "new\nline/", 'quo"ted\\/')
NAMES = ("a.py", "b c.txt", "ü.md", "tab\there", "line\nbreak")
HOUR = timedelta(hours=1)
STEPS = (timedelta(0), timedelta(0), HOUR, 30 * HOUR, timedelta(days=40), timedelta(days=300), -3 * HOUR)

Tree = dict[str, bytes]


def random_changes(path: Path, seed: int, size: int = 40, later: int = 0) -> None:
    """Builds a repository at a path that does not exist yet; HEAD reaches all of it but an abandoned branch.

    Args:
        path: where.
        seed: which one; the same seed gives the same shas everywhere.
        size: how many commits come before the branches are joined.
        later: how many more come after that, at later times.
    """
    with RepositoryWriter(path) as writer:
        story = _Story(writer, Chance(seed))
        for _ in range(size):
            story.go_on()
        story.join()
        for _ in range(later):
            story.go_on_later()
        writer.branch("main", story.tips[0])


class _Story:
    """Tips of the branches, the tree of each commit, and the clock."""

    def __init__(self, writer: RepositoryWriter, chance: Chance) -> None:
        self.writer, self.chance = writer, chance
        self.clock = self.latest = FIRST_DAY
        self.trees: dict[str, Tree] = {}
        self.tips = [self._commit([], {path: self._text() for path in ("a.py", "src/a.py", "src/deep/er/ü.md")})]

    def go_on(self) -> None:
        if len(self.tips) > 1 and self.chance.maybe(0.15):
            return self._merge()
        tip = self.chance.pick(self.tips)
        made = self._commit([tip], self._edited(self.trees[tip]))
        if not self.chance.maybe(0.2) or len(self.tips) > 3:
            self.tips.remove(tip)
        self.tips.append(made)

    def go_on_later(self) -> None:
        """One on the main line, by everyone in turn and over everything, so that history let in from here shows."""
        self.clock = self.latest + HOUR
        tree = {path: content + self._text() for path, content in self.trees[self.tips[0]].items()}
        self.tips = [self._commit([self.tips[0]], tree)]

    def join(self) -> None:
        self.writer.branch("abandoned", self._commit([self.tips[0]], self._edited(self.trees[self.tips[0]])))
        while len(self.tips) > 1:
            self._merge()

    def _merge(self) -> None:
        first, second = self.tips.pop(0), self.tips.pop(0)
        tree = {**self.trees[second], **self.trees[first], "resolved.txt": self._text()}
        self.tips.append(self._commit([first, second], tree))

    def _commit(self, parents: list[str], tree: Tree) -> str:
        self.clock += self.chance.pick(STEPS)
        self.latest = max(self.latest, self.clock)
        author, message = self.chance.pick(AUTHORS), self.chance.pick(MESSAGES)
        sha = self.writer.commit(parents, message, author, self.clock - HOUR, self.clock, tree=tree)
        self.trees[sha] = tree
        return sha

    def _edited(self, before: Tree) -> Tree:
        """Up to four edits; at times none at all."""
        tree = dict(before)
        for _ in range(self.chance.between(0, 4)):
            self.chance.pick((self._write, self._write, self._move, self._delete))(tree)
        return tree

    def _write(self, tree: Tree) -> None:
        path = self._path() if self.chance.maybe(0.4) or not tree else self.chance.pick(sorted(tree))
        if self.chance.maybe(0.1):
            tree[path] = b"\0" + self._text()
            return
        kept = [line for line in tree.get(path, b"").splitlines(keepends=True) if not self.chance.maybe(0.2)]
        tree[path] = b"".join(kept) + self._text()

    def _move(self, tree: Tree) -> None:
        if tree:
            content = tree.pop(self.chance.pick(sorted(tree)))
            tree[self._path()] = content + (b"moved\n" if self.chance.maybe(0.5) else b"")

    def _delete(self, tree: Tree) -> None:
        if tree and self.chance.maybe(0.4):
            del tree[self.chance.pick(sorted(tree))]

    def _path(self) -> str:
        return self.chance.pick(FOLDERS) + self.chance.pick(NAMES)

    def _text(self) -> bytes:
        return b"".join(b"%d\n" % self.chance.between(0, 10**9) for _ in range(self.chance.between(1, 9)))
