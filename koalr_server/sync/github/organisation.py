"""An organisation's repositories, and its teams with their members and repositories."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from koalr_server.sources.observation import Delivery
from koalr_server.sync.github.answer import Refused
from koalr_server.sync.github.envelopes import delivery, essence
from koalr_server.sync.github.errand import PAGE, Errand, Run, Whole

REPOSITORIES_PERMISSION = "Metadata: read"
TEAMS_PERMISSION = "Members: read (of the organisation)"
# They change all day and say nothing of deliveries.
VOLATILE = ("pushed_at", "size", "watchers", "forks", "open_issues", "score", "permissions", "temp_clone_token")
TEAM_FIELDS = ("id", "name", "slug", "description", "privacy")
NAME = "teams"

Repository = Mapping[str, Any]


def organisation_repositories(run: Run, login: str) -> list[Repository]:
    """The repositories of an organisation, or of a person."""
    errand = Errand(run, login, "repositories", REPOSITORIES_PERMISSION)
    found: list[Repository] = []

    def work() -> None:
        try:
            listed = errand.whole(f"/orgs/{quote(login, safe='')}/repos", {**PAGE, "type": "all", "sort": "full_name"})
        except Refused as refusal:
            if refusal.status != 404:
                raise
            listed = errand.whole(f"/users/{quote(login, safe='')}/repos", {**PAGE, "sort": "full_name"})
        found.extend(repository for repository in listed.items if _usable(repository))
        errand.accept([told_repository(repository) for repository in found], read=len(found))

    errand.attempt(work)
    return found


def named_repository(run: Run, full_name: str) -> list[Repository]:
    """The repository of a name; none if it cannot be seen, which leaves the run incomplete."""
    errand = Errand(run, full_name, "repositories", REPOSITORIES_PERMISSION)
    found: list[Repository] = []

    def work() -> None:
        try:
            repository = errand.get(f"/repos/{full_name}").body
        except Refused as refusal:
            errand.miss(f"GitHub answered {refusal.status}; there is none of this name, or the token does not open it")
            return
        if isinstance(repository, dict) and _usable(repository):
            found.append(repository)
            errand.accept([told_repository(repository)], read=1)

    errand.attempt(work)
    return found


def told_repository(repository: Repository) -> Delivery:
    """A repository without what changes all day."""
    kept = {
        name: value
        for name, value in repository.items()
        if name not in VOLATILE and not name.endswith(("_url", "_count"))
    }
    return delivery(
        "repository", {"action": "synced", "repository": {name: essence(value) for name, value in kept.items()}}
    )


def read_teams(errand: Errand, repositories: Sequence[Repository]) -> None:
    """Read teams, who is in them and what they own; errors as of Connection.get.

    Lists carry no time, so a list is told again only when it has changed, with the time of GitHub's answer.
    """
    path = f"/orgs/{quote(errand.place, safe='')}/teams"
    organisation = {"login": errand.place}
    teams = errand.whole(path)
    told = _Told(errand)
    owned = []
    for team in teams.items:
        brief = {name: team[name] for name in TEAM_FIELDS if name in team}
        slug = quote(str(team.get("slug")), safe="")
        members = errand.whole(f"{path}/{slug}/members")
        owns = errand.whole(f"{path}/{slug}/repos")
        told.add("team", {"action": "synced", "organization": organisation, "team": brief}, teams)
        who = sorted(essence(members.items), key=lambda member: str(member.get("login")))
        told.add("team_members", {"organization": organisation, "team": brief, "members": who}, members)
        names = sorted(str(repository.get("full_name")) for repository in owns.items)
        owned.append({**{name: brief.get(name) for name in ("id", "name", "slug")}, "repositories": names})
    for left in told.left("team"):
        # Deleted, or hidden from this token.
        told.tell("team", {"action": "unlisted", "organization": organisation, "team": {"id": left}}, teams)
    looked_at = sorted(str(repository["full_name"]) for repository in repositories)
    body = {"organization": organisation, "repositories": looked_at, "teams": owned}
    told.add("team_repositories", body, teams)
    told.hand_over(len(teams.items))


class _Told:
    """Lists that were told, by a hash of what they said."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._before = _parsed(errand.cursor(NAME))
        self._now: dict[str, str] = {}
        self._deliveries: list[Delivery] = []

    def add(self, event: str, body: Mapping[str, Any], listed: Whole) -> None:
        """Tell a list if it has changed."""
        of = body["team"].get("id") if "team" in body else ""
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        self._now[f"{event} {of}"] = digest
        if self._before.get(f"{event} {of}") != digest:
            self.tell(event, body, listed)

    def tell(self, event: str, body: Mapping[str, Any], listed: Whole) -> None:
        """Tell something as of the reading of a list."""
        self._deliveries.append(delivery(event, {**body, "read_at": listed.read_at}))

    def left(self, event: str) -> list[int]:
        """Numbers of those that this event was told of before, and not this time."""
        gone = (name.removeprefix(f"{event} ") for name in sorted(self._before.keys() - self._now.keys()))
        return [int(number) for number in gone if number.isascii() and number.isdigit()]

    def hand_over(self, read: int) -> None:
        """Hand over what has changed, and remember it."""
        self._errand.accept(self._deliveries, read)
        self._errand.remember(NAME, json.dumps(self._now, sort_keys=True))


def _usable(repository: Mapping[str, Any]) -> bool:
    name = repository.get("full_name")
    return isinstance(name, str) and name.count("/") == 1


def _parsed(text: str | None) -> Mapping[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
