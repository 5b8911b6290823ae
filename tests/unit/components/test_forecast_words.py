"""What the forecast page says of answers."""

from dataclasses import replace
from datetime import date

import pytest

from components import forecast_words as words
from components.format import NO_BREAK
from components.outlook import Outlook
from koalr_api import BacklogForecast, DeliveryForecast
from koalr_api.models.forecast import Backtest, Dates, Held, WeeksToEmpty

TODAY = date(2025, 4, 1)
P50, P85, P95 = date(2025, 4, 11), date(2025, 4, 25), date(2025, 5, 9)
BARE = DeliveryForecast(items=20, team_id=None, p50=P50, p85=P85, p95=P95, simulations=10_000)
RICH = replace(
    BARE,
    model="blended-persistent",
    history_weeks=52,
    history_items=412,
    backtest=Backtest(p50=0.5, p85=0.847826, p95=0.9, sample_size=92, plain=Held(p50=0.5, p85=0.73913, p95=0.8)),
    plain=Dates(p50=P50, p85=date(2025, 4, 21), p95=P95),
)


def said(text: str | None) -> str:
    return (text or "").replace(NO_BREAK, " ").replace("\u2009", " ")


class TestThePromise:
    def test_is_the_85_per_cent_date(self) -> None:
        assert (
            said(words.promise_sentence(Outlook(20, TODAY, {50: P50, 85: P85})))
            == "20 items by Fri 25 April, 85 % sure"
        )

    def test_of_one_item_in_another_year(self) -> None:
        found = Outlook(1, date(2024, 12, 1), {85: P85})
        assert said(words.promise_sentence(found)) == "1 item by Fri 25 April 2025, 85 % sure"

    def test_says_how_little_sure_a_lone_date_is(self) -> None:
        assert said(words.promise_sentence(Outlook(20, TODAY, {50: P50}))) == "20 items by Fri 11 April, only 50 % sure"

    def test_is_none_without_dates(self) -> None:
        assert said(words.promise_sentence(Outlook(20, TODAY, {}))) == "No date for 20 items yet"

    def test_fits_a_wall_at_its_longest(self) -> None:
        longest = Outlook(10_000, TODAY, {85: date(2035, 9, 26)})
        assert len(words.promise_sentence(longest)) <= 70


class TestTheHalfSureDate:
    def test_stands_beside_the_promise(self) -> None:
        assert said(words.half_sure_words(BARE)) == "50 %: Fri 11 Apr"

    def test_is_not_written_twice(self) -> None:
        assert said(words.half_sure_words(replace(BARE, p50=P85))) == "50 %: the same day"


class TestTheBasis:
    def test_names_simulations_weeks_and_model_in_plain_words(self) -> None:
        assert said(words.basis_words(RICH)) == (
            "10 000 simulations of the last 52 weeks (412 items finished): the latest weeks most often, good and bad weeks in runs."
        )

    def test_of_a_bare_answer_is_the_simulations(self) -> None:
        assert said(words.basis_words(BARE)) == "10 000 simulations."

    def test_shows_a_model_it_does_not_know_as_text(self) -> None:
        assert words.basis_words(replace(BARE, model="<b>*x*")).endswith(": model \\<b\\>\\*x\\*.")


class TestHonesty:
    def test_counts_the_dates_that_would_have_held(self) -> None:
        assert said(words.honesty_words(RICH)) == "Looking back: of 92 such dates, 78 would have held (85 %)."

    @pytest.mark.parametrize(("share", "size"), [(None, 92), (0.9, 0), (1.2, 92), (float("nan"), 92)])
    def test_is_silent_where_nothing_was_judged(self, share: float | None, size: int) -> None:
        backtest = Backtest(p50=None, p85=share, p95=None, sample_size=size)
        assert words.honesty_words(replace(RICH, backtest=backtest)) is None

    def test_says_a_bad_record_as_it_is(self) -> None:
        backtest = Backtest(p50=0.0, p85=0.0, p95=0.0, sample_size=4)
        assert said(words.honesty_words(replace(RICH, backtest=backtest))) == (
            "Looking back: of 4 such dates, 0 would have held (0.0 %)."
        )


class TestPlainSampling:
    def test_is_told_where_it_differs_with_its_own_record(self) -> None:
        assert said(words.plain_words(RICH, TODAY)) == (
            "Plain sampling would say Mon 21 April, 4 days sooner; of its dates, 68 would have held."
        )

    def test_later_without_a_record(self) -> None:
        later = replace(RICH, backtest=None, plain=Dates(p50=P50, p85=date(2025, 4, 26), p95=P95))
        assert said(words.plain_words(later, TODAY)) == "Plain sampling would say Sat 26 April, 1 day later."

    def test_without_a_date(self) -> None:
        none = replace(RICH, plain=Dates(p50=P50, p85=None, p95=None))
        assert said(words.plain_words(none, TODAY)) == "Plain sampling of the latest weeks gives no 85 % date."

    @pytest.mark.parametrize(
        "told", [BARE, replace(RICH, plain=Dates(p50=None, p85=P85, p95=None)), replace(RICH, model="plain")]
    )
    def test_is_not_mentioned_where_it_adds_nothing(self, told: DeliveryForecast) -> None:
        assert words.plain_words(told, TODAY) is None


def backlog(size: int | None, p50: float | None, p85: float | None) -> BacklogForecast:
    return BacklogForecast(
        weekly_throughput_p50=7.0,
        weekly_throughput_p85=12.5,
        backlog_size=size,
        weeks_to_empty=WeeksToEmpty(p50=p50, p85=p85),
        throughput_weeks=12,
    )


def test_why_weeks_are_not_size_by_pace_is_told_of_models_that_are_known() -> None:
    told = backlog(68, 10, 16)
    assert said(words.simulated_words(replace(told, model="recent"))) == (
        "Not size ÷ pace: past weeks are drawn, recent weeks more often, and dates are read a little late."
    )
    assert [words.simulated_words(replace(told, model=model)) for model in (None, "plain", "<b>")] == [""] * 3


@pytest.mark.parametrize(
    ("told", "title"),
    [
        (backlog(68, 10, 16.5), "Backlog empty in 10 to 16.5 weeks"),
        (backlog(2, 1, 1), "Backlog empty in 1 week"),
        (backlog(68, 10, None), "Backlog empty in 10 weeks, 50 % sure"),
        (backlog(68, None, None), "Backlog of 68"),
        (backlog(0, 0, 0), "Nothing is open"),
        (backlog(None, None, None), "Backlog"),
    ],
)
def test_the_backlogs_title_says_what_is_known(told: BacklogForecast, title: str) -> None:
    assert said(words.backlog_title(told)) == title


def test_the_pace_has_a_definition() -> None:
    told = backlog(68, 10, 16)
    assert words.pace_words(told) == "7 items a week, 12.5 in a good one"
    assert "each of the last 12 full weeks" in words.pace_definition(told)
    assert words.pace_words(replace(told, weekly_throughput_p85=None)) == "7 items a week"
    assert words.pace_words(replace(told, weekly_throughput_p50=None)) is None


def test_what_is_missing_is_the_servers_reason_as_text_or_ours() -> None:
    assert words.missing_words(replace(BARE, reason="Too *little*")) == "Too \\*little\\*"
    assert words.missing_words(BARE).startswith("The server gives no date")
    assert words.backlog_missing_words(backlog(None, None, None)) == words.NO_BACKLOG
    assert words.backlog_missing_words(backlog(5, None, None)) == words.NO_WEEKS
