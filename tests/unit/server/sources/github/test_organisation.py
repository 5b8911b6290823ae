"""Repositories, teams and their members."""

from typing import Any

import pytest

from tests.unit.server.sources.github.bodies import only, records
from tests.unit.server.sources.github.stories import Delivery, clock


def repository(action: str, minute: int = 0, full_name: str = "acme/api", id_: int = 1, **changes: Any) -> Delivery:
    told = {"id": id_, "full_name": full_name, "updated_at": clock(minute)}
    return "repository", {"action": action, "repository": told, "changes": changes}


def team(action: str, name: str = "Core", **fields: Any) -> Delivery:
    return "team", {"action": action, "team": {"id": 3, "name": name, "slug": "core"}, **fields}


def on_repository(action: str | None) -> Delivery:
    event, body = team(action or "", repository={"id": 1, "full_name": "acme/api", "updated_at": clock(0)})
    return (event, body) if action else ("team_add", {key: body[key] for key in ("team", "repository")})


def membership(action: str, login: str = "ann", name: str = "Core") -> Delivery:
    return "membership", {"action": action, "member": {"login": login}, "team": {"id": 3, "name": name}}


def members(minute: int, *logins: str, name: str = "Core") -> Delivery:
    return "team_members", {
        "team": {"id": 3, "name": name},
        "members": [{"login": login} for login in logins],
        "read_at": clock(minute),
    }


def repositories(minute: int, *listed: str, all_: tuple[str, ...] = ("acme/api",)) -> Delivery:
    return "team_repositories", {
        "organization": {"login": "acme"},
        "repositories": list(all_),
        "teams": [{"id": 3, "name": "Core", "repositories": list(listed)}],
        "read_at": clock(minute),
    }


def repos(*told: Delivery) -> dict[str, Any]:
    return {row["repo"]: row.get("teams") for row in records(told).get("repos", [])}


def logins(*told: Delivery) -> list[str]:
    return [row["login"] for row in records(told).get("members", [])]


def test_a_repository_has_no_teams_until_somebody_speaks_of_them() -> None:
    assert repos(repository("created")) == {"acme/api": None}


def test_a_deleted_repository_is_gone_until_another_takes_its_name() -> None:
    deleted = [repository("created"), repository("deleted")]
    assert repos(*deleted) == {}
    assert repos(*deleted, repository("created", id_=2)) == {"acme/api": None}


def test_a_renamed_repository_is_gone_under_its_old_name() -> None:
    renamed = repository("renamed", 5, "acme/core", repository={"name": {"from": "api"}})
    back = repository("renamed", 9, "acme/api", repository={"name": {"from": "core"}})
    assert repos(repository("created"), renamed) == {"acme/core": None}
    assert repos(repository("created"), renamed, back) == {"acme/api": None}


@pytest.mark.parametrize("kind", ["user", "organization"])
def test_a_transferred_repository_is_gone_from_its_old_owner(kind: str) -> None:
    moved = repository("transferred", 5, "new/api", owner={"from": {kind: {"login": "acme"}}})
    assert repos(repository("created"), moved) == {"new/api": None}


@pytest.mark.parametrize("action", ["added_to_repository", None])
def test_a_team_is_given_a_repository_and_loses_it(action: str | None) -> None:
    assert repos(on_repository(action)) == {"acme/api": ["github:3"]}
    assert repos(on_repository(action), on_repository("removed_from_repository")) == {"acme/api": []}


def test_a_list_of_repositories_is_the_truth_about_teams() -> None:
    given = on_repository("added_to_repository")
    assert repos(given, repositories(1, "acme/api")) == {"acme/api": ["github:3"]}
    assert repos(given, repositories(5), repositories(1, "acme/api")) == {"acme/api": []}


def test_a_list_does_not_bring_a_deleted_repository_back() -> None:
    assert repos(repository("deleted"), repositories(1, "acme/api")) == {}


def test_members_join_and_leave() -> None:
    assert logins(membership("added"), membership("added", "bob")) == ["ann", "bob"]
    assert logins(membership("added"), membership("removed")) == []


def test_a_list_of_members_is_the_truth() -> None:
    assert logins(members(5, "bob", "ann"), members(1, "eve"), membership("removed", "ann")) == ["ann", "bob"]
    assert logins(members(5), membership("added", "ann")) == []


def test_a_team_that_is_deleted_takes_its_members_along() -> None:
    assert records([team("deleted"), members(5, "ann")]) == {}


def test_a_renamed_team_keeps_its_members_under_its_new_name() -> None:
    renamed = team("edited", "Base", changes={"name": {"from": "Core"}})
    told = [membership("added"), team("created"), renamed]
    assert only(told, "teams") == {"id": "github:3", "name": "Base"}
    assert only(told, "members") == {"team": "github:3", "login": "ann"}


def test_a_renamed_team_keeps_its_repositories() -> None:
    given, renamed = on_repository("added_to_repository"), team("edited", "Base", changes={"name": {"from": "Core"}})
    assert repos(given, renamed) == {"acme/api": ["github:3"]}


def test_teams_of_one_name_in_two_organisations_are_two() -> None:
    other = ("membership", {"action": "added", "member": {"login": "bob"}, "team": {"id": 4, "name": "Core"}})
    found = records([membership("added"), other])
    assert [(row["id"], row["name"]) for row in found["teams"]] == [("github:3", "Core"), ("github:4", "Core")]
    assert [(row["team"], row["login"]) for row in found["members"]] == [("github:3", "ann"), ("github:4", "bob")]


def test_whoever_names_a_team_of_a_repository_tells_of_the_team() -> None:
    for told in (repositories(1, "acme/api"), on_repository("added_to_repository"), on_repository(None)):
        assert only([told], "teams") == {"id": "github:3", "name": "Core"}


def test_a_list_read_later_knows_the_name() -> None:
    assert only([members(1, name="Core"), members(5, name="Base"), membership("added")], "teams") == {
        "id": "github:3",
        "name": "Base",
    }


def test_a_team_that_left_the_list_is_gone_until_it_is_listed_again() -> None:
    def listed(action: str, minute: int) -> Delivery:
        return team(action, read_at=clock(minute))

    left = [members(1, "ann"), listed("synced", 1), listed("unlisted", 5)]
    assert records(left) == records(left[::-1]) == {}
    assert only([*left, listed("synced", 9)], "teams") == {"id": "github:3", "name": "Core"}


def test_a_team_may_leave_the_list_without_its_name() -> None:
    unnamed = ("team", {"action": "unlisted", "team": {"id": 3}, "read_at": clock(5)})
    assert records([members(1, "ann"), unnamed]) == {}
