"""A repository that is renamed while its deliveries arrive: whatever the order, the tables hold it once."""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import FILE_NAME, Database
from koalr_server.store.deliveries import add_deliveries, prune, table_of
from koalr_server.store.settling import agree_on_rules, reprocess, settle
from tests.contents import REPEATED, contents
from tests.unit.server.sources.github.stories import MERGED, clock
from tests.unit.server.sources.github.stories import Delivery as Told
from tests.unit.server.sources.github.test_names import everything, opened, renamed

RULES = Rules(deploy_releases=("*",))
OTHERS = ("deployments", "incidents", "pagerduty")
STORY = [
    *everything("acme/api", 1, 0),
    opened("acme/web", 4, id_=2, body="Closes acme/api#7"),
    opened("acme/api", 3, id_=None),
    renamed("acme/api", "acme/core", 30),
    *everything("acme/core", 1, 40),
    opened("acme/api", 12, id_=3, minute=50),
]


def arrive(database: Database, told: Sequence[Told], batch: Callable[[], int] = lambda: 1) -> None:
    """Take deliveries in, and read them in batches."""
    keyed = [
        Delivery(event if event in OTHERS else "github", event, f"{random.random()}", json.dumps(body).encode())
        for event, body in told
    ]
    start = 0
    while start < len(keyed):
        some = keyed[start : start + batch()]
        database.write_beside(lambda cursor, some=some: add_deliveries(cursor, table_of(some), datetime(2026, 3, 3)))
        settle(database, RULES)
        start += len(some)


def tables(database: Database) -> dict[str, Counter[str]]:
    """All but what depends on how often something came."""
    return contents(database, REPEATED)


def after(told: Sequence[Told], batch: Callable[[], int] = lambda: 1) -> dict[str, Counter[str]]:
    database = Database.in_memory()
    arrive(database, told, batch)
    found = tables(database)
    database.close()
    return found


@pytest.fixture(scope="module")
def orderly() -> dict[str, Counter[str]]:
    return after(STORY)


def test_the_team_sees_one_repository_with_all_its_history() -> None:
    database = Database.in_memory()
    arrive(database, STORY[:-1])
    for name in tables(database):
        columns = {row["column_name"] for row in database.rows(f"DESCRIBE {name}")}
        if "repo" in columns:
            assert {row["repo"] for row in database.rows(f"SELECT DISTINCT repo FROM {name}")} <= {
                "acme/core",
                "acme/web",
            }
    assert database.rows("SELECT repo, team_id FROM team_repos") == [{"repo": "acme/core", "team_id": "github:3"}]
    numbers = "SELECT repo, number, work_item FROM pull_requests ORDER BY ALL"
    assert [tuple(row.values()) for row in database.rows(numbers)] == [
        ("acme/core", 3, "acme/core#7"),
        ("acme/core", 12, "acme/core#7"),
        ("acme/web", 4, "acme/core#7"),
    ]
    assert database.rows("SELECT key FROM work_items") == [{"key": "acme/core#7"}]
    database.close()


@pytest.mark.parametrize("seed", range(8))
def test_any_order_repetition_and_batch_gives_the_same_tables(seed: int, orderly: dict[str, Counter[str]]) -> None:
    chance = random.Random(seed)
    told = [*STORY, *chance.sample(STORY, 6)]
    chance.shuffle(told)
    assert after(told, lambda: chance.randint(1, 9)) == orderly


def test_reading_all_again_gives_the_same_tables(orderly: dict[str, Counter[str]]) -> None:
    database = Database.in_memory()
    arrive(database, STORY, lambda: len(STORY))
    assert tables(database) == orderly
    assert reprocess(database, RULES) == len(STORY)
    assert tables(database) == orderly
    database.close()


def test_names_outlive_the_bodies_that_told_them(orderly: dict[str, Counter[str]]) -> None:
    database = Database.in_memory()
    arrive(database, STORY)
    database.write_beside(lambda cursor: prune(cursor, datetime(2100, 1, 1), len(STORY) - 3))
    reprocess(database, RULES)
    assert tables(database) == orderly
    database.close()


