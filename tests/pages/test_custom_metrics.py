"""The custom metrics page: chosen by control and address, with and without a list, on little and on hostile data."""

import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.contract.bodies import body
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open
from tests.pages.own_server import serving
from tests.pages.test_pages import HOSTILE, Connect, charts, metrics, words

METRIC = body("custom-metric")
PATH = "/custom-metrics/p95-cycle-time/query"
DOCUMENTED = {PATH: METRIC}


def saved(*slugs: str) -> dict[str, Any]:
    rows = [
        {"slug": slug, "label": slug.upper(), "unit": "hours", "description": None, "teamId": None} for slug in slugs
    ]
    return {"data": rows, "total": len(rows)}


def several(*slugs: str, **fields: Any) -> dict[str, Any]:
    """A server with such metrics."""
    answers = {
        f"/custom-metrics/{slug}/query": METRIC | {"slug": slug, "label": slug.upper()} | fields for slug in slugs
    }
    return {"/custom-metrics": saved(*slugs), **answers}


def plainly(app: AppTest) -> str:
    return words(app).replace("\\", "").replace("\u00a0", " ")


class TestOnTheSample:
    def test_the_first_is_shown_and_every_one_offered(self, sample: Api, open_page: Open) -> None:
        told = sample.get("/custom-metrics").json()["data"]
        app = open_page("custom_metrics.py")
        assert not app.exception
        assert app.selectbox(key="custom.metric").options == [one["label"] for one in told]
        assert app.query_params["metric"] == told[0]["slug"]
        assert len(app.get("page_link")) == len(told)

    def test_a_link_opens_a_metric_with_the_apis_numbers(self, sample: Api, open_page: Open) -> None:
        told = sample.get("/custom-metrics/p95-cycle-time/query", days=90).json()
        app = open_page("custom_metrics.py", metric="p95-cycle-time", days="90")
        assert metrics(app)["P95 Cycle Time"].replace("\\", "") == f"{told['value'] / 24:.1f} d"
        assert f"{told['n']} records behind it" in plainly(app)
        assert told["description"] in plainly(app)
        line, stub = charts(app)[0]["data"]
        assert [*(value for value in line["y"] if value is not None), stub["y"][-1]] == pytest.approx(
            [week["value"] for week in told["trend"]]
        )
        assert charts(app)[0]["layout"]["meta"]

    def test_another_one_is_chosen_and_stands_in_the_address(self, sample: Api, open_page: Open) -> None:
        app = open_page("custom_metrics.py")
        app.selectbox(key="custom.metric").set_value("revert-rate").run()
        assert app.query_params["metric"] == "revert-rate"
        assert "## Revert rate is" in plainly(app)

    def test_it_is_still_there_after_another_page(self, sample: Api, open_page: Open) -> None:
        app = open_page("custom_metrics.py", metric="revert-rate")
        app.switch_page("status.py").run()
        app.switch_page("custom_metrics.py").run()
        assert "## Revert rate is" in plainly(app)

    def test_an_unknown_slug_gives_a_note_and_the_first(self, sample: Api, open_page: Open) -> None:
        app = open_page("custom_metrics.py", metric="<b>nope</b>")
        assert app.info[0].value == r"No custom metric \<b\>nope\<\/b\> here, so another one is shown."
        assert "## Bug share is" in plainly(app)


