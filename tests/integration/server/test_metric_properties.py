"""What must hold whatever the data: properties of the metrics on random organisations."""

import copy
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from koalr_server.forecast.delivery import delivery
from koalr_server.forecast.history import read_history
from koalr_server.store.database import Database
from tests.integration.server.loaded import METRICS, Loaded, import_rows
from tests.oracle.organisations import NOWS, random_organisation

Rows = dict[str, list[dict[str, Any]]]
SEEDS = range(200, 206)
LISTS = ("deployments", "pull_requests", "incidents")
DAYS = 30


@contextmanager
def loaded(organisation: Rows, now: datetime) -> Iterator[Loaded]:
    database = Database.in_memory()
    import_rows(database, organisation)
    yield Loaded(database, now)
    database.close()


def figures(found: Loaded, names: tuple[str, ...] = tuple(METRICS)) -> dict[str, Any]:
    """Every answer for everybody and for each team."""
    teams = [None, *(row["name"] for row in found.service.database.rows("SELECT name FROM teams ORDER BY name"))]
    return {f"{name} of {team}": found.metric(name, DAYS, team) for name in names for team in teams}


def moved(value: Any, by: timedelta) -> Any:
    """A copy in which every instant lies elsewhere."""
    if isinstance(value, dict):
        return {name: moved(item, by) for name, item in value.items()}
    if isinstance(value, list):
        return [moved(item, by) for item in value]
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, str) and len(value) > 18 and value[4] == value[7] == "-" and value[10] == "T":
        return (datetime.fromisoformat(value) + by).isoformat()
    return value


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def organisation(seed: int) -> Rows:
    return random_organisation(seed)


@pytest.fixture
def now(seed: int) -> datetime:
    found = NOWS[seed % len(NOWS)]
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def test_a_deployment_to_staging_changes_no_dora_number(organisation: Rows, now: datetime) -> None:
    with loaded(organisation, now) as before:
        expected = figures(before, ("dora",))
    sha = next((row["sha"] for row in organisation["commits"]), None)
    repo = organisation["repos"][0]["repo"]
    staging = {"repo": repo, "env": "staging", "status": "success", "sha": sha, "id": "st-1"}
    staging |= {"deployedAt": (now - timedelta(days=3)).isoformat()}
    with loaded({**organisation, "deployments": [*organisation["deployments"], staging]}, now) as after:
        assert figures(after, ("dora",)) == expected


# The last one has a 29th of February in every window.
@pytest.mark.parametrize("by", [timedelta(weeks=-520), timedelta(weeks=37), timedelta(weeks=153)])
def test_moving_all_times_and_now_by_whole_weeks_changes_nothing(
    organisation: Rows, now: datetime, by: timedelta
) -> None:
    with loaded(organisation, now) as here:
        expected = figures(here)
    with loaded(moved(copy.deepcopy(organisation), by), now + by) as there:
        found = figures(there)
    for answer in (*expected.values(), *found.values()):
        for week in answer["trend"]:
            del week["weekStart"]
    assert found == expected


def test_moving_by_any_time_changes_no_window(organisation: Rows, now: datetime) -> None:
    by = timedelta(days=3, hours=5, seconds=7)
    with loaded(organisation, now) as here, loaded(moved(copy.deepcopy(organisation), by), now + by) as there:
        for name, answer in figures(here).items():
            metric, _, team = name.partition(" of ")
            if metric == "copilot":  # whole UTC days, so only whole days may pass
                continue
            other = there.metric(metric, DAYS, None if team == "None" else team)
            assert {**other, "trend": None} == {**answer, "trend": None}, name


@pytest.mark.parametrize("name", LISTS)
def test_a_window_split_in_two_adds_up(organisation: Rows, now: datetime, name: str) -> None:
    with loaded(organisation, now) as found:
        earlier = Loaded(found.service.database, now - timedelta(days=DAYS))
        whole = {row["id"] for row in found.rows(name, 2 * DAYS)}
        late, early = ({row["id"] for row in part.rows(name, DAYS)} for part in (found, earlier))
    assert late | early == whole
    assert not late & early


@pytest.mark.parametrize("name", LISTS)
def test_a_teams_list_is_part_of_everybodys(organisation: Rows, now: datetime, name: str) -> None:
    with loaded(organisation, now) as found:
        everybodys = {row["id"] for row in found.rows(name, 90)}
        for team in organisation["teams"]:
            assert {row["id"] for row in found.rows(name, 90, team["name"])} <= everybodys


def test_the_order_of_rows_in_the_files_changes_nothing(organisation: Rows, now: datetime, seed: int) -> None:
    shuffle: Callable[[list[Any]], list[Any]] = lambda rows: random.Random(seed).sample(rows, len(rows))  # noqa: E731
    with loaded(organisation, now) as found:
        expected = figures(found) | {name: found.rows(name, 90) for name in LISTS}
    with loaded({kind: shuffle(rows) for kind, rows in organisation.items()}, now) as found:
        assert figures(found) | {name: found.rows(name, 90) for name in LISTS} == expected


def test_surer_forecasts_are_never_earlier(organisation: Rows, now: datetime) -> None:
    with loaded(organisation, now) as found:
        history = read_history(found.service.query, found.now, found.scope(None))
        for items in (1, 10, 100):
            answer = delivery(history, items, None)
            dates = [answer[name] for name in ("p50", "p85", "p95")]
            assert dates == sorted(dates) if None not in dates else answer["reason"]
