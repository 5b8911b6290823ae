"""Whose rows count: the whole organisation, or the union of some teams."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

PARAMETER = re.compile(r"\$(\w+)")
Rows = list[dict[str, Any]]
Query = Callable[[str, Mapping[str, object]], Rows]


@dataclass(frozen=True, slots=True)
class Scope:
    """Repositories and people whose rows count.

    Deployments and incidents belong to a team by repository. A pull request belongs by its author's membership, or, to
    a team without members, by repository. Work items belong by team, or by repository if they name no team.
    """

    everyone: bool = True
    team_ids: tuple[str, ...] = ()
    repos: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    repos_without_members: tuple[str, ...] = ()

    def parameters(self) -> dict[str, object]:
        """Parameters of the predicates below."""
        return {
            "everyone": self.everyone,
            "team_ids": list(self.team_ids),
            "repos": list(self.repos),
            "logins": list(self.logins),
            "repos_without_members": list(self.repos_without_members),
        }


ORGANISATION = Scope()

BY_REPO = "($everyone OR repo IN (SELECT unnest($repos::VARCHAR[])))"
BY_AUTHOR = (
    "($everyone OR lower(author) IN (SELECT unnest($logins::VARCHAR[]))"
    " OR repo IN (SELECT unnest($repos_without_members::VARCHAR[])))"
)
BY_ITEM = (
    "($everyone OR CASE WHEN kind = 'pull_request' THEN " + BY_AUTHOR + " ELSE"
    " coalesce(team_id IN (SELECT unnest($team_ids::VARCHAR[])), repo IN (SELECT unnest($repos::VARCHAR[]))) END)"
)


def prepared(sql: str, parameters: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """A statement as the engine gets it: without predicates that are true for everyone, with the parameters it names.

    Planning a predicate costs more than a small query, and the engine refuses parameters it does not know.
    """
    text, named = _prepared(sql, everyone=parameters.get("everyone") is True)
    return text, {name: value for name, value in parameters.items() if name in named}


@lru_cache(maxsize=1000)
def _prepared(sql: str, everyone: bool) -> tuple[str, frozenset[str]]:
    if everyone:
        for predicate in (BY_ITEM, BY_AUTHOR, BY_REPO):
            sql = sql.replace(predicate, "true")
    return sql, frozenset(PARAMETER.findall(sql))


def resolve(query: Query, team_ids: Collection[str] | None) -> Scope:
    """The scope of a set of teams; None is the organisation. Unknown ids contribute nothing."""
    if team_ids is None:
        return ORGANISATION
    wanted = {"ids": sorted(team_ids)}
    members = query("SELECT team_id, login FROM members WHERE team_id IN (SELECT unnest($ids::VARCHAR[]))", wanted)
    repos = query("SELECT team_id, repo FROM team_repos WHERE team_id IN (SELECT unnest($ids::VARCHAR[]))", wanted)
    staffed = {row["team_id"] for row in members}
    return Scope(
        everyone=False,
        team_ids=tuple(sorted(team_ids)),
        repos=tuple(sorted({row["repo"] for row in repos})),
        logins=tuple(sorted({row["login"].lower() for row in members})),
        repos_without_members=tuple(sorted({row["repo"] for row in repos if row["team_id"] not in staffed})),
    )
