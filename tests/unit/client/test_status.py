"""The status of a server: typed where it is there, None where a server has no such endpoint."""

from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from koalr_api import AuthenticationError, Koalr, NotFoundError, ResponseValidationError

BASE = "https://koalr.test"
STATUS = f"{BASE}/api/v1/status"
BODY: dict[str, Any] = {
    "version": "1.0",
    "now": "2026-03-14T18:30:00Z",
    "days": 90,
    "organisation": {
        "name": "acme",
        "sample": False,
        "newestFactAt": None,
        "loadedAt": "2026-03-14T18:00:00Z",
        "notice": None,
    },
    "findings": [
        {
            "answer": "mttr",
            "name": "Time to restore",
            "endpoint": "GET /api/v1/metrics/dora",
            "status": "partial",
            "basis": [{"count": 3, "what": "rollbacks"}],
            "newestAt": "2026-03-10T09:00:00Z",
            "lacks": [{"text": "No incident.", "command": "python -m koalr_server import incidents FILE"}],
        }
    ],
    "steps": [{"text": "No incident.", "command": None, "answers": ["Time to restore"]}],
}


@pytest.fixture
def koalr() -> Koalr:
    return Koalr("klr_live_" + "k" * 40, base_url=BASE, max_retries=0)


@responses.activate
def test_findings_and_steps_are_typed(koalr: Koalr) -> None:
    responses.get(STATUS, json=BODY | {"surprise": 1})
    found = koalr.status()
    assert found is not None
    assert (found.version, found.days, found.organisation.name) == ("1.0", 90, "acme")
    assert found.findings[0].basis[0].count == 3
    assert found.findings[0].lacks[0].command == "python -m koalr_server import incidents FILE"
    assert found.steps[0].answers == ("Time to restore",)
    assert found.answer.round_trip_secs is not None
    assert found.answer.round_trip_secs >= 0


@responses.activate
def test_a_server_without_the_endpoint_is_none(koalr: Koalr) -> None:
    responses.get(STATUS, status=404, json={"error": {"code": "not_found", "message": "No such path."}})
    assert koalr.status() is None


@responses.activate
def test_what_tools_sent_is_read_where_a_server_tells_it(koalr: Koalr) -> None:
    idle = {"event": "ping", "fault": None, "deliveries": 2}
    source = {
        "source": "github",
        "deliveries": 5,
        "newestAt": "2026-03-14T18:22:00Z",
        "unread": 1,
        "idle": [idle],
        "lacks": [],
    }
    responses.get(STATUS, json=BODY | {"sources": [source]})
    status = koalr.status()
    assert status
    assert status.sources
    (github,) = status.sources
    assert (github.source, github.deliveries, github.unread, github.idle[0].event) == ("github", 5, 1, "ping")
    assert github.newest_at == datetime(2026, 3, 14, 18, 22, tzinfo=UTC)


@responses.activate
@pytest.mark.parametrize("told", [{}, {"sources": None}])
def test_without_a_word_on_tools_there_are_none(koalr: Koalr, told: dict[str, None]) -> None:
    responses.get(STATUS, json=BODY | told)
    status = koalr.status()
    assert status
    assert status.sources is None


@responses.activate
def test_an_unknown_team_is_an_error_and_not_a_missing_endpoint(koalr: Koalr) -> None:
    responses.get(STATUS, status=404, json={"error": {"code": "not_found", "message": "No team.", "param": "teamId"}})
    with pytest.raises(NotFoundError):
        koalr.status(team_id="team_x")


@responses.activate
def test_a_refused_key_is_an_error(koalr: Koalr) -> None:
    responses.get(STATUS, status=401, json={})
    with pytest.raises(AuthenticationError):
        koalr.status()


@responses.activate
def test_a_field_that_does_not_fit_is_named(koalr: Koalr) -> None:
    responses.get(STATUS, json=BODY | {"findings": [{**BODY["findings"][0], "basis": [{"count": "3", "what": "x"}]}]})
    with pytest.raises(ResponseValidationError, match=r'"findings\[0\].basis\[0\].count" should be an integer'):
        koalr.status()