class TestOnLittle:
    def test_without_a_list_a_slug_is_typed(self, connected: Connect, open_page: Open) -> None:
        connected(serving(DOCUMENTED))
        app = open_page("custom_metrics.py")
        assert not app.exception
        assert "This server does not list its custom metrics." in plainly(app)
        app.text_input(key="custom.metric").set_value("p95-cycle-time").run()
        assert "## P95 Cycle Time is 8.4 h." in plainly(app)
        assert app.query_params["metric"] == "p95-cycle-time"
        assert "gives no weekly figures" in plainly(app)

    def test_without_a_list_a_slug_nobody_saved_is_a_calm_card(self, connected: Connect, open_page: Open) -> None:
        connected(serving(DOCUMENTED))
        app = open_page("custom_metrics.py", metric="nope")
        assert not app.exception
        assert "No custom metric nope here" in plainly(app)
        assert app.code[-1].value == "python -m koalr_server metrics list"

    def test_no_metric_yet_shows_how_to_make_one(self, connected: Connect, open_page: Open) -> None:
        connected(serving({"/custom-metrics": saved()}))
        app = open_page("custom_metrics.py")
        assert not app.exception
        assert "No custom metric is saved yet." in plainly(app)
        assert "docs/CUSTOM_METRICS.md" in plainly(app)
        assert "metrics save night.toml" in app.code[-1].value

    def test_null_is_a_dash_and_zero_is_zero(self, connected: Connect, open_page: Open) -> None:
        connected(serving(several("a", "b", value=None, n=0)))
        app = open_page("custom_metrics.py")
        assert metrics(app) == {"A": "–", "B": "–"}
        assert "A has no value in the last 30 days." in plainly(app)

    def test_zero_is_shown_as_zero(self, connected: Connect, open_page: Open) -> None:
        connected(serving(several("a", value=0)))
        assert metrics(open_page("custom_metrics.py"))["A"] == "0 h"

    def test_the_list_and_four_metrics_are_all_it_asks_for(self, connected: Connect, open_page: Open) -> None:
        asked: list[tuple[str, Any]] = []
        connected(serving(several("a", "b", "c", "d", "e", "f"), asked))
        app = open_page("custom_metrics.py", metric="e")
        mine = sorted(path for path, _ in asked if path.startswith("/custom-metrics"))
        assert mine == ["/custom-metrics", *(f"/custom-metrics/{slug}/query" for slug in "abef")]
        assert list(metrics(app)) == ["E", "F", "A", "B"]

    def test_one_of_the_others_that_fails_is_left_out(self, connected: Connect, open_page: Open) -> None:
        connected(serving(several("a", "b", "c") | {"/custom-metrics/b/query": 403}))
        app = open_page("custom_metrics.py")
        assert not app.exception
        assert list(metrics(app)) == ["A", "C"]

    @pytest.mark.parametrize(("status", "sentence"), [(403, "may not see this"), (429, "request budget")])
    def test_a_refused_metric_is_a_card_below_the_control(
        self, status: int, sentence: str, connected: Connect, open_page: Open
    ) -> None:
        connected(serving(several("a", "b") | {"/custom-metrics/a/query": status}))
        app = open_page("custom_metrics.py")
        assert not app.exception
        assert sentence in plainly(app)
        assert app.selectbox(key="custom.metric").value == "a"

    def test_a_list_that_cannot_be_had_is_told(self, connected: Connect, open_page: Open) -> None:
        connected(serving({"/custom-metrics": 403}))
        assert "may not see this" in plainly(open_page("custom_metrics.py"))


class TestOthersText:
    def test_it_is_shown_and_not_rendered(self, connected: Connect, open_page: Open) -> None:
        weeks = [{"weekStart": "2026-03-02", "value": 1.0, "n": 2}, {"weekStart": "2026-03-09", "value": 3.0, "n": 2}]
        answers = several(
            "a", "b", label=HOSTILE, unit=HOSTILE, description=HOSTILE, trend=weeks, previous={"value": 2.0}
        )
        rows = [row | {"label": HOSTILE, "description": HOSTILE} for row in answers["/custom-metrics"]["data"]]
        connected(serving(answers | {"/custom-metrics": {"data": rows, "total": 2}}))
        app = open_page("custom_metrics.py")
        assert not app.exception
        shown = [element.value for element in app.markdown]
        shown += [part for card in app.metric for part in (card.label, card.value, card.delta, card.help or "")]
        shown += [link.proto.label for link in app.get("page_link")]
        for text in shown:
            assert not re.search(r"(?<!\\)(<img|\$x|\[x\]|\*\*b)", text)
        drawn = charts(app)[0]
        assert not any("<img" in str(note["text"]) for note in drawn["layout"]["annotations"])
        assert not any("<img" in str(point) for point in drawn["data"][0]["customdata"])


class TestOnAWall:
    def test_four_metrics_hang_there_with_the_weeks_of_the_chosen_one(self, sample: Api, open_page: Open) -> None:
        app = open_page("custom_metrics.py", metric="p95-cycle-time", kiosk="1")
        assert not app.exception
        said = charts(app)[-1]["layout"]["meta"].replace("\u00a0", " ").split("; ")
        assert any(text.startswith("P95 Cycle Time is") for text in said)
        for name in ("Revert rate", "Review load", "P85 time to first review"):
            assert any(text.startswith(name) for text in said)
        assert any("Weekly values" in text for text in said)
        assert not app.selectbox

    def test_others_text_is_not_rendered_there(self, connected: Connect, open_page: Open) -> None:
        connected(serving(several("a", "b", label=HOSTILE, unit=HOSTILE, n=3)))
        app = open_page("custom_metrics.py", kiosk="1")
        assert not app.exception
        assert charts(app)
        assert not any("<img" in str(note["text"]) for each in charts(app) for note in each["layout"]["annotations"])

    def test_without_a_metric_it_says_what_the_address_lacks(self, connected: Connect, open_page: Open) -> None:
        connected(serving(DOCUMENTED))
        app = open_page("custom_metrics.py", kiosk="1")
        assert not app.exception
        assert any("name one with metric=" in figure["layout"]["meta"] for figure in charts(app))
