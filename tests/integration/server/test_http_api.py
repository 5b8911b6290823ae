"""The API over real HTTP: envelopes, parameters, keys, limits, errors."""

import re
from typing import Any

import pytest
import requests

from tests.integration.server.conftest import Api

PATHS = (
    "/teams",
    "/deployments",
    "/pull-requests",
    "/incidents",
    "/metrics/dora",
    "/flow",
    "/value-stream",
    "/review-metrics",
)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.mark.parametrize("path", PATHS)
def test_every_endpoint_answers_json_with_the_limit_headers(api: Api, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 200
    assert isinstance(answer.json(), dict)
    assert answer.headers["X-RateLimit-Limit"] == "100000"
    assert answer.headers["X-Request-Id"].startswith("req_")


@pytest.mark.parametrize(
    ("path", "envelope"),
    [
        ("/deployments", ["data", "total", "page"]),
        ("/pull-requests", ["data", "total", "page", "pageSize"]),
        ("/incidents", ["data", "total"]),
    ],
)
def test_envelopes_are_those_of_the_api_page(api: Api, path: str, envelope: list[str]) -> None:
    assert list(api.get(path).json()) == envelope


def test_the_sample_has_whitehalls_deployment_frequency(api: Api) -> None:
    answer = api.get("/metrics/dora", days=90, teamId=api.team("Whitehall"))
    assert round(answer.json()["deployFrequency"], 2) == 2.19
    assert answer.headers["X-Koalr-Team"] == api.team("Whitehall")


def test_times_are_iso_8601_utc_with_whole_seconds(api: Api) -> None:
    assert all(INSTANT.fullmatch(row["deployedAt"]) for row in api.get("/deployments").json()["data"])


def test_pages_together_are_the_list_newest_first(api: Api) -> None:
    team = api.team("Whitehall")
    pages = [api.get("/pull-requests", days=90, teamId=team, page=page, pageSize=100).json() for page in (1, 2, 3, 4)]
    rows = [row for page in pages for row in page["data"]]
    assert [len(page["data"]) for page in pages] == [100, 100, 92, 0]
    assert len({row["id"] for row in rows}) == pages[0]["total"] == 292
    assert rows == sorted(rows, key=lambda row: (row["mergedAt"], -len(row["id"])), reverse=True)


def test_the_default_window_is_thirty_days_and_the_default_page_25(api: Api) -> None:
    answer = api.get("/pull-requests").json()
    assert answer["total"] == api.get("/pull-requests", days=30).json()["total"]
    assert len(answer["data"]) == answer["pageSize"] == 25


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"days": 0}, "days"),
        ({"days": 1096}, "days"),
        ({"days": "ten"}, "days"),
        ({"days": ""}, "days"),
        ({"days": "1.5"}, "days"),
        ({"days": "9" * 400}, "days"),
        ({"page": 0}, "page"),
        ({"pageSize": 101}, "pageSize"),
        ({"pageSize": -1}, "pageSize"),
        ({"teamId": ""}, "teamId"),
        ({"days": [1, 2]}, "days"),
    ],
)
def test_invalid_parameters_are_400_and_named(api: Api, params: dict[str, Any], param: str) -> None:
    answer = api.get("/pull-requests", **params)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert answer.json()["error"]["code"] == "bad_request"


def test_unknown_parameters_are_ignored(api: Api) -> None:
    assert api.get("/flow", colour="blue").status_code == 200


def test_an_unknown_team_is_404(api: Api) -> None:
    answer = api.get("/flow", teamId="team_nobody")
    assert (answer.status_code, answer.json()["error"]["param"]) == (404, "teamId")


@pytest.mark.parametrize("presented", [None, "", "nonsense", "klr_live_" + "k" * 40, "klr_live_" + "x" * 5000])
def test_without_a_valid_key_everything_is_401(api: Api, presented: str | None) -> None:
    headers = {} if presented is None else {"X-Koalr-Key": presented}
    for path in ("/api/v1/teams", "/api/v1/nothing", "/api/nothing"):
        answer = requests.get(api.base_url + path, headers=headers, timeout=10)
        if answer.status_code == 429:
            continue
        assert answer.status_code == 401
        assert set(answer.json()["error"]) == {"code", "message", "requestId"}
        assert not presented or presented not in answer.text


def test_a_revoked_key_is_refused_at_once(api: Api) -> None:
    key = api.new_key()
    assert api.get("/teams", key).status_code == 200
    key_id = api.access.call("list_keys", {})["keys"][-1]["key_id"]
    for row in api.access.call("list_keys", {})["keys"]:
        if row["hint"] == key[-4:]:
            key_id = row["key_id"]
    api.access.call("revoke_key", {"key_id": key_id})
    assert api.get("/teams", key).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/teams", 405),
        ("GET", "/api/v2/teams", 404),
        ("GET", "/elsewhere", 404),
    ],
)
def test_wrong_paths_and_methods_have_the_one_error_shape(api: Api, method: str, path: str, status: int) -> None:
    answer = requests.request(method, api.base_url + path, headers={"X-Koalr-Key": api.key}, timeout=10)
    assert answer.status_code == status
    assert {"code", "message", "requestId"} <= set(answer.json()["error"])


def test_health_needs_no_key(api: Api) -> None:
    assert requests.get(f"{api.base_url}/api/healthz", timeout=10).json()["status"] == "ok"
    assert requests.get(f"{api.base_url}/api/readyz", timeout=10).json() == {"status": "ready"}


def test_a_key_over_its_limit_gets_429_with_the_way_out(api: Api) -> None:
    key = api.new_key(limit=2)
    statuses = [api.get("/teams", key) for _ in range(5)]
    assert [answer.status_code for answer in statuses] == [200, 200, 200, 200, 429]
    refused = statuses[-1]
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert int(refused.headers["X-RateLimit-Reset"]) > 1_700_000_000


def test_a_write_key_may_not_read(api: Api) -> None:
    assert api.get("/teams", api.new_key(scopes=["write"])).status_code == 403


def test_production_deployments_failed_or_did_not_and_of_others_nothing_is_said(api: Api) -> None:
    rows = [
        row for page in range(1, 30) for row in api.get("/deployments", days=30, page=page, pageSize=100).json()["data"]
    ]
    assert {row["failed"] for row in rows if row["env"] == "production"} == {True, False}
    assert {row["failed"] for row in rows if row["env"] != "production"} == {None}
