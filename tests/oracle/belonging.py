"""Which team a person, a repository or a work item belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle.people import same_person
from tests.oracle.rows import Organisation, Row, instant, names


@dataclass
class Team:
    """A team with its people and repositories; `id` is None where the import gave none."""

    name: str
    id: str | None = None
    created_at: datetime | None = None
    members: list[str] = field(default_factory=list)
    repos: list[str] = field(default_factory=list)

    def is_called(self, text: str) -> bool:
        return text in (self.id, self.name)

    def owns_work_of(self, author: str | None, repo: str) -> bool:
        """Pull requests and changes: by author, or by repository for a team without members."""
        if self.members:
            return any(same_person(member, author) for member in self.members)
        return repo in self.repos


def read_teams(org: Organisation) -> list[Team]:
    """All teams. One that only a member or a repository names exists too."""
    teams = [Team(row["name"], row.get("id"), instant(row.get("createdAt"))) for row in org.get("teams", [])]
    for row in org.get("members", []):
        _called(teams, row["team"]).members.append(row["login"])
    for row in org.get("repos", []):
        for name in names(row.get("teams")):
            _called(teams, name).repos.append(row["repo"])
    return teams


def _called(teams: list[Team], text: str) -> Team:
    for team in teams:
        if team.is_called(text):
            return team
    teams.append(Team(text))
    return teams[-1]


@dataclass(frozen=True)
class Scope:
    """The whole organisation (`wanted` is None) or the union of the wanted teams."""

    teams: list[Team]
    wanted: list[Team] | None

    def has_repo(self, repo: str | None) -> bool:
        if self.wanted is None:
            return True
        return any(repo in team.repos for team in self.wanted)

    def has_work_of(self, author: str | None, repo: str) -> bool:
        if self.wanted is None:
            return True
        return any(team.owns_work_of(author, repo) for team in self.wanted)

    def has_any(self, teams: Iterable[Team]) -> bool:
        if self.wanted is None:
            return True
        return any(team in self.wanted for team in teams)

    def teams_of_work(self, author: str | None, repo: str) -> list[Team]:
        return [team for team in self.teams if team.owns_work_of(author, repo)]

    def teams_of_item(self, item: Row) -> list[Team]:
        """A work item belongs to the team it names, or, naming none, to its repository's teams."""
        if item.get("team"):
            return [team for team in self.teams if team.is_called(item["team"])]
        return [team for team in self.teams if item.get("repo") in team.repos]


def scope_of(org: Organisation, team: str | list[str] | None) -> Scope:
    """The scope of a question.

    Args:
        org: the organisation.
        team: None for all of it, or the name or id of a team, or several of them for their union.

    Raises:
        KeyError: no team has that name or id.
    """
    teams = read_teams(org)
    if team is None:
        return Scope(teams, None)
    wanted = []
    for text in [team] if isinstance(team, str) else team:
        found = [one for one in teams if one.is_called(text)]
        if not found:
            raise KeyError(f"no team is called {text!r}; there are {sorted(one.name for one in teams)}")
        wanted += found
    return Scope(teams, wanted)
