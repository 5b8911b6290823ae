"""An ingest that ends half-way leaves the store as it was."""

import duckdb
import pytest

from koalr_server.store import git_loading
from tests.integration.git.builder import Repository
from tests.integration.git.conftest import Ingest


def everything(ingest: Ingest) -> dict[str, int]:
    return {
        table: ingest.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"]
        for table in (
            "commits",
            "commit_files",
            "pull_requests",
            "deployments",
            "git_heads",
            "repos",
            "changes",
            "meta",
        )
    }


def test_a_failure_after_half_the_work_changes_nothing(
    repository: Repository, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit("one (#1)")
    repository.tag("v1.0")
    ingest(repository.path)
    before = everything(ingest)
    repository.commit("two (#2)")
    repository.tag("v1.1")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(git_loading, "derive", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ingest(repository.path)
    assert everything(ingest) == before
    monkeypatch.undo()
    assert ingest(repository.path)["commits"] == 1


def test_an_engine_failure_is_a_sentence_and_changes_nothing(
    repository: Repository, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from koalr_server.errors import StoreError

    repository.commit("one")

    def full(*_: object, **__: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(git_loading, "derive", full)
    with pytest.raises(StoreError, match="could not be written, nothing was changed: No space left on device"):
        ingest(repository.path)
    assert everything(ingest)["commits"] == 0
