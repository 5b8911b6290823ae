"""Models: units said, frozen, with their origin, and as tables."""

import ast
import dataclasses
import json
import pickle
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import responses

import koalr_api
from koalr_api import ConfigError, Dora, DoraWeek, Koalr, Model, ResponseValidationError, Rows, Team
from tests.contract.bodies import body
from tests.unit.client.conftest import BASE, NOW, Clock

PACKAGE = Path(koalr_api.__file__).parent
MODEL_FILES = [*sorted((PACKAGE / "models").glob("*.py")), PACKAGE / "pages.py"]
DORA = f"{BASE}/api/v1/metrics/dora"
WEEK = {
    "weekStart": "2026-03-09",
    "days": 6,
    "n": 25,
    "deployFrequency": 4.0,
    "leadTime": None,
    "changeFailureRate": 0.0,
    "mttr": None,
    "tier": "elite",
}


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda path: path.stem)
def test_every_field_says_what_it_is(path: Path) -> None:
    for model in (node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)):
        assert ast.get_docstring(model), model.name
        for field, after in zip(model.body, [*model.body[1:], None], strict=True):
            if isinstance(field, ast.AnnAssign):
                said = (
                    after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
                )
                assert isinstance(said, str), f"{model.name} line {field.lineno}"
                assert said.endswith("."), f"{model.name} line {field.lineno}"


@pytest.mark.parametrize("name", koalr_api.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    found = getattr(koalr_api, name)
    assert isinstance(found, str) or found.__doc__


def test_every_model_is_public() -> None:
    for path in MODEL_FILES:
        names = {
            node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)
        }
        assert names - {"Identified"} <= set(koalr_api.__all__)


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Nothing"):
        koalr_api.Nothing  # noqa: B018 - the access is the test


def read_dora(koalr: Koalr, web: responses.RequestsMock, **more: Any) -> Dora:
    web.get(DORA, json=body("dora") | {"trend": [WEEK | more], "previous": body("dora"), "surprise": [1]})
    return koalr.metrics.dora()


def test_nested_models_keep_their_own_json_and_the_age_of_the_answer(
    koalr: Koalr, web: responses.RequestsMock, clock: Clock
) -> None:
    found = read_dora(koalr, web, unheard=5)
    assert found.trend
    assert found.trend[0].raw["unheard"] == 5
    assert found.raw["surprise"] == [1]
    clock.seconds = 7
    assert found.trend[0].fetched_at == NOW
    assert found.trend[0].age == found.age == timedelta(seconds=7)
    assert not found.trend[0].stale


def test_what_is_done_to_raw_stays_with_its_owner(koalr: Koalr, web: responses.RequestsMock) -> None:
    found = read_dora(koalr, web)
    found.raw["trend"][0]["n"] = -1
    assert json.loads(json.dumps(found.raw))["trend"][0]["n"] == 25


def test_equality_repr_and_asdict_go_by_the_fields(koalr: Koalr, web: responses.RequestsMock) -> None:
    found = read_dora(koalr, web)
    assert found.trend
    by_hand = DoraWeek(date(2026, 3, 9), 25, 4.0, None, 0.0, None, "elite", 6)
    assert found.trend[0] == by_hand
    assert hash(found.trend[0]) == hash(by_hand)
    assert dataclasses.asdict(found)["trend"][0]["week_start"] == date(2026, 3, 9)
    assert repr(by_hand).startswith("DoraWeek(week_start=datetime.date(2026, 3, 9), n=25, ")


def test_models_are_frozen_and_hold_nothing_else(koalr: Koalr, web: responses.RequestsMock) -> None:
    found = read_dora(koalr, web)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.tier = "low"  # type: ignore[misc]
    assert not hasattr(found, "__dict__")


def test_a_model_made_by_hand_says_that_it_has_no_answer() -> None:
    team = Team("t", "Platform", 3, None)
    for name in ("raw", "age", "fetched_at", "stale"):
        with pytest.raises(AttributeError, match="this Team was not read from an answer"):
            getattr(team, name)
    assert pickle.loads(pickle.dumps(team)) == team


def test_a_copy_through_pickle_has_the_figures_alone(koalr: Koalr, web: responses.RequestsMock) -> None:
    found = read_dora(koalr, web)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert isinstance(again.trend, Rows)
    assert again.trend.kind is DoraWeek
    with pytest.raises(AttributeError, match="was not read from an answer"):
        again.raw  # noqa: B018 - the access is the test


