"""The setting of production environments holds for files, git and deliveries, and everywhere an environment is read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.settling import agree_on_rules, reprocess, settle
from tests.integration.server.loaded import Loaded, import_rows
from tests.integration.server.telling import github, posted, take

NOW = datetime(2026, 3, 31, tzinfo=UTC)
SETTING = "KOALR_PRODUCTION_ENVIRONMENTS"
BLUE = Rules(production_environments=("blue*",))


@pytest.fixture
def database() -> Iterator[Database]:
    database = Database.in_memory()
    yield database
    database.close()


def row(env: str, hour: int, **fields: Any) -> dict[str, Any]:
    at = f"2026-03-02T{hour:02}:00:00Z"
    return {"repo": "acme/api", "env": env, "status": "success", "deployedAt": at, **fields}


def deployment(env: str, number: int, said: bool | None = None) -> tuple[str, dict[str, Any]]:
    at = f"2026-03-03T{number:02}:00:00Z"
    return "deployment_status", {
        "repository": {"full_name": "acme/api"},
        "deployment": {"id": number, "environment": env, "created_at": at, "production_environment": said},
        "deployment_status": {"id": number, "state": "success", "created_at": at},
    }


def in_production(database: Database) -> list[str]:
    """Environments whose deployments count, by every reader of them."""
    facts = database.rows("SELECT env FROM deployment_facts WHERE is_production ORDER BY env")
    shipped = database.rows("SELECT env FROM deployment_facts WHERE finished_at IS NOT NULL ORDER BY env")
    assert facts == shipped
    loaded = Loaded(database, NOW)
    listed = [each["env"] for each in loaded.rows("deployments", 60) if each["failed"] is not None]
    assert sorted(listed) == [each["env"] for each in facts]
    assert loaded.metric("dora", 60)["deployFrequency"] == (round(len(facts) / 60, 6) if facts else None)
    return [each["env"] for each in facts]


def test_names_decide_where_there_is_no_setting(database: Database) -> None:
    import_rows(database, {"deployments": [row("eu-prod", 9), row("staging", 10), row("pre-prod", 11)]})
    take(database, Rules(), posted("deployments", row("prd", 12)), github(*deployment("production-blue", 13)))
    assert in_production(database) == ["eu-prod", "prd", "production-blue"]


def test_the_setting_holds_for_files(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "blue*")
    import_rows(database, {"deployments": [row("production", 9), row("Blue-eu", 10)]})
    assert in_production(database) == ["Blue-eu"]


def test_the_setting_holds_for_what_is_sent(database: Database) -> None:
    take(database, BLUE, posted("deployments", row("prod", 9)), posted("deployments", row("blue", 10)))
    take(database, BLUE, github(*deployment("Production", 11, said=True)), github(*deployment("blue-eu", 12)))
    assert in_production(database) == ["blue", "blue-eu"]


def test_another_setting_changes_the_past_and_taking_it_back_too(database: Database) -> None:
    import_rows(database, {"deployments": [row("production", 9), row("blue", 10)]})
    take(database, Rules(), github(*deployment("lab", 11, said=True)))
    assert in_production(database) == ["lab", "production"]
    before = database.version
    assert agree_on_rules(database, BLUE)
    assert in_production(database) == ["blue"]
    assert database.version > before
    assert not agree_on_rules(database, BLUE)
    assert agree_on_rules(database, Rules())
    assert in_production(database) == ["lab", "production"]


def test_reading_again_by_another_setting_decides_anew(database: Database) -> None:
    import_rows(database, {"deployments": [row("production", 9), row("blue", 10)]})
    reprocess(database, BLUE)
    assert in_production(database) == ["blue"]


def test_a_command_without_the_setting_leaves_it_as_the_server_has_it(database: Database) -> None:
    agree_on_rules(database, BLUE)
    import_rows(database, {"deployments": [row("production", 9), row("blue", 10)]})
    assert in_production(database) == ["blue"]


def test_what_github_calls_production_is_added_and_what_it_does_not_is_not_taken_away(database: Database) -> None:
    told = [deployment("production", 9), deployment("eu-prod", 10, said=False), deployment("lab", 11, said=True)]
    take(database, Rules(), *(github(*each) for each in [*told, deployment("other", 12, said=False)]))
    assert in_production(database) == ["eu-prod", "lab", "production"]


def test_a_record_that_says_so_is_believed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "blue*")
    rows = [row("fleet", 9, isProduction=True), row("blue", 10, isProduction=False), row("blue-eu", 11)]
    import_rows(database, {"deployments": rows})
    assert in_production(database) == ["blue-eu", "fleet"]


def test_named_releases_are_production_whatever_the_setting_says(database: Database) -> None:
    rules = Rules(production_environments=("blue",), deploy_releases=("v*",))
    at = "2026-03-02T10:00:00Z"
    release = {"id": 1, "tag_name": "v1", "created_at": at, "published_at": at}
    take(database, rules, github("release", {"repository": {"full_name": "acme/api"}, "release": release}))
    assert in_production(database) == ["production"]


def test_what_failed_on_its_way_to_production_was_to_production_too(database: Database) -> None:
    agree_on_rules(database, BLUE)
    rows = [row("blue", 9), row("blue", 10, status="failure"), row("production", 11)]
    import_rows(database, {"deployments": rows})
    found = database.rows("SELECT status FROM deployment_facts WHERE is_production ORDER BY status")
    assert [each["status"] for each in found] == ["failure", "success"]


def test_settling_by_a_command_agrees_on_the_setting(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    import_rows(database, {"deployments": [row("production", 9), row("blue", 10)]})
    monkeypatch.setenv(SETTING, "blue*")
    LocalAccess(database).call("settle", {})
    assert not settle(database, BLUE)
    assert in_production(database) == ["blue"]
