"""Repositories, teams and who is in them (pure).

Webhooks about teams carry no time, so nobody can say which of "added" and "removed" came last. The lists that the sync reads do
carry one; where a list is known it is the truth, and webhooks tell only until the first.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from koalr_server.sources.github.names import former_name
from koalr_server.sources.github.thing import Repository, Thing, repository_of
from koalr_server.sources.github.values import full_name
from koalr_server.sources.observation import ALWAYS, Fields, Observation, Rows
from koalr_server.sources.rules import Rules
from koalr_server.sources.values import at, instant, latest, name, objects, whole

REPOSITORY = "repository"
TEAM = "team"
LEFT = ("removed", "removed_from_repository")
# Actions of the sync: a team stands in the organisation's list, or no longer does.
LISTED, UNLISTED = "synced", "unlisted"


def repository(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """A repository; where bodies have no numbers, it is gone under its old name when it was renamed or transferred."""
    told, action = at(body, "repository"), at(body, "action")
    repo = repository_of(told)
    if repo is None:
        return
    yield _exists(repo, told, gone=action == "deleted")
    former = former_name(body)
    if former and repo.number is None:
        yield _exists(Repository(former, None), told, gone=True)


def _exists(repo: Repository, told: Any, gone: bool) -> Observation:  # noqa: ANN401
    """That there is a repository, or no longer."""
    version = latest(instant(at(told, "updated_at")), instant(at(told, "created_at")))
    return Thing(REPOSITORY, repo.key).told(f"object:{repo.number}", version, gone=gone)


def team(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A team, and a repository that was given to it or taken from it."""
    yield from _team(body)
    number, title = whole(at(body, "team", "id")), name(at(body, "team", "name"))
    action, repo = at(body, "action"), repository_of(at(body, "repository"))
    # `team_add` has no action.
    if repo and number is not None and title and action in ("added_to_repository", "removed_from_repository", None):
        yield _exists(repo, at(body, "repository"), gone=False)
        yield Thing(REPOSITORY, repo.key).told(f"team:{number}", ALWAYS, left=action in LEFT, id=team_id(number))


def membership(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A person who joined or left a team."""
    thing, login, action = _team_thing(body), name(at(body, "member", "login")), at(body, "action")
    yield from _team(body)
    if thing and login and action in ("added", "removed"):
        yield thing.told(f"member:{login}", ALWAYS, left=action in LEFT, login=login)


def team_members(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """All members of a team."""
    thing, listed = _team_thing(body), at(body, "members")
    yield from _team(body)
    if thing and isinstance(listed, list):
        logins = sorted({login for member in objects(listed) if (login := name(at(member, "login")))})
        yield thing.told("members", latest(instant(at(body, "read_at"))), logins=logins)


def team_repositories(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """All repositories of an organisation with their teams, and these."""
    read_at = at(body, "read_at")
    teams: dict[str, set[str]] = {repo: set() for repo in _names(at(body, "repositories"))}
    for told in objects(at(body, "teams")):
        known = list(_team({"team": told, "read_at": read_at}))
        yield from known
        for repo in _names(at(told, "repositories")):
            teams.setdefault(repo, set()).update(team_id(each.key) for each in known)
    for repo, ids in teams.items():
        yield Thing(REPOSITORY, repo).told("teams", latest(instant(read_at)), ids=sorted(ids))


def _names(listed: Any) -> list[str]:  # noqa: ANN401
    found = (
        [full_name({"full_name": item} if isinstance(item, str) else item) for item in listed]
        if isinstance(listed, list)
        else []
    )
    return [repo for repo in found if repo]


def team_id(number: int | str) -> str:
    """The id of a team's record, by which members and repositories refer to it; names change, and organisations share them."""
    return f"github:{number}"


def _team_thing(body: Any) -> Thing | None:  # noqa: ANN401
    number = whole(at(body, "team", "id"))
    return None if number is None else Thing(TEAM, str(number))


def _team(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    thing, title, action = _team_thing(body), name(at(body, "team", "name")), at(body, "action")
    if thing is None:
        return
    if action in (LISTED, UNLISTED):
        yield thing.told("listed", latest(instant(at(body, "read_at"))), listed=action == LISTED)
    if title is None:
        return
    if action == "deleted" or at(body, "team", "deleted") is True:
        yield thing.told("gone", ALWAYS)
    known_at = latest(instant(at(body, "read_at")), instant(at(body, "team", "updated_at")))
    yield thing.told(f"name:{title}", known_at, at=known_at, name=title)
    former = name(at(body, "changes", "name", "from"))
    if former and former != title:
        yield thing.told(f"former:{former}", ALWAYS)


def repository_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001 - an Assembler
    """`repos`, with its teams once anything was told of them."""
    known = [fields["gone"] for facet, fields in told.items() if facet.startswith("object:")]
    if known and all(known):
        return {}
    given = [fields for facet, fields in told.items() if facet.startswith("team:")]
    teams = told["teams"]["ids"] if "teams" in told else sorted({team["id"] for team in given if not team["left"]})
    return {"repos": [{"repo": key, "teams": teams if given or "teams" in told else None}]}


def team_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001
    """`teams` and `members`, by the id of the team."""
    names = [fields for facet, fields in told.items() if facet.startswith("name:")]
    if "gone" in told or not names or not told.get("listed", {"listed": True})["listed"]:
        return {}
    current = [known for known in names if f"former:{known['name']}" not in told]
    title = max(current or names, key=lambda known: (known["at"], known["name"]))["name"]
    joined = [fields["login"] for facet, fields in told.items() if facet.startswith("member:") and not fields["left"]]
    logins = told["members"]["logins"] if "members" in told else sorted(joined)
    members = [{"team": team_id(key), "login": login} for login in logins]
    return {"teams": [{"id": team_id(key), "name": title}], **({"members": members} if members else {})}
