"""The PR risk page: asked by form and address, scored, refused, on little and on hostile data."""

import re
from typing import Any

import pytest
import requests
from streamlit.testing.v1 import AppTest

from tests.contract.bodies import body
from tests.integration.server.conftest import Api
from tests.pages.conftest import Open
from tests.pages.own_server import serving
from tests.pages.test_pages import HOSTILE, Connect, charts, metrics, words

SCORE = body("pr-risk-score")
ROWS = body("pull-requests")
ANSWERS = {"/pr-risk/score": SCORE, "/pull-requests": ROWS}


def links(app: AppTest) -> list[tuple[str, str]]:
    """Label and query of every link to a page."""
    return [(link.proto.label, link.proto.query_string) for link in app.get("page_link")]


def score(app: AppTest, link: str = "", **fields: str) -> AppTest:
    """Fill the form and press its button."""
    app.text_input(key="risk.link").set_value(link)
    for name, value in fields.items():
        app.text_input(key=f"risk.{name}").set_value(value)
    return next(button for button in app.button if button.label == "Score").click().run()


def scored(api: Api, owner: str, repo: str, number: int) -> dict[str, Any]:
    """What the API says of a pull request."""
    question = {"owner": owner, "repo": repo, "prNumber": number}
    answer = requests.post(
        f"{api.base_url}/api/v1/pr-risk/score", json=question, headers={"X-Koalr-Key": api.key}, timeout=10
    )
    found: dict[str, Any] = answer.json()
    return found


class TestOnTheSample:
    def test_the_latest_with_the_highest_risk_are_offered(self, sample: Api, open_page: Open) -> None:
        told = sample.get("/pull-requests", days=90, pageSize=100).json()["data"]
        app = open_page("pr_risk.py")
        assert not app.exception
        highest = max(told, key=lambda row: row["riskScore"])
        label, query = links(app)[0]
        assert label.replace("\\", "") == f"{highest['repo']}#{highest['number']}"
        assert "pr=" + f"{highest['repo']}/{highest['number']}".replace("/", "%2F") in query
        critical = sum(row["riskScore"] >= 90 for row in told)
        assert f"{critical} have a :red[critical] risk" in words(app)

    def test_a_link_opens_the_scored_view_with_the_apis_numbers(self, sample: Api, open_page: Open) -> None:
        row = sample.get("/pull-requests", days=90, pageSize=1).json()["data"][0]
        owner, repo = row["repo"].split("/")
        told = scored(sample, owner, repo, row["number"])
        app = open_page("pr_risk.py", pr=f"{row['repo']}/{row['number']}")
        assert not app.exception
        assert metrics(app)["Risk score"] == str(told["riskScore"])
        text = words(app).replace("\\", "")
        assert told["recommendation"] in text
        known = [one for one in told["signalDetails"] if one["value"] is not None]
        assert f"{len(known)} of 32 signals are known" in text
        assert all(one["words"] in text for one in known)
        assert told["calibrationReason"] in text
        assert row["title"] in text
        assert [field.value for field in app.text_input] == ["", owner, repo, str(row["number"])]

    def test_every_chart_says_itself_in_words(self, sample: Api, open_page: Open) -> None:
        row = sample.get("/pull-requests", days=90, pageSize=1).json()["data"][0]
        app = open_page("pr_risk.py", pr=f"{row['repo']}/{row['number']}")
        assert len(charts(app)) == 2
        assert all(figure["layout"]["meta"] for figure in charts(app))

    def test_a_pull_request_nobody_knows_is_a_calm_card_beside_examples(self, sample: Api, open_page: Open) -> None:
        app = open_page("pr_risk.py", pr="acme/api/1847")
        assert not app.exception
        assert "is not known here" in words(app)
        assert app.code[-1].value == "python -m koalr_server ingest git path/to/clone"
        assert len(links(app)) == 8


