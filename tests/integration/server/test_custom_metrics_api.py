"""The endpoints of custom metrics over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from koalr_server.custom.shipped import shipped_documents
from koalr_server.errors import InputError
from tests.integration.server.conftest import Api

OWN = {"slug": "whitehall-merges", "label": "Merges", "source": "pull_requests", "aggregation": "count"}
OWN |= {"unit": "pull requests", "team": "Whitehall"}
LIFTED = OWN | {"slug": "all-merges"}
del LIFTED["team"]


@pytest.fixture(autouse=True)
def saved(api: Api) -> Iterator[None]:
    api.access.call("save_metrics", {"documents": [OWN, LIFTED, OWN | {"slug": "search", "team": "Search and AI"}]})
    yield
    api.access.call("remove_metrics", {"slugs": [OWN["slug"], LIFTED["slug"], "search"]})


def test_the_documented_body_comes_first_and_the_rest_beside_it(api: Api) -> None:
    body = api.get("/custom-metrics/p95-cycle-time/query", days=90).json()
    assert list(body)[:5] == ["slug", "label", "value", "unit", "period"]
    documented = {name: body[name] for name in ("slug", "label", "value", "unit", "period")}
    assert documented == {
        "slug": "p95-cycle-time",
        "label": "P95 Cycle Time",
        "value": 239.759722,
        "unit": "hours",
        "period": "last_90_days",
    }
    assert set(body) - set(documented) == {"description", "n", "previous", "trend"}
    assert body["n"] == 1559
    assert set(body["trend"][0]) == {"weekStart", "days", "n", "value"}
    assert [week["weekStart"] for week in body["trend"]] == [
        week["weekStart"] for week in api.get("/flow", days=90).json()["trend"]
    ]
    assert api.get("/custom-metrics/p95-cycle-time/query").json()["period"] == "last_30_days"


@pytest.mark.parametrize("slug", shipped_documents())
def test_every_shipped_metric_is_answered(api: Api, slug: str) -> None:
    body = api.get(f"/custom-metrics/{slug}/query").json()
    assert (body["slug"], body["label"]) == (slug, shipped_documents()[slug]["label"])


def test_a_metric_of_a_team_counts_its_rows_and_says_whose_they_are(api: Api) -> None:
    answer = api.get("/custom-metrics/whitehall-merges/query", days=90)
    assert answer.json()["value"] == 292
    assert answer.headers["X-Koalr-Team"] == api.team("Whitehall")
    listed = api.get("/pull-requests", days=90, teamId=api.team("Search and AI")).json()["total"]
    assert api.get("/custom-metrics/search/query", days=90).json()["value"] == listed
    assert "X-Koalr-Team" not in api.get("/custom-metrics/all-merges/query").headers


@pytest.mark.parametrize("slug", ["nope", "P95", "x" * 2_000, "%27%3B--", "..%2Fdora", "%00"])
def test_an_unknown_slug_is_404_and_says_where_the_slugs_are(api: Api, slug: str) -> None:
    answer = api.get(f"/custom-metrics/{slug}/query")
    assert answer.status_code == 404
    assert set(answer.json()["error"]) <= {"code", "message", "param", "requestId"}
    if "%2F" not in slug:
        assert "GET /api/v1/custom-metrics lists the slugs" in answer.json()["error"]["message"]


@pytest.mark.parametrize("params", [{"days": 0}, {"days": "x"}, {"days": [1, 2]}, {"days": 1096}])
def test_a_wrong_window_is_400(api: Api, params: dict[str, Any]) -> None:
    answer = api.get("/custom-metrics/p95-cycle-time/query", **params)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "days")


def test_the_list_names_every_metric_in_order(api: Api) -> None:
    body = api.get("/custom-metrics").json()
    slugs = [row["slug"] for row in body["data"]]
    assert slugs == sorted([*shipped_documents(), "whitehall-merges", "all-merges", "search"])
    assert body["total"] == len(slugs)
    by_slug = {row["slug"]: row for row in body["data"]}
    assert set(by_slug["p95-cycle-time"]) == {"slug", "label", "unit", "description", "teamId"}
    assert by_slug["whitehall-merges"]["teamId"] == api.team("Whitehall")
    assert by_slug["all-merges"]["teamId"] is None


def test_a_team_limited_key_sees_and_asks_for_its_teams_metrics_only(api: Api) -> None:
    key = api.new_key(teams=["Whitehall"])
    assert [row["slug"] for row in api.get("/custom-metrics", key).json()["data"]] == ["whitehall-merges"]
    assert api.get("/custom-metrics/whitehall-merges/query", key).status_code == 200
    for slug in ("search", "all-merges", "p95-cycle-time"):
        answer = api.get(f"/custom-metrics/{slug}/query", key)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert api.get("/custom-metrics/nope/query", key).status_code == 404


def test_a_team_that_is_gone_is_404_and_named(api: Api) -> None:
    database = api.access._database
    database.write(lambda cursor: cursor.execute("INSERT INTO teams VALUES ('t-gone', 'Gone', NULL)") and None)
    api.access.call("save_metrics", {"documents": [OWN | {"slug": "gone", "team": "Gone"}]})
    database.write(lambda cursor: cursor.execute("DELETE FROM teams WHERE name = 'Gone'") and None)
    try:
        answer = api.get("/custom-metrics/gone/query")
        listed = {row["slug"]: row["teamId"] for row in api.get("/custom-metrics").json()["data"]}
        limited = api.get("/custom-metrics/gone/query", api.new_key(teams=["Whitehall"]))
    finally:
        api.access.call("remove_metrics", {"slugs": ["gone"]})
    assert answer.status_code == 404
    assert "team 'Gone', which is not there" in answer.json()["error"]["message"]
    assert listed["gone"] == "Gone"
    assert limited.status_code == 403


def test_a_saved_document_that_no_longer_fits_is_404_and_says_what_to_do(api: Api) -> None:
    database = api.access._database
    odd = '{"slug": "odd", "label": "Odd", "unit": "x", "source": "votes"}'
    database.write(lambda cursor: cursor.execute("INSERT INTO custom_metrics VALUES ('odd', ?, NULL)", [odd]) and None)
    try:
        answer = api.get("/custom-metrics/odd/query")
    finally:
        api.access.call("remove_metrics", {"slugs": ["odd"]})
    assert answer.status_code == 404
    assert '"votes" is not one of' in answer.json()["error"]["message"]
    assert "Save it again." in answer.json()["error"]["message"]


def test_the_store_checks_documents_itself(api: Api) -> None:
    with pytest.raises(InputError, match="is not one of count"):
        api.access.call("save_metrics", {"documents": [OWN, LIFTED | {"aggregation": "drop"}]})
