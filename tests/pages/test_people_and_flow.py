"""Flow, value stream, reviews and Copilot: the API's numbers, what is missing, the viewer's assumption, long lists."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from components.format import NO_BREAK
from tests.contract.bodies import ENDPOINTS, FOLDER
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open, documented_only
from tests.pages.test_pages import EMPTY, charts, metrics, words

Connect = Callable[[Starlette], str]
TILES = 4
NEW_PAGES = ("reviews.py", "copilot.py", "value_stream.py", "flow.py")
A_DAY_SECS = 86400


def heading(app: AppTest) -> str:
    """The sentence the page opens with."""
    return next(text.value for text in app.markdown if text.value.startswith("## ")).replace(NO_BREAK, " ")


def said(app: AppTest) -> str:
    return words(app).replace(NO_BREAK, " ")


def with_body(path: str, **fields: Any) -> Starlette:
    """The documented server, one answer changed."""
    return documented_only(change=lambda asked, body: body | fields if asked == path else body)


def test_the_value_stream_shows_the_apis_numbers_for_a_team(sample: Api, open_page: Open) -> None:
    team = sample.team("Whitehall")
    told = sample.get("/value-stream", days=90, teamId=team).json()
    shown = metrics(open_page("value_stream.py", days="90", team=team))
    assert shown["Idea to commit"] == f"{told['ideaToCommit']:.1f} d"
    assert shown["Commit to merge"] == f"{told['commitToMerge'] * 24:.1f} h"
    assert shown["Merge to deploy"] == f"{told['mergeToDeploy'] * 1440:.0f} min"
    assert shown["Total"] == f"{told['totalLeadTime']:.1f} d"


def test_the_bar_is_as_wide_as_the_stages_take(sample: Api, open_page: Open) -> None:
    told = sample.get("/value-stream", days=30).json()
    widths = [bar["x"][0] for bar in charts(open_page("value_stream.py"))[0]["data"]]
    assert widths[0] == pytest.approx(told["ideaToCommit"] / told["totalLeadTime"])
    assert widths[1] == pytest.approx(told["commitToMerge"] / told["totalLeadTime"])


def test_a_stage_without_data_names_what_would_bring_it(connected: Connect, open_page: Open) -> None:
    connected(with_body("/api/v1/value-stream", ideaToCommit=None, totalLeadTime=1.5))
    app = open_page("value_stream.py")
    assert "Merge to deploy" not in heading(app)
    assert heading(app) == "## Commit to merge is the bottleneck: 26.4 h of 36.0 h (73 %)."
    assert metrics(app)["Idea to commit"] == "–"
    assert "No deployed change names a known work item" in words(app)
    assert [code.value for code in app.code if "import" in code.value] == [
        "python -m koalr_server import work_items FILE\npython -m koalr_server import pull_requests FILE"
    ]
    assert "sum of 2 of 3 stages" in words(app)
    assert words(app).count("no weekly figures") == 1


def test_the_reviews_page_shows_the_apis_numbers_for_a_team(sample: Api, open_page: Open) -> None:
    team = sample.team("Platform")
    told = sample.get("/review-metrics", days=90, teamId=team).json()
    app = open_page("reviews.py", days="90", team=team)
    shown = metrics(app)
    assert shown["First review after"] == f"{told['avgFirstResponseTime']:.1f} h"
    assert shown["Review takes"] == f"{told['avgReviewCycleTime']:.1f} h"
    assert shown["Pull requests reviewed"] == str(told["totalReviewed"])


def test_the_weekly_reviews_are_the_apis_trend(sample: Api, open_page: Open) -> None:
    told = sample.get("/review-metrics", days=90).json()["trend"]
    (bars,) = [
        figure["data"][0]
        for figure in charts(open_page("reviews.py", days="90"))
        if "pull requests reviewed in" in figure["layout"]["meta"]
    ]
    assert bars["y"] == [week["totalReviewed"] for week in told]


def test_no_person_is_named_on_the_reviews_page(connected: Connect, open_page: Open) -> None:
    connected(documented_only())
    app = open_page("reviews.py")
    assert "jsmith" not in json.dumps(charts(app)) + words(app)
    assert "no figures per person" in words(app)


def test_a_distribution_says_what_it_is_of(connected: Connect, open_page: Open) -> None:
    connected(documented_only())
    told = said(open_page("reviews.py"))
    assert "Not review times, which the API gives as means only: first commit to merge" in told
    assert "Merged: latest 3 of 184, since 14 Mar 14:11; 3 with a known start" in told


def test_the_pull_requests_failing_leave_the_review_figures(connected: Connect, open_page: Open) -> None:
    connected(documented_only(change=lambda path, body: ["?"] if path.endswith("/pull-requests") else body))
    app = open_page("reviews.py")
    assert not app.exception
    assert metrics(app)["First review after"] == "1.8 h"
    assert words(app).count("Where review work comes from") == 1


def test_without_reviews_the_page_names_the_command(connected: Connect, open_page: Open) -> None:
    connected(with_body("/api/v1/review-metrics", avgReviewCycleTime=None, avgFirstResponseTime=None, totalReviewed=0))
    app = open_page("reviews.py")
    assert [code.value for code in app.code if "import" in code.value] == ["python -m koalr_server import reviews FILE"]


class TestMinutes:
    """The viewer's assumption about an accepted line of Copilot's."""

    def test_the_servers_assumption_is_the_default_and_not_in_the_address(self, sample: Api, open_page: Open) -> None:
        told = sample.get("/copilot", days=30).json()
        app = open_page("copilot.py")
        assert metrics(app)["Hours saved, estimate"] == f"{told['estimatedHoursSaved']:.1f} h"
        assert metrics(app)["Adoption"] == f"{told['adoptionRate'] * 100:.0f} %"
        assert metrics(app)["Acceptance"] == f"{told['acceptanceRate'] * 100:.0f} %"
        assert "at the server's assumption" in words(app)
        assert "minutes" not in app.query_params

    def test_a_link_opens_with_its_minutes(self, sample: Api, open_page: Open) -> None:
        lines = sample.get("/copilot", days=30).json()["hoursSaved"]["acceptedLines"]
        app = AppTest.from_file("../../pages/main.py", default_timeout=30)
        app.run()
        app.query_params["minutes"] = "0.7"
        app.switch_page("copilot.py").run()
        assert metrics(app)["Hours saved, estimate"] == f"{lines * 0.7 / 60:.0f} h"
        assert app.select_slider(key="minutes-per-line").value == 0.7
        assert "at your assumption" in words(app)

    def test_the_slider_recomputes_the_hours_and_writes_the_address(self, sample: Api, open_page: Open) -> None:
        lines = sample.get("/copilot", days=30).json()["hoursSaved"]["acceptedLines"]
        app = open_page("copilot.py")
        app.select_slider(key="minutes-per-line").set_value(1.0).run()
        assert metrics(app)["Hours saved, estimate"] == f"{lines / 60:.0f} h"
        assert app.query_params["minutes"] == "1"
        app.select_slider(key="minutes-per-line").set_value(0.2).run()
        assert "minutes" not in app.query_params

    def test_the_weeks_follow_the_assumption(self, sample: Api, open_page: Open) -> None:
        told = sample.get("/copilot", days=30).json()["trend"]
        app = open_page("copilot.py")
        app.select_slider(key="minutes-per-line").set_value(2.0).run()
        line, stub = charts(app)[2]["data"]
        drawn = [*(value for value in line["y"] if value is not None), stub["y"][-1]]
        assert drawn == pytest.approx([week["hoursSaved"]["acceptedLines"] * 2 / 60 for week in told])

    def test_nonsense_gives_the_default_and_a_note(self, sample: Api, open_page: Open) -> None:
        app = open_page("copilot.py", minutes="**lots**")
        app.query_params["minutes"] = "**lots**"
        app.run()
        assert "\\*\\*lots\\*\\* are no minutes; they go up to 60. Showing 0.2." in words(app)
        assert "at the server's assumption" in words(app)

    def test_without_accepted_lines_there_is_no_slider(self, connected: Connect, open_page: Open) -> None:
        connected(documented_only())
        app = open_page("copilot.py", minutes="0.5")
        assert not app.select_slider
        assert metrics(app)["Hours saved, estimate"] == "312 h"
        assert "without its formula" in words(app)


def busy(total: int) -> Starlette:
    """A server with so many pull requests merged in 30 days, evenly."""
    newest = datetime(2026, 3, 31, 12, tzinfo=UTC)

    def row(index: int) -> dict[str, Any]:
        merged = newest - index * timedelta(days=30) / total
        return {
            "id": f"pr_{index}",
            "number": index,
            "title": "x",
            "repo": f"acme/service-{index % 40}",
            "author": "jsmith",
            "mergedAt": merged.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "cycleTimeSecs": A_DAY_SECS * (1 + index % 7) / 3,
            "riskScore": None,
        }

    async def answer(request: Request) -> JSONResponse:
        if request.url.path.endswith("/pull-requests"):
            page, size = int(request.query_params["page"]), int(request.query_params["pageSize"])
            rows = [row(index) for index in range((page - 1) * size, min(total, page * size))]
            return JSONResponse({"data": rows, "total": total, "page": page, "pageSize": size})
        file = next(each["file"] for each in ENDPOINTS if each["path"] == request.url.path)
        return JSONResponse(json.loads((FOLDER / file).read_text(encoding="utf-8")))

    return Starlette(routes=[Route("/{path:path}", answer)])


@pytest.mark.parametrize("page", ["flow.py", "reviews.py"])
def test_ten_thousand_pull_requests_a_month_are_told_as_the_latest_of_them(
    page: str, connected: Connect, open_page: Open
) -> None:
    connected(busy(10_000))
    app = open_page(page)
    assert not app.exception
    assert "latest 300 of 10\u2009000, since 30 Mar 14:28" in said(app)


def test_dots_of_hours_are_placed_by_the_hour(connected: Connect, open_page: Open) -> None:
    connected(busy(10_000))
    scatter = charts(open_page("flow.py"))[0]
    assert len(scatter["data"][0]["customdata"]) == 300
    assert scatter["layout"]["xaxis"]["tickformat"] == "%a %H:%M"


@pytest.mark.parametrize("page", NEW_PAGES)
def test_without_a_team_filter_the_figures_are_said_to_be_the_organisations(
    page: str, connected: Connect, open_page: Open
) -> None:
    connected(documented_only())
    app = open_page(page, team="team_abc123")
    assert "Whole organisation" in words(app)


@pytest.mark.parametrize("page", NEW_PAGES)
def test_a_wall_shows_the_page_without_controls(page: str, sample: Api, open_page: Open) -> None:
    app = AppTest.from_file("../../pages/main.py", default_timeout=30)
    app.query_params["kiosk"] = "1"
    app.run()
    app.switch_page(page)
    app.query_params["kiosk"] = "1"
    app.run()
    assert not app.exception
    assert not [*app.button, *app.selectbox, *app.select_slider]
    header, _clock, board = charts(app)
    assert header["layout"]["meta"].startswith(app.session_state["page"].replace("-", " ").capitalize())
    assert len(board["data"]) >= TILES


@pytest.mark.parametrize("page", NEW_PAGES)
@pytest.mark.parametrize("nothing", [False, True])
def test_a_wall_is_whole_on_a_server_without_weeks(
    page: str, nothing: bool, connected: Connect, open_page: Open
) -> None:
    connected(documented_only(change=lambda path, body: EMPTY.get(path, body) if nothing else body))
    app = AppTest.from_file("../../pages/main.py", default_timeout=30)
    app.query_params["kiosk"] = "1"
    app.run()
    app.query_params["kiosk"] = "1"
    app.switch_page(page).run()
    assert not app.exception
    header, _clock, board = charts(app)
    assert header["layout"]["meta"].startswith(app.session_state["page"].replace("-", " ").capitalize())
    assert len(board["data"]) >= TILES
