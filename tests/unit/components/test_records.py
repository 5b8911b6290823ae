"""Tables of records, sentences above them, and the timeline of incidents."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.charts.incidents import incident_timeline
from components.format import LONGEST_CELL, NO_BREAK, cell_text
from components.record_words import deployments_sentence, failed_weeks_words, incidents_sentence, pull_requests_sentence
from components.records import (
    CYCLE_TIME,
    LEAD_TIME,
    RESTORE_TIME,
    deployment_rows,
    incident_rows,
    incident_spans,
    per_week,
    pull_request_rows,
    risk_level,
)
from components.sheets import Sheet
from components.theme import LIGHT
from koalr_api import Dora
from tests.records import MOMENT, deployment, incident, open_incident, pull_request

HOSTILE = "\u202e=1+1\x00**b** <img src=x> $x$ :material/x: " + "z" * 10_000


class TestTables:
    def test_a_commit_named_as_version_is_shortened(self) -> None:
        assert deployment_rows([deployment(1, ref="0af3c21d" * 5), deployment(2, ref="release_1234")])[
            "Version"
        ].tolist() == ["0af3c21", "release_1234"]

    def test_deployments(self) -> None:
        frame = deployment_rows(
            [deployment(2, sha="0af3c21deadbeef", failed=True), deployment(1, ref="v1.4", env="qa")]
        )
        assert frame["Result"].tolist() == ["failed later", "success"]
        assert frame["Version"].tolist() == ["0af3c21", "v1.4"]
        assert frame[LEAD_TIME].tolist() == [67200 / 3600] * 2
        assert frame["Link"].tolist() == [
            "https://github.com/acme/api/commit/0af3c21deadbeef",
            "https://github.com/acme/api",
        ]

    def test_pull_requests(self) -> None:
        frame = pull_request_rows([pull_request(7), pull_request(8, simulated=True, risk_score=None)])
        assert frame[CYCLE_TIME].tolist() == [24.0, 24.0]
        assert frame["Level"].tolist() == ["medium", None]
        assert frame["Link"].tolist() == ["https://github.com/acme/api/pull/7", None]
        assert frame["Risk"].isna().tolist() == [False, True]

    def test_incidents_name_severity_and_status_as_their_source_does(self) -> None:
        frame = incident_rows([open_incident(1, severity="P1 – críticas"), incident(2, severity=None)])
        assert frame["Severity"].tolist() == ["P1 – críticas", None]
        assert frame["Status"].tolist() == ["open", "resolved"]
        assert frame["Resolved"].isna().tolist() == [True, False]
        assert frame[RESTORE_TIME].isna().tolist() == [True, False]
        assert frame["Link"].tolist() == [None, None]

    def test_are_made_of_nothing_but_nulls(self) -> None:
        nothing = {"deployed_at": None, "lead_time_secs": None}
        assert deployment_rows([deployment(1, **nothing)]).iloc[0][["Deployed", LEAD_TIME]].isna().all()
        none = {"merged_at": None, "cycle_time_secs": None, "author": None, "risk_score": None}
        assert (
            pull_request_rows([pull_request(1, **none)]).iloc[0][["Merged", CYCLE_TIME, "Risk", "Level"]].isna().all()
        )

    @pytest.mark.parametrize("rows", [deployment_rows([]), pull_request_rows([]), incident_rows([])])
    def test_without_rows_have_their_columns(self, rows: pd.DataFrame) -> None:
        assert rows.empty
        assert len(rows.columns) > 5

    def test_a_hostile_text_is_cut_and_loses_what_nobody_sees(self) -> None:
        (title,) = pull_request_rows([pull_request(1, title=HOSTILE)])["Title"]
        assert title.startswith("=1+1 **b** <img src=x> $x$ :material/x: zz")
        assert len(title) == LONGEST_CELL
        assert title.endswith("…")

    def test_half_a_surrogate_pair_can_be_sent_to_a_browser(self) -> None:
        assert cell_text("a\ud800b").encode() == b"a b"

    @pytest.mark.parametrize(
        ("score", "level"),
        [(0, "low"), (39.9, "low"), (40, "medium"), (70, "high"), (89, "high"), (90, "critical"), (None, None)],
    )
    def test_risk_has_four_levels(self, score: float | None, level: str | None) -> None:
        assert risk_level(score) == level


class TestWeeks:
    # A Wednesday; seven days before is a Wednesday, too.
    NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def test_hold_what_began_in_them_and_say_how_much_of_them_is_inside(self) -> None:
        moments = [datetime(2026, 11, 22, 23, 59, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC), self.NOW]
        weeks = per_week(moments, self.NOW, 7)
        assert weeks["week_start"].tolist() == [date(2026, 11, 16), date(2026, 11, 23)]
        assert weeks["value"].tolist() == [1, 2]
        assert weeks["days"].tolist() == [5, 3]

    def test_count_every_moment_of_a_long_window_once(self) -> None:
        moments = [self.NOW - timedelta(hours=13 * index) for index in range(160)]
        weeks = per_week(moments, self.NOW, 90)
        assert weeks["value"].sum() == 160
        assert set(weeks["days"][1:-1]) == {7}


def words(sentence: str) -> str:
    return sentence.replace(NO_BREAK, " ")


def dora(frequency: float | None, rate: float | None) -> Dora:
    return Dora(deploy_frequency=frequency, lead_time=None, change_failure_rate=rate, mttr=None, tier=None)


class TestSentences:
    def test_deployments(self) -> None:
        assert words(deployments_sentence(9266, 90, dora(28.8, 0.033))) == (
            "9266 deployments in 90 days; in production 28.8 /day, 3.3 % failed."
        )
        assert words(deployments_sentence(1, 7, None)) == "1 deployment in 7 days."
        assert words(deployments_sentence(5, 7, dora(0.0, None))) == "5 deployments in 7 days."
        assert words(deployments_sentence(0, 30, None)) == "Nothing was deployed in these 30 days."

    def test_pull_requests(self) -> None:
        rows = [pull_request(1), pull_request(2), pull_request(3, cycle_time_secs=None)]
        told = "pull requests merged in 30 days"
        assert words(pull_requests_sentence(Sheet(rows, 3), 30)) == f"3 {told}, half of them within 24.0 h."
        assert words(pull_requests_sentence(Sheet(rows, 900), 30)) == f"900 {told}, half of the latest 3 within 24.0 h."
        assert words(pull_requests_sentence(Sheet(rows, 900, first=301), 30)).endswith("half of these 3 within 24.0 h.")
        assert words(pull_requests_sentence(Sheet(rows[2:], 1), 30)) == "1 pull request merged in 30 days."
        assert words(pull_requests_sentence(Sheet([], 0), 30)) == "No pull request was merged in these 30 days."

    def test_incidents(self) -> None:
        rows = [incident(3), open_incident(5), open_incident(100)]
        assert words(incidents_sentence(rows, MOMENT, 30)) == ":red[2 incidents are open], the oldest for 4.2 d."
        assert words(incidents_sentence(rows[:2], MOMENT, 30)) == ":red[1 incident is open], the oldest for 5.0 h."
        assert words(incidents_sentence(rows[:1], MOMENT, 30)) == (
            "No incident open; 1 in 30 days, restored in 48 min on average."
        )
        assert words(incidents_sentence([incident(1, mttr_secs=None)], MOMENT, 30)) == "No incident open; 1 in 30 days."
        assert words(incidents_sentence([], MOMENT, 30)) == "No incident began in these 30 days."

    def test_the_latest_weeks_with_failures_are_named(self) -> None:
        starts = [date(2025, 3, 3), date(2025, 3, 10), date(2025, 3, 17), date(2025, 3, 24), date(2025, 3, 31)]
        weeks = pd.DataFrame({"week_start": starts, "failed": [9, 4, 1, 0, 2]})
        assert failed_weeks_words(weeks, datetime(2025, 4, 2, 8, 12, tzinfo=UTC)) == (
            "Failed later in production: 2 in the week of 31 Mar, 1 in the week of 17 Mar, 4 in the week of 10 Mar. "
            "The rows searched begin on 2 Apr, 08:12."
        )
        assert failed_weeks_words(weeks.assign(failed=0), None) == ""

    def test_fit_on_a_wall(self) -> None:
        busy = [pull_request(index) for index in range(300)]
        for sentence in (
            deployments_sentence(99_999, 365, dora(28.8, 0.033)),
            pull_requests_sentence(Sheet(busy, 99_999), 1095, brief=True),
            incidents_sentence([incident(index) for index in range(999)], MOMENT, 365),
        ):
            assert len(sentence) <= 70


class TestTimeline:
    SINCE = MOMENT - timedelta(days=30)

    def drawn(self, *rows: object) -> go.Figure:
        return incident_timeline(incident_spans(list(rows), MOMENT), self.SINCE, MOMENT, LIGHT)  # type: ignore[arg-type]

    def test_open_ones_are_triangles_at_their_time_until_now(self) -> None:
        figure = self.drawn(incident(10), open_incident(5), open_incident(600))
        resolved, running = figure.data
        assert list(resolved.y) == [0.8]
        assert list(running.y) == [600, 5]
        assert (running.marker.symbol, running.marker.color) == ("triangle-up", LIGHT.worse)

    def test_open_ones_and_the_mean_are_named(self) -> None:
        figure = self.drawn(incident(10), open_incident(5), open_incident(600))
        named = [note.text.replace(NO_BREAK, " ") for note in figure.layout.annotations]
        assert named == ["mean 48 min", "open 5.0 h", "open 25.0 d"]
        assert [note.xanchor for note in figure.layout.annotations[1:]] == ["right", "left"]

    def test_it_says_itself(self) -> None:
        alt = self.drawn(incident(10), open_incident(5)).layout.meta.replace(NO_BREAK, " ")
        assert alt == "2 incidents, those resolved took 48 min on average, at most 48 min, 1 still open"

    def test_a_restoration_in_no_time_has_a_place_on_the_logarithmic_scale(self) -> None:
        assert self.drawn(incident(1, mttr_secs=0.0)).data[0].y[0] > 0

    def test_one_that_is_resolved_without_a_time_is_left_out(self) -> None:
        assert self.drawn(incident(1, mttr_secs=None)).layout.annotations[0].text.startswith("No incident")

    def test_titles_are_no_markup(self) -> None:
        assert "<b>" not in str(self.drawn(incident(1, title="<b>x</b>")).data[0].customdata)