def test_a_store_that_knew_no_numbers_follows_a_rename_once_it_is_opened(tmp_path: Path) -> None:
    database = Database.open(tmp_path)
    agree_on_rules(database, RULES)
    arrive(database, [opened("acme/api", 3, id_=None), opened("acme/core", 4, id_=None, minute=40)])
    database.close()
    with duckdb.connect(str(tmp_path / FILE_NAME)) as connection:
        # As the layout before kept a repository that was renamed.
        connection.execute("UPDATE meta SET value = '5' WHERE name = 'schema_version'")
        connection.execute(
            """INSERT INTO observations VALUES
            ('repository', 'acme/api', 'object:1', '2026-03-02T09:30:00Z', '{"gone": true}', 1),
            ('repository', 'acme/core', 'object:1', '2026-03-02T09:30:00Z', '{"gone": false}', 1)"""
        )
    database = Database.open(tmp_path)
    assert agree_on_rules(database, RULES)
    assert not agree_on_rules(database, RULES)
    assert [tuple(row.values()) for row in database.rows("SELECT repo, number FROM pull_requests ORDER BY ALL")] == [
        ("acme/core", 3),
        ("acme/core", 4),
    ]
    assert database.rows("SELECT repo FROM repos") == [{"repo": "acme/core"}]
    database.close()


def posted(repo: str, **deployment: str) -> list[Told]:
    """What a script posts of itself, by the name it knows."""
    outage = {"title": "Slow", "repo": repo, "startedAt": clock(5)}
    return [
        ("deployments", {"repo": repo, "id": "run-1", **deployment}),
        ("deployments", {"repo": repo, "sha": MERGED, "deployedAt": clock(9)}),
        ("incidents", outage),
        ("incidents", {**outage, "id": "outage-1", "title": "Slower"}),
    ]


POSTS = [
    *posted("acme/api", status="in_progress", startedAt=clock(1)),
    opened("acme/api", 12),
    renamed("acme/api", "acme/core", 30),
    *posted("acme/core", status="success", deployedAt=clock(40)),
]


@pytest.mark.parametrize("seed", range(4))
def test_what_scripts_post_follows_the_repository(seed: int) -> None:
    chance = random.Random(seed)
    database = Database.in_memory()
    arrive(database, chance.sample(POSTS, len(POSTS)), lambda: chance.randint(1, 4))
    deployments = database.rows("SELECT repo, external_id, status FROM deployments ORDER BY ALL")
    assert [tuple(row.values()) for row in deployments] == [
        ("acme/core", "run-1", "success"),
        ("acme/core", None, "success"),
    ]
    incidents = database.rows("SELECT repo, title FROM incidents ORDER BY ALL")
    assert [tuple(row.values()) for row in incidents] == [("acme/core", "Slow"), ("acme/core", "Slower")]
    database.close()


OUTAGE: Told = (
    "pagerduty",
    {
        "event": {
            "event_type": "incident.triggered",
            "occurred_at": clock(50),
            "data": {
                "id": "Q1",
                "type": "incident",
                "title": "Down",
                "status": "triggered",
                "created_at": clock(50),
                "service": {"summary": "api"},
            },
        }
    },
)


@pytest.mark.parametrize("seed", range(4))
def test_an_incident_of_a_service_named_after_the_repository_stays_with_it(seed: int) -> None:
    told = [*everything("acme/api", 1, 0), renamed("acme/api", "acme/core", 30), OUTAGE]
    chance = random.Random(seed)
    database = Database.in_memory()
    arrive(database, chance.sample(told, len(told)), lambda: chance.randint(1, 4))
    assert database.rows("SELECT repo FROM incident_facts WHERE title = 'Down'") == [{"repo": "acme/core"}]
    database.close()


def test_a_service_belongs_to_the_repository_that_has_its_name_now() -> None:
    told = [*everything("acme/api", 1, 0), renamed("acme/api", "a/core", 30), *everything("zoo/api", 2, 40)]
    database = Database.in_memory()
    arrive(database, [*told, OUTAGE])
    assert database.rows("SELECT repo FROM incident_facts WHERE title = 'Down'") == [{"repo": "zoo/api"}]
    database.close()
