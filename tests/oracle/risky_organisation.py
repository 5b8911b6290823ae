"""An organisation whose pull requests fail the more often the larger and stranger they are, over several quarters, as import rows."""

import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from tests.oracle.rows import Organisation, Row, wire

STARTS_AT = datetime(2023, 1, 2, 9)
DAYS = 800
PEOPLE = tuple(f"dev{number}" for number in range(12))
PATHS = tuple(
    f"{top}/{area}/file{number}.py" for top in ("api", "web", "lib") for area in "abcd" for number in range(8)
)
HOUR = timedelta(hours=1)


@dataclass
class RiskyOrganisation:
    """Rows by kind, and the (repo, number) of every pull request that brought a failure."""

    rows: Organisation = field(default_factory=dict)
    failed: set[tuple[str, int]] = field(default_factory=set)


def risky_organisation(seed: int, pull_requests: int, repos: int = 2) -> RiskyOrganisation:
    """So many pull requests spread over DAYS, each squashed, deployed with one or two others, some reverted or rued."""
    found = RiskyOrganisation(
        {kind: [] for kind in ("commits", "pull_requests", "reviews", "deployments", "incidents")}
    )
    for place in range(repos):
        _Repository(found, f"acme/risky{place}", random.Random(f"{seed} {place}")).grow(pull_requests // repos)
    return found


class _Repository:
    """One line of history."""

    def __init__(self, found: RiskyOrganisation, repo: str, chance: random.Random) -> None:
        self.found, self.repo, self.chance = found, repo, chance
        self.tip: list[str] = []
        self.number = 0
        self.waiting: list[tuple[int, bool]] = []
        self.undo: list[tuple[datetime, str, list[Row]]] = []

    def grow(self, count: int) -> None:
        for place in range(count):
            moment = STARTS_AT + timedelta(seconds=int((place + self.chance.random()) * DAYS * 86_400 / count))
            while self.undo and self.undo[0][0] < moment:
                self._take_back(*self.undo.pop(0))
            self._planned(moment)

    def _planned(self, moment: datetime) -> None:
        size = self.chance.gauss(3.4, 1.4)
        files = [
            {"path": path, "additions": 1 + int(math.exp(size) * share), "deletions": self.chance.randint(0, 9)}
            for path, share in zip(self._paths(size), (0.6, 0.2, 0.1, 0.05, 0.03, 0.02), strict=False)
        ]
        failed = self.chance.random() < 1 / (1 + math.exp(3.1 - 1.3 * (size - 3.4) - 0.3 * len(files)))
        sha = self._merged(moment, f"Change {self.number + 1}", files)
        if failed:
            self.found.failed.add((self.repo, self.number))
        reverted = failed and self.chance.random() < 0.6
        if reverted:
            self.undo.append((moment + timedelta(days=self.chance.uniform(0.5, 6)), sha, files))
            self.undo.sort(key=lambda one: one[0])
        self.waiting.append((self.number, failed and not reverted))
        if len(self.waiting) > self.chance.randint(0, 2):
            self._deploy(moment + HOUR, sha)

    def _paths(self, size: float) -> list[str]:
        first = self.chance.randrange(len(PATHS))
        return [PATHS[(first + 7 * step) % len(PATHS)] for step in range(max(1, min(6, round(size - 1.5))))]

    def _merged(self, moment: datetime, title: str, files: list[Row], message: str = "") -> str:
        self.number += 1
        author = self.chance.choice(PEOPLE)
        sha = sha256(f"{self.repo} {self.number}".encode()).hexdigest()[:40]
        commit = {"repo": self.repo, "sha": sha, "parents": self.tip, "author": author, "message": message or title}
        self.found.rows["commits"].append(
            {**commit, "authoredAt": wire(moment), "committedAt": wire(moment), "files": files}
        )
        self.found.rows["pull_requests"].append(
            {
                **{"repo": self.repo, "number": self.number, "title": title, "author": author, "mergeSha": sha},
                **{"createdAt": wire(moment - self.chance.randint(1, 60) * HOUR), "mergedAt": wire(moment)},
            }
        )
        for reviewer in self.chance.sample(PEOPLE, self.chance.randint(0, 2)):
            review = {"repo": self.repo, "number": self.number, "reviewer": reviewer, "state": "approved"}
            self.found.rows["reviews"].append({**review, "submittedAt": wire(moment - HOUR)})
        self.tip = [sha]
        return sha

    def _take_back(self, moment: datetime, sha: str, files: list[Row]) -> None:
        undone = [{**file, "additions": file["deletions"], "deletions": file["additions"]} for file in files]
        self._merged(moment, "Take it back", undone, f"Take it back\n\nThis reverts commit {sha}.")

    def _deploy(self, moment: datetime, sha: str) -> None:
        identity = f"{self.repo} {sha}"
        deployment = {"id": identity, "repo": self.repo, "env": "production", "status": "success", "sha": sha}
        self.found.rows["deployments"].append({**deployment, "deployedAt": wire(moment)})
        if any(failed for _, failed in self.waiting):
            incident = {"id": identity, "title": "Outage", "repo": self.repo, "deploymentId": identity}
            self.found.rows["incidents"].append(
                {**incident, "startedAt": wire(moment + HOUR), "resolvedAt": wire(moment + 3 * HOUR)}
            )
        self.waiting = []
