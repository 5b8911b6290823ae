"""Whether the owners of what a pull request changes approved it (pure; docs/OPERATIONS.md#code-owners says it in words)."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from koalr_server.risk.codeowners import Rules

_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9_]+")


def compliance(
    rules: Rules | None,
    paths: Collection[str] | None,
    approvers: Collection[str] | None,
    author: str | None,
    members_by_team: Mapping[str, Collection[str]],
) -> bool | None:
    """True if each changed file that has owners was approved by one of them, or written by one; None if nobody can tell.

    That an author who is an owner needs no other is our reading; GitHub does not say. Files without owners need none. An owner nobody can be matched
    with (a team without known members, an e-mail address) leaves the answer open, unless another one approved, or
    another file was surely not approved.

    Args:
        rules: None if no CODEOWNERS was in force.
        paths: the changed files; None if they are unknown.
        approvers: logins of approving reviews, in any case; None if no review of the repository is known.
        members_by_team: logins in lower case by the team's slug; see `members_by_slug`.
    """
    if rules is None or paths is None or approvers is None:
        return None
    people = {login.lower() for login in (*approvers, author) if login}
    unknown = False
    for owners in {rules.owners(path) for path in paths} - {()}:
        answers = {_answered(owner.lower(), people, members_by_team) for owner in owners}
        if answers == {False}:
            return False
        unknown |= True not in answers
    return None if unknown else True


def members_by_slug(members: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Logins in lower case by the slug of their team, out of (team name, login)."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for team, login in members:
        found[slug(team)].add(login.lower())
    return {team: frozenset(logins) for team, logins in found.items()}


def slug(team: str) -> str:
    """A team's name as GitHub writes it in @organisation/team."""
    return _NOT_IN_A_SLUG.sub("-", team.lower()).strip("-")


def _answered(owner: str, people: set[str], members_by_team: Mapping[str, Collection[str]]) -> bool | None:
    """Whether one of the people is this owner (in lower case); None if nobody knows who the owner is."""
    if not owner.startswith("@"):
        return None
    _, _, team = owner.partition("/")
    if not team:
        return owner.removeprefix("@") in people
    members = members_by_team.get(team)
    return not people.isdisjoint(members) if members else None
