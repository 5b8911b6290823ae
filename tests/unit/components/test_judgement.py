"""One rule for what is better, worse, the same, or noise."""

from datetime import UTC, datetime

import pytest

from components.charts.change import Change
from components.dora_cards import dora_card
from components.format import PER_WEEK, duration_unit
from components.judgement import Better, delta_colour, few, verdict
from components.metrics import DORA_METRICS
from components.noise import WITHIN_NOISE, dora_doubts
from components.reviews_cards import review_cards, review_tiles
from components.screen import change_tile
from koalr_api import Dora, DoraFigures, Incident, KoalrError, Page, Reviews, ReviewsFigures

BEGAN = datetime(2025, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "before", "better", "doubt", "found"),
    [
        (12.0, 10.0, "up", "", "better"),
        (12.0, 10.0, "down", "", "worse"),
        (8.0, 10.0, "down", "", "better"),
        (10.4, 10.0, "down", "", "same"),
        (9.6, 10.0, "up", "", "same"),
        (10.5, 10.0, "up", "", "better"),
        (12.0, 10.0, "down", "few incidents", "noise"),
        (10.0, 10.0, "down", "few incidents", "same"),
        (5.0, 0.0, "down", "", "worse"),
        (0.0, 0.0, "down", "", "same"),
        (12.0, 10.0, "none", "", "none"),
        (None, 10.0, "up", "", "none"),
        (12.0, None, "up", "", "none"),
        (12.0, float("nan"), "up", "", "none"),
    ],
)
def test_a_change_is_judged_by_direction_size_and_cases(
    now: float | None, before: float | None, better: Better, doubt: str, found: str
) -> None:
    assert verdict(now, before, better, doubt) == found


@pytest.mark.parametrize(
    ("now", "better", "colour"), [(12, "up", "normal"), (12, "down", "inverse"), (10.3, "up", "off")]
)
def test_a_card_is_coloured_only_where_it_is_judged(now: float, better: Better, colour: str) -> None:
    assert delta_colour(now, 10, better) == colour


def test_a_card_a_tile_and_the_list_agree_on_a_small_change() -> None:
    hours, before = 66.9, 64.6
    assert change_tile("Cycle time", hours, before, duration_unit(hours), better="down").judgement == "none"
    assert delta_colour(hours, before, "down") == "off"
    assert Change("Cycle time", hours, before, "down").verdict == "same"


def test_a_tile_in_doubt_says_why_in_place_of_the_value_before() -> None:
    tile = change_tile("Throughput", 3.0, 1.0, PER_WEEK, better="up", doubt="few items")
    assert (tile.judgement, tile.note) == ("none", "few items")


def test_fewer_than_ten_cases_are_few_and_unknown_ones_are_not() -> None:
    assert [few(9, "changes"), few(10, "changes"), few(None, "changes")] == ["few changes", "", ""]


def incidents(resolved: int, total: int | None = None) -> Page[Incident]:
    rows = [Incident(str(index), "x", None, "resolved", BEGAN, BEGAN, 60.0) for index in range(resolved)]
    still_open = Incident("open", "x", None, "open", BEGAN, None, None)
    return Page([*rows, still_open], total if total is not None else resolved + 1, 1, 100)


def dora(rate: float = 30.0, failed: float = 0.016) -> Dora:
    return Dora(rate, 51.1, failed, 80.0, "high", DoraFigures(23.4, 43.9, 0.011, 4.0, "elite"))


class TestDoubts:
    @pytest.mark.parametrize(
        ("told", "doubt"),
        [
            (incidents(6), "few incidents"),
            (incidents(10), ""),
            (incidents(6, total=300), ""),
            (KoalrError("down"), ""),
            (None, ""),
        ],
    )
    def test_a_time_to_restore_is_doubted_where_its_incidents_are_known_to_be_few(
        self, told: Page[Incident] | KoalrError | None, doubt: str
    ) -> None:
        assert dora_doubts(dora(), 30, told)["mttr"] == doubt

    def test_a_failure_rate_is_doubted_by_chance_and_a_frequency_by_its_count(self) -> None:
        assert dora_doubts(dora(), 30)["change_failure_rate"] == WITHIN_NOISE
        assert dora_doubts(dora(failed=0.2), 30)["change_failure_rate"] == ""
        assert dora_doubts(dora(), 30)["deploy_frequency"] == ""
        rare = Dora(0.1, 51.1, None, None, "high", DoraFigures(0.2, 43.9, None, None, "high"))
        assert dora_doubts(rare, 30)["deploy_frequency"] == "few deploys"

    def test_a_card_in_doubt_is_grey_and_says_why(self) -> None:
        told = dora()
        restore = dora_card(DORA_METRICS[3], told, dora_doubts(told, 30, incidents(6)))
        assert (restore.judgement, restore.before) == ("off", "few incidents")
        lead = dora_card(DORA_METRICS[1], told, dora_doubts(told, 30, incidents(6)))
        assert (lead.judgement, lead.before) == ("inverse", "was 43.9\u00a0h")

    @pytest.mark.parametrize(("reviewed", "colour", "judgement"), [(9, "off", "none"), (10, "inverse", "worse")])
    def test_review_times_of_few_reviews_are_not_judged(self, reviewed: int, colour: str, judgement: str) -> None:
        told = Reviews(9.0, 16.5, reviewed, ReviewsFigures(6.0, 11.0, 40))
        assert review_cards(told, 30)[0].judgement == colour
        assert review_tiles(told)[0].judgement == judgement
