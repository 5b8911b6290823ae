"""Every page, filled, empty and failing; filters; numbers equal to the API's."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from streamlit.proto.Metric_pb2 import Metric as MetricProto
from streamlit.testing.v1 import AppTest

from components import asking, connection
from components.connection import Connection
from components.format import NO_BREAK
from koalr_api import APIConnectionError
from koalr_api.job import Exchange
from koalr_api.transport import Transport, utc_now
from tests.integration.server.conftest import Api
from tests.pages.conftest import KEY, PAGES, Open, documented_only

Connect = Callable[[Starlette], str]


def said(app: AppTest) -> list[str]:
    """What a screen reader says of the figures."""
    return [each.proto.alt.replace(NO_BREAK, " ") for each in app.get("plotly_chart")]


def words(app: AppTest) -> str:
    """All Markdown on the page."""
    return "\n".join(element.value for element in [*app.markdown, *app.title, *app.info])


def metrics(app: AppTest) -> dict[str, str]:
    """Metric cards by label (tier badges cut off)."""
    return {card.label.split(" :")[0]: card.value.replace(NO_BREAK, " ") for card in app.metric}


def charts(app: AppTest) -> list[dict[str, Any]]:
    """The figures drawn."""
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_the_sample_without_an_exception(page: str, sample: Api, open_page: Open) -> None:
    app = open_page(page)
    assert not app.exception
    assert len(charts(app)) >= 1
    assert all(figure["data"] for figure in charts(app))
    assert "Real GOV.UK deployments" in words(app).replace("\\", "")
    assert "are simulated" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_chart_says_itself_in_words(page: str, sample: Api, open_page: Open) -> None:
    assert all(figure["layout"]["meta"] for figure in charts(open_page(page)))


def test_the_dora_page_shows_the_apis_numbers_for_a_team(sample: Api, open_page: Open) -> None:
    team = sample.team("Whitehall")
    told = sample.get("/metrics/dora", days=90, teamId=team).json()
    app = open_page("dora.py", days="90", team=team)
    ladders = said(app)[0]
    assert f"Deployment frequency {told['deployFrequency']:.1f} /day, " in ladders
    assert f"Lead time for changes {told['leadTime']:.1f} h, " in ladders
    assert f"Change failure rate {told['changeFailureRate'] * 100:.1f} %, " in ladders
    assert f"Time to restore {told['mttr']:.0f} min, " in ladders
    assert any(each.value.startswith("## :green[Elite] overall.") for each in app.markdown)


def test_the_weekly_chart_adds_up_to_the_apis_trend(sample: Api, open_page: Open) -> None:
    told = sample.get("/metrics/dora", days=90).json()["trend"]
    bars = charts(open_page("deployments.py", days="90"))[0]["data"]
    assert [fine + failed for fine, failed in zip(bars[0]["y"], bars[1]["y"], strict=True)] == [
        week["n"] for week in told
    ]


def test_filters_open_from_the_url_and_stay_over_pages(sample: Api, open_page: Open) -> None:
    team = sample.team("Platform")
    app = open_page("flow.py", days="45", team=team)
    assert (app.session_state["days"], app.session_state["team"]) == (45, team)
    app.switch_page("dora.py").run()
    assert (app.session_state["days"], app.session_state["team"]) == (45, team)


def test_a_chosen_window_reaches_the_api(sample: Api, open_page: Open) -> None:
    app = open_page("pull_requests.py", team=sample.team("Whitehall"))
    app.segmented_control(key="days").set_value(90).run()
    assert "292 pull requests merged in 90 days" in words(app)


@pytest.mark.parametrize(
    ("params", "note"),
    [
        ({"team": "team_nobody"}, "No team team\\_nobody here, so all teams are shown."),
        ({"days": "31x"}, "31x is no window; days go from 1 to 1095. Showing 30 days."),
        ({"team": "**[x](javascript:1)**"}, "No team \\*\\*\\[x\\]\\(javascript\\:1\\)\\*\\* here"),
    ],
)
def test_a_wrong_value_in_the_url_gives_the_default_and_a_note(
    sample: Api, open_page: Open, params: dict[str, str], note: str
) -> None:
    app = open_page("overview.py", **params)
    assert note in app.info[0].value
    assert (app.session_state["days"], app.session_state["team"]) == (30, "")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_works_on_nothing_but_the_documented_fields(page: str, connected: Connect, open_page: Open) -> None:
    connected(documented_only())
    app = open_page(page)
    assert not app.exception


def test_data_that_end_before_the_window_are_explained(connected: Connect, open_page: Open) -> None:
    told = {"name": "acme", "now": "2026-11-24T00:00:00Z", "newestFactAt": "2026-08-22T10:00:00Z"}
    connected(documented_only(change=lambda _path, body: body | {"organisation": told}))
    (note,) = open_page("overview.py", days="30").info
    assert note.value.startswith("The newest data are of 22 Aug 2026, before this window.")
    assert "days=124" in note.value
    assert not open_page("overview.py", days="124").info


def test_without_a_team_header_the_figure_is_labelled_as_the_organisations(connected: Connect, open_page: Open) -> None:
    connected(documented_only())
    assert "Whole organisation" in words(open_page("dora.py", team="team_abc123"))


EMPTY = {
    "/api/v1/metrics/dora": {
        "deployFrequency": None,
        "leadTime": None,
        "changeFailureRate": None,
        "mttr": None,
        "tier": None,
    },
    "/api/v1/flow": {"cycleTime": None, "throughput": None, "wipCount": None, "flowEfficiency": None},
    "/api/v1/forecast/delivery": {
        "items": 20,
        "teamId": None,
        "p50": None,
        "p85": None,
        "p95": None,
        "simulations": 10_000,
    },
    "/api/v1/forecast/backlog": {
        "weeklyThroughputP50": None,
        "weeklyThroughputP85": None,
        "backlogSize": None,
        "weeksToEmpty": {"p50": None, "p85": None},
    },
    "/api/v1/review-metrics": {"avgReviewCycleTime": None, "avgFirstResponseTime": None, "totalReviewed": 0},
    "/api/v1/copilot": {"adoptionRate": None, "acceptanceRate": None, "estimatedHoursSaved": None},
    "/api/v1/value-stream": {
        "ideaToCommit": None,
        "commitToMerge": None,
        "mergeToDeploy": None,
        "totalLeadTime": None,
    },
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_data_shows_dashes_and_says_why(page: str, connected: Connect, open_page: Open) -> None:
    connected(documented_only(change=lambda path, body: EMPTY.get(path, body | {"data": [], "total": 0})))
    app = open_page(page)
    assert not app.exception
    assert "–" in metrics(app).values() or "## –" in words(app) or " –, " in said(app)[0]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "does not accept the key"),
        (403, "may not see this"),
        (429, "request budget"),
        (500, "no usable answer"),
        (302, "not set up right"),
    ],
)
def test_a_refusal_is_one_card_with_the_next_step(
    page: str, status: int, sentence: str, connected: Connect, open_page: Open
) -> None:
    connected(documented_only(status))
    app = open_page(page)
    assert not app.exception
    assert sentence in words(app)
    assert "<b>" not in words(app)
    assert [button.label for button in app.button if button.key != "put-on-tv"] == ["Try again"]
    assert KEY not in str(app)


def test_a_rate_limit_says_when_to_come_back(connected: Connect, open_page: Open) -> None:
    connected(documented_only(429))
    assert "Next update in 42 s" in words(open_page()) or "Next update in 41 s" in words(open_page())


def test_an_unreachable_api_is_said_and_can_be_retried(open_page: Open) -> None:
    connection.connect(Connection("http://127.0.0.1:9", KEY))
    app = open_page()
    assert "cannot be reached" in words(app)
    assert not app.exception


def test_no_api_at_all_names_the_setting(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOALR_API_KEY", raising=False)
    assert "KOALR\\_API\\_KEY" in words(open_page())


def test_an_address_that_is_no_api_is_a_configuration_error(connected: Connect, open_page: Open) -> None:
    connected(documented_only(change=lambda _path, _body: ["<html>"]))
    assert "not set up right" in words(open_page())


HOSTILE = "**b** [x](javascript:alert(1)) <img src=x onerror=alert(1)> $x^2$ :red[y] \u202e" + "z" * 2000


@pytest.mark.parametrize("page", PAGES)
def test_hostile_text_is_shown_and_not_rendered(page: str, connected: Connect, open_page: Open) -> None:
    def poison(path: str, body: dict[str, Any]) -> dict[str, Any]:
        rows = [
            {**row, **{name: HOSTILE for name in ("name", "title", "author", "repo", "env") if name in row}}
            for row in body.get("data", [])
        ]
        return {
            **body,
            **({"data": rows} if rows else {}),
            "organisation": {"name": HOSTILE, "sample": True, "notice": HOSTILE},
        }

    connected(documented_only(change=poison))
    app = open_page(page)
    assert not app.exception
    for text in (element.value for element in app.markdown):
        assert not re.search(r"(?<!\\)(<img|\$x|\[x\]\(javascript)", text)
    assert not any(
        "<img" in str(point)
        for figure in charts(app)
        for trace in figure["data"]
        for point in trace.get("customdata", [])
    )


class TestAQueue:
    """A server that takes its time with the first figures, and a page that does not wait for it."""

    @pytest.fixture
    def slow(self, connected: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
        monkeypatch.setattr(asking, "PATIENCE_SECS", 0.05)
        let = threading.Event()

        def wait(_path: str, body: Any) -> Any:
            assert let.wait(10)
            return body

        connected(documented_only(change=wait))
        yield let
        let.set()

    def test_is_shown_calmly_with_its_place_and_without_a_button(self, slow: threading.Event, open_page: Open) -> None:
        app = open_page()
        assert not app.exception
        assert "The figures are on their way" in words(app)
        assert "next to be asked for, expected in about 1 s" in words(app)
        assert [button.key for button in app.button] == ["put-on-tv"]

    def test_ends_with_the_figures(self, slow: threading.Event, open_page: Open) -> None:
        app = open_page()
        slow.set()
        for _ in range(100):
            if app.run().metric:
                break
        assert metrics(app)
        assert "on their way" not in words(app)


def test_the_button_after_a_failure_asks_anew(connected: Connect, open_page: Open) -> None:
    failing = True

    def answer(path: str, body: Any) -> Any:
        return ["<html>"] if failing else body

    connected(documented_only(change=answer))
    app = open_page()
    assert "not set up right" in words(app)
    failing = False
    app.button(key="retry").click().run()
    assert metrics(app)


def test_answers_outlive_a_restart_of_the_dashboard(
    connected: Connect, open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KOALR_CACHE_DIR", str(tmp_path))
    url = connected(documented_only())
    before = metrics(open_page())
    asking._client(url, KEY, False).close()
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert KEY.encode() not in file.read_bytes()
    st.cache_resource.clear()
    monkeypatch.setattr(Transport, "send", lambda *_given: Exchange(utc_now(), error=APIConnectionError("away")))
    assert metrics(open_page()) == before


def test_the_embedded_server_leaves_no_answers_behind(
    connected: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KOALR_CACHE_DIR", str(tmp_path))
    client = asking._client(connected(documented_only()), KEY, True)
    assert client.teams.list().data
    client.close()
    assert list(tmp_path.iterdir()) == []


def test_the_overview_and_the_weekly_sheet_judge_the_same_week_alike(sample: Api, open_page: Open) -> None:
    table = open_page("weekly.py").table[0].value["Change"]
    # A tier stands behind a name.
    sheet = {name.split(" :")[0]: told for name, told in table.items()}
    grey, red, green = (MetricProto.MetricColor.Value(name) for name in ("GRAY", "RED", "GREEN"))
    found = {card.label: card.proto.color for card in open_page(days="7").metric}
    for metric in ("Deployment frequency", "Lead time for changes", "Change failure rate", "Time to restore"):
        told = sheet[metric]
        assert found[metric] == (green if "better" in told else red if "worse" in told else grey)
    assert {":green[better]", ":red[worse]", "within noise", "no incident was resolved"} <= {
        told.split(", ")[-1] for told in sheet.values()
    }
