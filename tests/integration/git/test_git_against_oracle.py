"""The real ingest of random repositories against one that asks git one question at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from koalr_server.store.database import Database
from tests.integration.git.conftest import Ingest
from tests.integration.server.loaded import METRICS, Loaded
from tests.integration.server.test_against_oracle import COMPARED, approximately, by_value, key
from tests.oracle import metrics as oracle
from tests.oracle.git_history import read_git
from tests.oracle.random_repository import random_repository

REPO = "acme/api"
SEEDS = range(6)


@pytest.fixture(scope="module", params=SEEDS)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Ingest, dict[str, list[dict[str, Any]]]]]:
    path: Path = tmp_path_factory.mktemp("random") / "repository"
    random_repository(path, request.param)
    database = Database.in_memory()
    ingest = Ingest(database)
    ingest(path)
    organisation = read_git(path, REPO)
    ids = {row["ref"]: row["deployment_id"] for row in ingest.rows("SELECT ref, deployment_id FROM deployments")}
    organisation["deployments"] = [{**row, "apiId": ids[row["ref"]]} for row in organisation["deployments"]]
    yield ingest, organisation
    database.close()


def test_commits_are_the_same(case: tuple[Ingest, dict[str, list[dict[str, Any]]]]) -> None:
    ingest, organisation = case
    mine = {
        row["sha"]: (row["author"], row["parents"]) for row in ingest.rows("SELECT sha, author, parents FROM commits")
    }
    assert mine == {row["sha"]: (row["author"], row["parents"]) for row in organisation["commits"]}


def test_pull_requests_own_the_same_commits(case: tuple[Ingest, dict[str, list[dict[str, Any]]]]) -> None:
    ingest, organisation = case
    mine = {
        number: (row["merge_sha"], row["title"], row["author"], sorted(row["commits"]))
        for number, row in ingest.pull_requests().items()
    }
    theirs = {
        row["number"]: (row["mergeSha"], row["title"], row["author"], sorted(row["commits"]))
        for row in organisation["pull_requests"]
    }
    assert mine == theirs
    assert mine


@pytest.mark.parametrize("metric", METRICS)
def test_metrics_are_the_same(case: tuple[Ingest, dict[str, list[dict[str, Any]]]], metric: str) -> None:
    ingest, organisation = case
    end = max(datetime.fromisoformat(row["committedAt"]) for row in organisation["commits"]).astimezone(UTC)
    for days in (30, 400):
        expected = getattr(oracle, metric)(organisation, end, days)
        assert Loaded(ingest.database, end).metric(metric, days) == approximately(expected), days


@pytest.mark.parametrize("name", ["deployments", "pull_requests"])
def test_lists_are_the_same(case: tuple[Ingest, dict[str, list[dict[str, Any]]]], name: str) -> None:
    ingest, organisation = case
    end = max(datetime.fromisoformat(row["committedAt"]) for row in organisation["commits"]).astimezone(UTC)
    expected = by_value(getattr(oracle, name)(organisation, end, 1000), name)
    got = by_value(Loaded(ingest.database, end).rows(name, 1000), name)
    assert [key(row, COMPARED[name]) for row in got] == [key(row, COMPARED[name]) for row in expected]
