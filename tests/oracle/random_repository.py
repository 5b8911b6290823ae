"""A random git repository: merged, squashed and GitLab-merged pull requests, nested ones, releases, reverts, bots."""

from datetime import timedelta
from pathlib import Path

from tests.oracle.chance import FIRST_DAY, Chance
from tests.oracle.repository_writer import RepositoryWriter

AUTHORS = ("Ann Lee", "Bo", "Cleo", "Élodie", "dependabot[bot]", "Renovate Bot")
ZONES = ("+0000", "+0200", "-0700", "+0545")
TITLES = ("Add retries", "Fix the fix", "Größe prüfen", 'Say "hello"', "Bump rack from 1 to 2", "Tidy (again)")


def random_repository(path: Path, seed: int, size: int = 40) -> None:
    """Builds a repository at a path that does not exist yet.

    Args:
        path: where.
        seed: which one; the same seed gives the same shas everywhere.
        size: how many events happen on the main line.
    """
    with RepositoryWriter(path) as writer:
        story = _Story(writer, Chance(seed))
        for _ in range(size):
            story.go_on()
        story.end()


class _Story:
    """The main line, its numbered landings (number, sha, subject) and the clock."""

    def __init__(self, writer: RepositoryWriter, chance: Chance) -> None:
        self.writer, self.chance = writer, chance
        self.clock = FIRST_DAY
        self.number = 0
        self.version = 0
        self.landed: list[tuple[str, str]] = []
        self.main = [self._commit([], "Begin")]

    def go_on(self) -> None:
        self.clock = self.chance.after(self.clock, 30)
        chance = self.chance.between(0, 99)
        for limit, event in (
            (12, self._direct),
            (29, self._merge),
            (51, self._squash),
            (59, self._gitlab),
            (63, self._plain_merge),
            (72, self._revert),
            (78, self._release_branch),
            (80, self._abandoned),
            (99, self._release),
        ):
            if chance <= limit:
                return event()

    def end(self) -> None:
        self.writer.branch("main", self.main[-1])

    def _commit(self, parents: list[str], message: str, earlier_hours: float = 0) -> str:
        return self.writer.commit(
            parents,
            message,
            self.chance.pick(AUTHORS),
            self.chance.before(self.clock, earlier_hours),
            self.clock,
            self.chance.pick(ZONES),
        )

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _land(self, sha: str, subject: str) -> None:
        self.main.append(sha)
        self.landed.append((sha, subject))

    def _direct(self) -> None:
        self.main.append(self._commit([self.main[-1]], "Tidy up\n\nNot a (#4) of anything", 20))

    def _branch(self, depth: int = 0) -> str:
        """The tip of a branch from a recent commit; within it merges of main and, once, a pull request of its own."""
        tip = self.chance.pick(self.main[-5:])
        for _ in range(self.chance.between(1, 3)):
            tip = self._commit([tip], "Part of it", 100)
            if self.chance.maybe(0.2) and tip != self.main[-1]:
                tip = self._commit([tip, self.main[-1]], "Merge branch 'main' into feature")
            if depth == 0 and self.chance.maybe(0.25):
                tip = self._nested(tip)
        return tip

    def _nested(self, tip: str) -> str:
        number = self._next()
        if self.chance.maybe(0.4):
            return self._commit([tip], f"{self.chance.pick(TITLES)} (#{number})", 10)
        part = self._commit([tip], "Part of a part", 50)
        return self._commit([tip, part], f"Merge pull request #{number} from acme/part\n\nInner title")

    def _merge(self) -> None:
        tips = [self._branch() for _ in range(2 if self.chance.maybe(0.05) else 1)]
        subject = f"Merge pull request #{self._next()} from acme/feature"
        body = f"\n\n{self.chance.pick(TITLES)}\n\nWhy: because" if self.chance.maybe(0.85) else ""
        parents = list(dict.fromkeys([self.main[-1], *tips]))
        self._land(self._commit(parents, subject + body), subject + body)

    def _squash(self) -> None:
        subject = f"{self.chance.pick(TITLES)} (#{self._next()})"
        earlier = 0 if self.chance.maybe(0.6) else 60
        self._land(self._commit([self.main[-1]], f"{subject}\n\n* one\n* two", earlier), subject)

    def _gitlab(self) -> None:
        number = self._next()
        message = (
            f"Merge branch 'feature' into 'main'\n\n{self.chance.pick(TITLES)}\n\nSee merge request acme/api!{number}"
        )
        self._land(self._commit([self.main[-1], self._branch()], message), message)

    def _plain_merge(self) -> None:
        self.main.append(self._commit([self.main[-1], self._branch(depth=1)], "Merge branch 'hotfix'"))

    def _revert(self) -> None:
        """Takes back a landing, at times one that took something back itself."""
        if not self.landed:
            return
        sha, message = self.chance.pick(self.landed[-4:])
        subject = f'Revert "{message.splitlines()[0]}"'
        text = f"\n\nThis reverts commit {sha}."
        if self.chance.maybe(0.5):
            self.main.append(self._commit([self.main[-1]], subject + text))
        else:
            numbered = f"{subject} (#{self._next()})"
            self._land(self._commit([self.main[-1]], numbered + text), numbered)

    def _release(self) -> None:
        """A tag on the main line: a version in one of its forms, a pre-release, or no version at all."""
        self.version += 1
        form = self.chance.pick(("v1.{}.0", "1.{}.0", "v{}", "v1.{}.0", "v2.{}.0-rc.1", "v2.{}-beta", "nightly-{}"))
        if self.chance.maybe(0.4):
            self._direct()  # two lightweight tags on one commit would be one deployment
            self.writer.tag(form.format(self.version), self.main[-1])
        else:
            tagged_at = self.clock + timedelta(seconds=self.chance.between(0, 7_200))
            self.writer.tag(form.format(self.version), self.chance.pick(self.main[-3:]), tagged_at)

    def _release_branch(self) -> None:
        """An older commit, one or two landings picked onto it under their own number, and a version of its own."""
        self.version += 1
        tip = self.chance.pick(self.main[-12:])
        for _, message in self.chance.some(self.landed[-6:], 2):
            tip = self._commit([tip], message, 5)
        self.writer.branch(f"release-{self.version}", tip)
        self.writer.tag(f"v0.9.{self.version}", tip, self.clock + timedelta(seconds=self.version))

    def _abandoned(self) -> None:
        self.version += 1
        self.writer.branch(f"idea-{self.version}", self._branch(depth=1))
