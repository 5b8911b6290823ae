"""A random repository's commits, pull requests and reviews, as import rows."""

from datetime import datetime, timedelta

from tests.oracle.chance import Chance
from tests.oracle.rows import Row, wire

PEOPLE = ("ann", "bo", "cleo", "dev", "eve", "Élodie", "outsider")
BOTS = ("dependabot[bot]", "Renovate", "release-bot", "acme_bot", "codecov-commenter")
TITLES = ("Add retries", "Fix typo", "", "Größe prüfen 🚀", 'Say "hello"', "Fix typo", "CAPS", "a; b, c")
STATES = ("approved", "changes_requested", "commented", "dismissed")


class RandomCode:
    """Grows one repository. Rows collect in `commits`, `pulls` and `reviews`."""

    def __init__(self, chance: Chance, repo: str, keys: list[str]) -> None:
        self.chance, self.repo, self.keys = chance, repo, keys
        self.commits: list[Row] = []
        self.pulls: list[Row] = []
        self.reviews: list[Row] = []
        self.reviewed = chance.maybe(0.8)
        self.main: list[Row] = []

    def grow(self, size: int) -> None:
        """So many events in the order of time."""
        for moment in sorted(self.chance.moment() for _ in range(size)):
            event = self.chance.pick(
                (self._direct, self._merge, self._merge, self._squash, self._squash, self._revert, self._unfinished)
            )
            event(moment)

    def _commit(
        self, at: datetime, parents: list[str], author: str, message: str = "work", landed_at: datetime | None = None
    ) -> Row:
        row: Row = {
            "repo": self.repo,
            "sha": self.chance.sha(),
            "parents": parents,
            "author": author,
            "authoredAt": wire(at),
            "committedAt": wire(landed_at or at),
            "message": message,
        }
        self.commits.append(row)
        return row

    def _tip(self) -> list[str]:
        return [self.main[-1]["sha"]] if self.main else [self.chance.sha()] if self.chance.maybe(0.3) else []

    def _author(self) -> str:
        return self.chance.pick(BOTS) if self.chance.maybe(0.15) else self.chance.pick(PEOPLE)

    def _direct(self, moment: datetime) -> None:
        authored = self.chance.before(moment, 40)
        self.main.append(self._commit(authored, self._tip(), self._author(), "tidy", moment))

    def _branch(self, moment: datetime, author: str) -> list[Row]:
        """One to three commits from an older point of the main line, at times with a merge of it in between."""
        old = self.chance.pick(self.main[-6:])["sha"] if self.main else self.chance.sha()
        branch: list[Row] = []
        for _ in range(self.chance.between(1, 3)):
            authored = self.chance.before(moment, 200)
            parents = [branch[-1]["sha"] if branch else old]
            if branch and self.main and self.chance.maybe(0.3):
                parents.append(self.main[-1]["sha"])
            branch.append(self._commit(authored, parents, author, "part", self.chance.after(authored, 5)))
        return branch

    def _merge(self, moment: datetime) -> None:
        author = self._author()
        branch = self._branch(moment, author)
        merge = self._commit(moment, [*self._tip(), branch[-1]["sha"]], author, "Merge")
        self.main.append(merge)
        self._pull(moment, author, merge, branch, listed=self.chance.maybe(0.85))

    def _squash(self, moment: datetime, message: str = "squashed", title: str | None = None) -> None:
        author = self._author()
        branch = self._branch(moment, author) if self.chance.maybe(0.4) else []
        authored = moment if self.chance.maybe(0.6) else self.chance.before(moment, 30)
        if self.chance.maybe(0.2):
            authored = moment - timedelta(seconds=self.chance.between(1, 2))
        squash = self._commit(authored, self._tip(), author, message, moment)
        self.main.append(squash)
        self._pull(moment, author, squash, branch, listed=bool(branch), title=title)

    def _pull(
        self,
        merged_at: datetime | None,
        author: str,
        landing: Row | None,
        branch: list[Row],
        listed: bool,
        **given: object,
    ) -> None:
        opened = self.chance.before(merged_at or self.chance.moment(), 90)
        title = given.get("title")
        row: Row = {
            "repo": self.repo,
            "number": len(self.pulls) + 1,
            "title": self.chance.pick(TITLES) if title is None else title,
            "author": author,
            "mergedAt": wire(merged_at),
        }
        row["createdAt"] = wire(opened) if self.chance.maybe(0.8) else None
        row["readyAt"] = wire(self.chance.after(opened, 60)) if self.chance.maybe(0.4) else None
        row["firstCommitAt"] = wire(self.chance.before(opened, 60)) if self.chance.maybe(0.15) else None
        row["mergeSha"] = landing["sha"] if landing and self.chance.maybe(0.9) else None
        row["headSha"] = branch[-1]["sha"] if branch and self.chance.maybe(0.5) else None
        row["commits"] = [commit["sha"] for commit in branch] if listed else None
        row["closedAt"] = row["mergedAt"] if self.chance.maybe(0.5) else None
        row["workItem"] = self.chance.pick([*self.keys, "GONE-1"]) if self.chance.maybe(0.4) else None
        row["isBot"] = True if self.chance.maybe(0.05) else None
        self.pulls.append(row)
        self._review(row, opened, merged_at)

    def _review(self, pull: Row, opened: datetime, merged_at: datetime | None) -> None:
        for _ in range(self.chance.between(0, 4) if self.reviewed else 0):
            submitted = self.chance.before(self.chance.after(opened, 150), 20)
            if merged_at is not None and self.chance.maybe(0.2):
                submitted = merged_at
            reviewer = self.chance.pick([*PEOPLE, *BOTS[:2], pull["author"].upper(), pull["author"]])
            self.reviews.append(
                {
                    "repo": self.repo,
                    "number": pull["number"],
                    "reviewer": reviewer,
                    "state": self.chance.pick(STATES + STATES[:1]),
                    "submittedAt": wire(submitted),
                }
            )

    def _unfinished(self, moment: datetime) -> None:
        """Open or closed without a merge, with or without commits."""
        author = self._author()
        branch = self._branch(moment, author) if self.chance.maybe(0.5) else []
        self._pull(None, author, None, branch, listed=bool(branch))
        if self.chance.maybe(0.5):
            self.pulls[-1]["closedAt"] = wire(self.chance.after(moment, 300))
        else:
            self.pulls[-1]["closedAt"] = None

    def _revert(self, moment: datetime) -> None:
        """Takes back an earlier pull request by its title or its sha, at times one that is itself a revert."""
        merged = [pull for pull in self.pulls if pull["mergedAt"]]
        reverts = [pull for pull in merged if str(pull["title"]).startswith("Revert")]
        if not merged:
            return self._direct(moment)
        target = self.chance.pick(reverts) if reverts and self.chance.maybe(0.5) else self.chance.pick(merged[-4:])
        if target["mergeSha"] and self.chance.maybe(0.4):
            text = f"This reverts commit {target['mergeSha']}."
            if self.chance.maybe(0.5):
                self.main.append(self._commit(moment, self._tip(), self.chance.pick(PEOPLE), f"Undo\n\n{text}"))
                return None
            return self._squash(moment, f"Undo\n\n{text}", "Take it back")
        return self._squash(moment, title=f'Revert "{target["title"]}"')