class TestTables:
    def test_a_page_has_a_column_per_field_in_its_type(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        web.get(f"{BASE}/api/v1/deployments", json=body("deployments"))
        frame = koalr.deployments.list().to_frame()
        assert frame["deployed_at"].tolist() == [pd.Timestamp("2026-03-14T18:22:00Z")]
        assert str(frame["deployed_at"].dt.tz) == "UTC"
        assert frame["lead_time_secs"].tolist() == [67200.0]
        assert frame["failed"].isna().all()
        assert list(frame.columns[:3]) == ["id", "repo", "env"]

    def test_unknown_is_missing_and_counts_stay_whole(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        trend = read_dora(koalr, web).trend
        assert trend
        frame = trend.to_frame()
        assert frame["lead_time"].isna().all()
        assert frame["n"].tolist() == [25]
        assert str(frame["n"].dtype) == "Int64"
        assert frame["week_start"].tolist() == [pd.Timestamp("2026-03-09")]

    def test_no_rows_have_the_same_columns_and_types(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        web.get(f"{BASE}/api/v1/incidents", json={"data": [], "total": 0})
        web.get(f"{BASE}/api/v1/incidents?days=7", json=body("incidents"))
        empty, filled = koalr.incidents.list().to_frame(), koalr.incidents.list(days=7).to_frame()
        assert len(empty) == 0
        assert list(empty.columns) == list(filled.columns)
        assert str(empty["started_at"].dt.tz) == "UTC"

    def test_rows_of_nothing_known_are_an_empty_table(self) -> None:
        assert Rows[Model]().to_frame().empty

    def test_without_pandas_the_package_to_install_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "pandas", None)
        with pytest.raises(ConfigError, match=r"pip install 'koalr-api\[pandas\]'"):
            Rows[Team]().to_frame()


class TestMisfits:
    @pytest.mark.parametrize(
        ("field", "value", "path"),
        [
            ("weeksToEmpty", {"p50": 1}, "weeksToEmpty.p85"),
            ("weeksToEmpty", {"p50": 1, "p85": "2"}, "weeksToEmpty.p85"),
            ("weeksToEmpty", [], "weeksToEmpty"),
            ("backlogSize", 1.5, "backlogSize"),
            ("backlogSize", True, "backlogSize"),
        ],
    )
    def test_the_path_is_named_and_kept(
        self, koalr: Koalr, web: responses.RequestsMock, field: str, value: Any, path: str
    ) -> None:
        web.get(f"{BASE}/api/v1/forecast/backlog", json=body("forecast-backlog") | {field: value})
        with pytest.raises(ResponseValidationError, match=f'GET /api/v1/forecast/backlog: field "{path}" ') as caught:
            koalr.forecast.backlog()
        assert caught.value.path == path
        assert caught.value.__context__ is None

    def test_a_row_that_does_not_fit_costs_itself_alone(
        self, koalr: Koalr, web: responses.RequestsMock, caplog: pytest.LogCaptureFixture
    ) -> None:
        row = body("pull-requests")["data"][0]
        rows = [row, row | {"title": None}, row, row | {"mergedAt": "yesterday"}]
        web.get(f"{BASE}/api/v1/pull-requests", json={"data": rows, "total": 4})
        page = koalr.pull_requests.list()
        assert (len(page), page.total) == (2, 4)
        assert [each.path for each in page.skipped] == ["data[1].title", "data[3].mergedAt"]
        assert page.skipped[1].problem == 'should be an ISO 8601 time with a zone, got "yesterday"'
        assert "data[1].title, data[3].mergedAt" in caplog.text
        assert "yesterday" not in caplog.text

    def test_a_page_of_which_no_row_fits_is_an_error_that_names_the_first(
        self, koalr: Koalr, web: responses.RequestsMock
    ) -> None:
        row = body("pull-requests")["data"][0] | {"title": None}
        web.get(f"{BASE}/api/v1/pull-requests", json={"data": [row, row], "total": 2})
        with pytest.raises(ResponseValidationError) as caught:
            koalr.pull_requests.list()
        assert caught.value.path == "data[0].title"
        assert caught.value.__context__ is None

    def test_a_walk_ends_at_the_total_with_the_rows_that_were_left_out(
        self, koalr: Koalr, web: responses.RequestsMock
    ) -> None:
        row = body("pull-requests")["data"][0]
        rows = [row | {"id": "a"}, row | {"id": None}]
        asked = web.get(f"{BASE}/api/v1/pull-requests", json={"data": rows, "total": 2, "page": 1, "pageSize": 100})
        assert [each.id for each in koalr.pull_requests.iter()] == ["a"]
        assert asked.call_count == 1

    def test_the_weeks_of_a_figure_stay_strict(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        bins = {"binEdges": [], "bins": [{"fromHours": 1, "toHours": 2, "changes": 1}, {"fromHours": 1}]}
        web.get(DORA, json=body("dora") | {"leadTimeDistribution": bins | {"changes": 1, "p50": 1, "p85": 1}})
        assert koalr.metrics.dora().lead_time_distribution is None

    def test_a_long_value_is_cut(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        web.get(DORA, json=body("dora") | {"mttr": "x" * 10_000})
        with pytest.raises(ResponseValidationError) as caught:
            koalr.metrics.dora()
        assert len(str(caught.value)) < 150

    @pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "1" + "0" * 400])
    def test_numbers_that_are_none_do_not_fit(self, koalr: Koalr, web: responses.RequestsMock, number: str) -> None:
        web.get(DORA, body=json.dumps(body("dora")).replace("4.2", number))
        with pytest.raises(ResponseValidationError, match='"deployFrequency" should be a number'):
            koalr.metrics.dora()

    def test_no_count_is_larger_than_a_column_of_a_table_holds(self, koalr: Koalr, web: responses.RequestsMock) -> None:
        web.get(f"{BASE}/api/v1/flow", json=body("flow") | {"wipCount": 2**63})
        with pytest.raises(ResponseValidationError, match='"wipCount" should be an integer'):
            koalr.metrics.flow()

    @pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00"])
    def test_a_time_in_no_year_does_not_fit(self, koalr: Koalr, web: responses.RequestsMock, time: str) -> None:
        row = body("incidents")["data"][0] | {"startedAt": time}
        web.get(f"{BASE}/api/v1/incidents", json={"data": [row], "total": 1})
        with pytest.raises(ResponseValidationError, match=r'"data\[0\]\.startedAt" should be an ISO 8601 time'):
            koalr.incidents.list()

    def test_what_is_too_deep_to_be_shown_does_not_fit_either(
        self, koalr: Koalr, web: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        web.get(DORA, json=body("dora") | {"mttr": [[1]]})

        def too_deep(*_given: object, **_more: object) -> str:
            raise RecursionError

        monkeypatch.setattr(json, "dumps", too_deep)
        with pytest.raises(ResponseValidationError, match='"mttr" should be a number, got a list in many others'):
            koalr.metrics.dora()

    @pytest.mark.parametrize("extra", [3, "x", [], {"p50": 1}, [{"name": 1}]])
    def test_an_extra_that_does_not_fit_is_absent(self, koalr: Koalr, web: responses.RequestsMock, extra: Any) -> None:
        names = ("model", "floors", "signalDetails", "reliability", "probability")
        web.post(f"{BASE}/api/v1/pr-risk/score", json=body("pr-risk-score") | {"model": extra, "signalDetails": extra})
        found = koalr.pr_risk.score("acme", "api", 1847)
        assert found.model is None
        assert not found.signal_details
        assert {name: found.raw.get(name) for name in names}["model"] == extra


def test_the_extras_of_a_risk_score_are_typed(koalr: Koalr, web: responses.RequestsMock) -> None:
    detail = {
        "name": "isFix",
        "category": "history",
        "unit": "",
        "contribution": 0.1,
        "words": "no fix",
        "missing": None,
    }
    extras = {
        "probability": 0.18,
        "calibrated": False,
        "label": "not calibrated on your data",
        "model": {"name": "change-metrics-2", "quarter": "2026-Q1", "since": "2026-01-01"},
        "baseLogOdds": -0.53,
        "reliability": None,
        "floors": [{"name": "openIncident", "score": 70, "raised": True}],
        "topContributions": [{"name": "isFix", "contribution": 0.1, "words": "higher risk with a fix"}],
        "signalDetails": [detail | {"value": True}, detail | {"value": 3}, detail | {"value": None}],
    }
    content = body("pr-risk-score") | extras
    content["signals"]["linesAdded"] = 412
    web.post(f"{BASE}/api/v1/pr-risk/score", json=content)
    found = koalr.pr_risk.score("acme", "api", 1847)
    assert found.model
    assert found.floors
    assert found.top_contributions
    assert found.signal_details
    assert (found.model.quarter, found.floors[0].raised, found.signals.lines_added) == ("2026-Q1", True, 412)
    assert (found.model.since, found.base_log_odds) == (date(2026, 1, 1), -0.53)
    assert [row.value for row in found.signal_details] == [True, 3.0, None]
    assert found.top_contributions.to_frame()["words"].tolist() == ["higher risk with a fix"]


def test_whose_teams_they_are_comes_with_the_page(koalr: Koalr, web: responses.RequestsMock) -> None:
    organisation = {"name": "acme", "sample": True, "newestFactAt": None, "loadedAt": "2026-03-14T18:00:00Z"}
    web.get(f"{BASE}/api/v1/teams", json=body("teams") | {"organisation": organisation})
    page = koalr.teams.list()
    assert page.organisation
    assert page.organisation.loaded_at == datetime(2026, 3, 14, 18, tzinfo=UTC)
    assert [team.name for team in page] == ["Platform", "Growth"]
    assert (len(page), page[1].name) == (2, "Growth")


def test_saved_metrics_are_listed(koalr: Koalr, web: responses.RequestsMock) -> None:
    row = {"slug": "s", "label": "S", "unit": "hours", "description": None, "teamId": None}
    web.get(f"{BASE}/api/v1/custom-metrics", json={"data": [row], "total": 1})
    assert [metric.unit for metric in koalr.custom_metrics.iter()] == ["hours"]


def test_half_a_surrogate_pair_becomes_a_letter_that_can_be_written(koalr: Koalr, web: responses.RequestsMock) -> None:
    told = body("teams")
    told["data"][0]["name"] = "a\ud800b"
    web.get(f"{BASE}/api/v1/teams", json=told)
    assert koalr.teams.list().data[0].name == "a\ufffdb"
