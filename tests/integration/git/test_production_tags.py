"""Release tags are deployments to `production` or `pre-release`; which of them counts is for the setting to say."""

import pytest

from tests.integration.git.builder import Repository
from tests.integration.git.conftest import Ingest

SETTING = "KOALR_PRODUCTION_ENVIRONMENTS"


@pytest.fixture
def released(repository: Repository) -> Repository:
    for tag in ("v1.0.0", "v1.1.0-rc.1", "v1.1.0"):
        repository.commit(f"Work for {tag}")
        repository.tag(tag)
    return repository


def shipped(ingest: Ingest) -> list[str]:
    return [
        row["ref"] for row in ingest.rows("SELECT ref FROM deployment_facts WHERE finished_at IS NOT NULL ORDER BY ref")
    ]


@pytest.mark.parametrize(
    ("setting", "tags"),
    [("", ["v1.0.0", "v1.1.0"]), ("pre-*", ["v1.1.0-rc.1"]), ("eu-live", [])],
)
def test_the_setting_holds_for_tags(
    setting: str, tags: list[str], released: Repository, ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, setting)
    summary = ingest(released.path)
    assert shipped(ingest) == tags
    assert summary["production_deployments"] == len(tags)
