"""A clone that is read after pushes have told of some of its commits, or before."""

import json
from datetime import datetime
from typing import Any

import pytest

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.settling import reprocess, settle
from tests.integration.git.builder import Repository
from tests.integration.git.conftest import Ingest


@pytest.fixture
def merged(repository: Repository) -> Repository:
    repository.commit("start")
    repository.branch("feature")
    repository.commit("one", "b.txt")
    repository.checkout("main")
    repository.merge("feature", message="Merge branch 'feature'")
    return repository


def push(repository: Repository) -> dict[str, Any]:
    shas = repository.git("rev-list", "--reverse", "HEAD").split()
    commits = [
        {"id": sha, "message": "?", "timestamp": "2025-01-01T00:00:00Z", "author": {"name": "ann"}} for sha in shas
    ]
    about = {"id": 1, "full_name": "acme/api", "default_branch": "main"}
    told = {"ref": "refs/heads/main", "before": "0" * 40, "after": shas[-1], "repository": about}
    return {**told, "commits": commits, "head_commit": commits[-1]}


def arrive(ingest: Ingest, body: dict[str, Any]) -> None:
    table = table_of([Delivery("github", "push", "1", json.dumps(body).encode())])
    ingest.database.write_beside(lambda cursor: add_deliveries(cursor, table, datetime(2026, 3, 3)))
    settle(ingest.database, Rules())


@pytest.mark.parametrize("pushed_first", [True, False])
def test_the_clone_has_the_last_word_on_its_commits(merged: Repository, ingest: Ingest, pushed_first: bool) -> None:
    if pushed_first:
        arrive(ingest, push(merged))
        ingest(merged.path)
    else:
        ingest(merged.path)
        arrive(ingest, push(merged))
    reprocess(ingest.database, Rules())
    found = ingest.rows("SELECT sha, message, parents FROM commits ORDER BY authored_at, len(parents)")
    assert [row["message"] for row in found] == ["start", "one", "Merge branch 'feature'"]
    assert [len(row["parents"]) for row in found] == [0, 1, 2]
    assert len(ingest.rows("SELECT DISTINCT sha FROM commit_files")) == 2
    assert ingest.rows("SELECT sha FROM pushed_commits") == []
