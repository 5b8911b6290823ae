"""The client on this server: every call works, and no field the server sends is lost on the way."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from koalr_api import Koalr, Model, Page
from koalr_api.command import exits, line
from koalr_api.command.questions import QUESTIONS
from koalr_api.decoding import wire_name
from tests.integration.server.conftest import Api, api

__all__ = ["api"]

CALLS: dict[str, Callable[[Koalr], Model | None]] = {
    "dora": lambda koalr: koalr.metrics.dora(days=90),
    "flow": lambda koalr: koalr.metrics.flow(days=90),
    "reviews": lambda koalr: koalr.metrics.reviews(days=90),
    "copilot": lambda koalr: koalr.metrics.copilot(days=90),
    "value stream": lambda koalr: koalr.metrics.value_stream(days=90),
    "custom": lambda koalr: koalr.metrics.custom("p95-cycle-time", days=90),
    "custom metrics": lambda koalr: koalr.custom_metrics.list(),
    "deployments": lambda koalr: koalr.deployments.list(days=90),
    "pull requests": lambda koalr: koalr.pull_requests.list(days=90),
    "incidents": lambda koalr: koalr.incidents.list(days=90),
    "teams": lambda koalr: koalr.teams.list(),
    "delivery": lambda koalr: koalr.forecast.delivery(items=20),
    "backlog": lambda koalr: koalr.forecast.backlog(),
    "risk": lambda koalr: koalr.pr_risk.score(*newest_pull_request(koalr)),
    "status": lambda koalr: koalr.status(),
}


@pytest.fixture(scope="module")
def koalr(api: Api) -> Koalr:
    return Koalr(api.key, base_url=api.base_url)


def newest_pull_request(koalr: Koalr) -> tuple[str, str, int]:
    row = koalr.pull_requests.list(days=90)[0]
    owner, repo = row.repo.split("/")
    return owner, repo, row.number


def lost(found: Any, path: str) -> Iterator[str]:
    """Where a model lacks what its JSON has."""
    if isinstance(found, tuple):
        for index, item in enumerate(found):
            yield from lost(item, f"{path}[{index}]")
    if not isinstance(found, Model) or not dataclasses.is_dataclass(found):
        return
    fields = {field.metadata.get("wire") or wire_name(field.name): field.name for field in dataclasses.fields(found)}
    for wire, value in found.raw.items():
        if wire not in fields:
            yield f"{path}.{wire} is not in {type(found).__name__}"
        elif value is not None and getattr(found, fields[wire]) is None:
            yield f"{path}.{wire} does not fit {type(found).__name__}"
    for name in fields.values():
        yield from lost(getattr(found, name), f"{path}.{name}")


@pytest.mark.parametrize("name", CALLS)
def test_nothing_the_server_sends_is_lost(koalr: Koalr, name: str) -> None:
    found = CALLS[name](koalr)
    assert found is not None
    if isinstance(found, Page):
        assert len(found) > 1
        assert len(found.to_frame()) == len(found)
    assert list(lost(found, "")) == []


def test_all_pages_are_walked(koalr: Koalr) -> None:
    total = koalr.pull_requests.list(days=30).total
    walked = [row.id for row in koalr.pull_requests.iter(days=30)]
    assert total > 100
    assert len(walked) == len(set(walked)) == total


ARGUMENTS = {"custom": ["p95-cycle-time"], "delivery": ["--items", "20"]}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_command_prints_a_table(
    koalr: Koalr, api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.setenv("KOALR_API_KEY", api.key)
    monkeypatch.setenv("KOALR_API_URL", api.base_url)
    owner, repo, number = newest_pull_request(koalr)
    arguments = {**ARGUMENTS, "risk": [f"{owner}/{repo}#{number}"]}.get(name, [])
    assert line.main([name, *arguments]) == exits.OK
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) > 2
    assert shown.err == ""