class TestTheForm:
    @pytest.mark.parametrize("link", ["https://git.acme.example/acme/api/pull/1847/files", "acme/api#1847"])
    def test_a_link_asks_the_api_once_and_fills_the_fields(
        self, link: str, connected: Connect, open_page: Open
    ) -> None:
        asked: list[tuple[str, Any]] = []
        connected(serving(ANSWERS, asked))
        app = score(open_page("pr_risk.py"), link)
        assert [each for path, each in asked if path == "/pr-risk/score"] == [
            {"prNumber": 1847, "repo": "api", "owner": "acme"}
        ]
        assert [field.value for field in app.text_input] == ["", "acme", "api", "1847"]
        assert app.query_params["pr"] == "acme/api/1847"
        assert metrics(app)["Risk score"] == "71"

    def test_three_fields_do_the_same(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = score(open_page("pr_risk.py"), owner="acme", repo=" api ", number="#1847")
        assert app.query_params["pr"] == "acme/api/1847"
        assert metrics(app)["Risk score"] == "71"

    def test_no_more_than_two_questions_are_asked_beside_the_teams(self, connected: Connect, open_page: Open) -> None:
        asked: list[tuple[str, Any]] = []
        connected(serving(ANSWERS, asked))
        open_page("pr_risk.py", pr="acme/api/1847")
        # The overview, where every test begins, asks for its own.
        assert sorted(path for path, _ in asked if path in ANSWERS) == ["/pr-risk/score", "/pull-requests"]

    def test_nonsense_gets_a_sentence_and_is_not_asked(self, connected: Connect, open_page: Open) -> None:
        asked: list[tuple[str, Any]] = []
        connected(serving(ANSWERS, asked))
        app = score(open_page("pr_risk.py"), "<b>hello</b>")
        assert app.info[0].value == (
            r"\<b\>hello\<\/b\> names no pull request. Paste its link, or write acme\/api\#1847."
        )
        assert not [path for path, _ in asked if path == "/pr-risk/score"]
        assert app.text_input(key="risk.link").value == "<b>hello</b>"

    def test_nonsense_takes_the_score_of_before_away(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = score(open_page("pr_risk.py", pr="acme/api/1847"), "hello")
        assert "names no pull request" in app.info[0].value
        assert "pr" not in app.query_params
        assert not app.metric
        assert app.text_input(key="risk.link").value == "hello"

    def test_a_missing_field_is_named(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = score(open_page("pr_risk.py"), owner="acme", repo="", number="1847")
        assert app.info[0].value.startswith("It takes a repository as well")

    def test_a_number_that_is_none_is_told(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = score(open_page("pr_risk.py"), owner="acme", repo="api", number="last")
        assert "names no pull request" in app.info[0].value

    def test_changed_fields_count_more_than_a_slip_left_in_the_link(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = score(open_page("pr_risk.py"), "hello")
        app = score(app, "hello", owner="acme", repo="api", number="7")
        assert app.query_params["pr"] == "acme/api/7"
        assert not app.info

    def test_an_empty_form_leads_back_to_the_examples(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = score(open_page("pr_risk.py", pr="acme/api/1847"), owner="", repo="", number="")
        assert "pr" not in app.query_params
        assert "Highest risk among" in words(app)

    def test_it_is_still_there_after_another_page(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        app.switch_page("status.py").run()
        app.switch_page("pr_risk.py").run()
        assert metrics(app)["Risk score"] == "71"

    def test_a_wrong_value_in_the_address_gives_a_note_and_the_examples(
        self, connected: Connect, open_page: Open
    ) -> None:
        connected(serving(ANSWERS))
        app = open_page("pr_risk.py", pr="<b>x</b>/7")
        assert r"The address asks for \<b\>x\<\/b\>\/7, which names no pull request." in app.info[0].value
        assert "pr" not in app.query_params
        assert "Highest risk among" in words(app)


class TestOnLittle:
    def test_the_documented_fields_suffice(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        text = words(app).replace("\u00a0", " ")
        assert not app.exception
        for part in (
            "82 % of an even spread",
            "A rank, not a probability",
            "does not say how its scores were checked",
            "does not say how much each signal adds",
            "What is known of it",
        ):
            assert part in text
        assert "▲" not in text

    def test_nulls_everywhere_are_dashes_with_reasons(self, connected: Connect, open_page: Open) -> None:
        empty = SCORE | {"riskScore": None, "tier": None, "recommendation": None}
        empty["signals"] = dict.fromkeys(SCORE["signals"])
        connected(serving({"/pr-risk/score": empty, "/pull-requests": {"data": [], "total": 0}}))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        assert not app.exception
        assert metrics(app)["Risk score"] == "–"
        assert "has no score: too little is known" in words(app)
        assert "this server does not know it" in words(app)

    def test_no_pull_request_at_all_names_the_command(self, connected: Connect, open_page: Open) -> None:
        connected(serving({"/pull-requests": {"data": [], "total": 0}}))
        app = open_page("pr_risk.py")
        assert "## –" in words(app)
        assert "ingest git" in app.code[-1].value

    def test_a_score_without_a_list_to_compare_with_stands(self, connected: Connect, open_page: Open) -> None:
        connected(serving({"/pr-risk/score": SCORE, "/pull-requests": 403}))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        assert metrics(app)["Risk score"] == "71"
        assert "may not see this" in words(app)

    def test_a_tier_that_contradicts_the_bands_is_said(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS | {"/pr-risk/score": SCORE | {"tier": "medium"}}))
        text = words(open_page("pr_risk.py", pr="acme/api/1847"))
        assert "The server calls it medium; by the bands shown it is high." in text


class TestRefused:
    def test_what_the_key_may_not_see_is_a_calm_card(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS | {"/pr-risk/score": 403}))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        assert not app.exception
        assert r"The key may not see acme\/api\#1847" in words(app)
        assert "Highest risk among" in words(app)

    @pytest.mark.parametrize(("status", "sentence"), [(429, "request budget"), (400, "no usable answer")])
    def test_the_form_stays_above_a_failure(
        self, status: int, sentence: str, connected: Connect, open_page: Open
    ) -> None:
        connected(serving(ANSWERS | {"/pr-risk/score": status}))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        assert not app.exception
        assert sentence in words(app)
        assert "<b>" not in words(app)
        assert app.text_input(key="risk.owner").value == "acme"


RICH = SCORE | {
    "riskScore": 70,
    "calibrated": True,
    "probability": 0.18,
    "model": {"name": "m-2", "quarter": "2026-Q1", "since": "2026-01-01"},
    "reliability": [{"count": 50, "predicted": 0.1, "observed": 0.12, "low": 0.05, "high": 0.2}],
    "floors": [{"name": "openIncident", "score": 70, "raised": True}],
    "signalDetails": [
        {"name": "linesAdded", "category": "code complexity", "value": 812, "unit": "lines", "contribution": 0.7}
        | {"words": "812 lines added", "missing": None},
        {"name": "isFix", "category": "history", "value": False, "unit": "yes or no", "contribution": -0.2}
        | {"words": "no fix", "missing": None},
        {"name": "reviewers", "category": "review", "value": None, "unit": "people", "contribution": 0.0}
        | {"words": "reviewers unknown", "missing": "Unknown; it needs reviews: import reviews."},
    ],
}


class TestOnMuch:
    def test_a_calibrated_score_is_a_probability_with_its_check(self, connected: Connect, open_page: Open) -> None:
        connected(serving(ANSWERS | {"/pr-risk/score": RICH}))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        text = words(app).replace("\u00a0", " ").replace("\\", "")
        for part in (
            "held there because an incident is open on its repository",
            "About 18 % of pull requests like this one bring a failure",
            ":red[▲] 812 lines added",
            ":green[▼] no fix",
            "**Reviewers**: it needs reviews: import reviews.",
            "At least 70, because an incident is open",
        ):
            assert part in text
        assert [figure["layout"]["meta"][:20] for figure in charts(app)] == [
            "Score 70 of 100, in ",
            "812 lines added rais",
            "1 groups of 50 pull ",
        ]

    def test_similar_ones_tell_their_fate(self, connected: Connect, open_page: Open) -> None:
        rows = [
            ROWS["data"][0] | {"number": 10 + n, "riskScore": 70, "revertedBy": "#99" if n else None} for n in (0, 1)
        ]
        connected(serving({"/pr-risk/score": RICH, "/pull-requests": ROWS | {"data": rows, "total": 2}}))
        text = words(open_page("pr_risk.py", pr="acme/api/1847")).replace("\\", "")
        assert "1 of these 2 were taken back so far" in text
        assert ":red[taken back by #99]" in text

    def test_hostile_text_is_shown_and_not_rendered(self, connected: Connect, open_page: Open) -> None:
        details = [
            one | {"name": HOSTILE, "category": HOSTILE, "words": HOSTILE, "missing": HOSTILE}
            for one in RICH["signalDetails"]
        ]
        fields: dict[str, Any] = {"repo": HOSTILE, "recommendation": HOSTILE, "label": HOSTILE, "calibrated": False}
        floors = [{"name": HOSTILE, "score": 70, "raised": True}]
        poisoned = RICH | fields | {"calibrationReason": HOSTILE, "floors": floors, "signalDetails": details}
        poisoned["model"] = RICH["model"] | {"name": HOSTILE}
        rows = [
            row | {"number": n, "riskScore": 71, "title": HOSTILE, "repo": HOSTILE, "revertedBy": HOSTILE}
            for n, row in enumerate(ROWS["data"] * 3)
        ]
        connected(serving({"/pr-risk/score": poisoned, "/pull-requests": ROWS | {"data": rows, "total": len(rows)}}))
        app = open_page("pr_risk.py", pr="acme/api/1847")
        assert not app.exception
        for text in [element.value for element in app.markdown] + [label for label, _ in links(app)]:
            assert not re.search(r"(?<!\\)(<img|\$x|\[x\]|\*\*b)", text)
            assert "\u202e" not in text
            assert len(text) < 4000
        drawn = [str(note["text"]) for figure in charts(app) for note in figure["layout"].get("annotations", [])]
        assert drawn
        assert not any("<img" in text for text in drawn)


def test_on_a_wall_it_says_that_it_needs_somebody(connected: Connect, open_page: Open) -> None:
    connected(serving(ANSWERS))
    app = open_page("pr_risk.py", kiosk="1")
    assert not app.exception
    assert not app.text_input
    assert any("needs somebody" in figure["layout"]["meta"] for figure in charts(app))
