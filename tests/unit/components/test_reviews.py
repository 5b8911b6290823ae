"""Reviews: what is said, and the bars of repositories."""

import pandas as pd
import plotly.graph_objects as go
import pytest

from components.charts.ranking import MOST_ROWS, ranking
from components.format import NO_BREAK
from components.reviews_cards import review_cards, review_tiles
from components.reviews_words import reviews_sentence
from components.theme import LIGHT
from koalr_api import Reviews, ReviewsFigures


def said(reviews: Reviews) -> str:
    return reviews_sentence(reviews).replace(NO_BREAK, " ")


class TestSentence:
    @pytest.mark.parametrize(
        ("before", "end"),
        [
            (None, "."),
            (13.6, ", 2.9 h more than before."),
            (20.0, ", 3.5 h less than before."),
            (16.4, ", about as before."),
            (0.0, ", 16.5 h more than before."),
        ],
    )
    def test_tells_the_wait_and_how_it_moved(self, before: float | None, end: str) -> None:
        previous = None if before is None else ReviewsFigures(9.8, before, 433)
        assert said(Reviews(11.0, 16.5, 524, previous)) == "First reviews come after 16.5 h on average" + end

    def test_no_review_and_no_known_wait_are_told_apart(self) -> None:
        assert said(Reviews(None, None, 0)) == "No pull request was reviewed in this window."
        assert said(Reviews(None, None, 3)) == "Pull requests were reviewed; how long they waited is not known."

    @pytest.mark.parametrize("hours", [0.01, 71.94, 9999.0])
    def test_fits_a_wall(self, hours: float) -> None:
        assert len(reviews_sentence(Reviews(1.0, hours, 5, ReviewsFigures(1.0, hours / 3, 5)))) <= 70


class TestCards:
    FULL = Reviews(11.0, 16.5, 524, ReviewsFigures(9.8, 13.6, 433))

    def test_times_are_judged_and_the_number_is_not(self) -> None:
        cards = review_cards(self.FULL, 30)
        assert [card.judgement for card in cards] == ["inverse", "inverse", "off"]
        assert [card.change for card in cards] == ["+2.9\u00a0h", "+1.2\u00a0h", "+91"]

    def test_the_number_is_also_told_per_week_of_the_window(self) -> None:
        assert review_cards(self.FULL, 30)[2].before == "122.3\u00a0/week"
        assert review_cards(self.FULL, 7)[2].before == "524.0\u00a0/week"

    def test_a_mean_of_nothing_is_a_dash_and_no_reviews_are_zero(self) -> None:
        cards = review_cards(Reviews(None, None, 0), 30)
        assert [(card.value, card.note) for card in cards] == [
            ("–", "no review known"),
            ("–", "none ended in a merge"),
            ("0", None),
        ]
        assert [tile.value for tile in review_tiles(Reviews(None, None, 0))] == ["–", "–", "0"]


def rows(*counts: int, name: str = "acme/api") -> pd.DataFrame:
    return pd.DataFrame({"name": [f"{name}-{index}" for index in range(len(counts))], "count": list(counts)})


def texts(figure: go.Figure) -> list[str]:
    return [annotation.text for annotation in figure.layout.annotations]


class TestRanking:
    def test_names_and_counts_stand_at_the_bars(self) -> None:
        figure = ranking(rows(5, 3), LIGHT, "merged pull requests")
        assert texts(figure) == ["api-0", "5", "api-1", "3"]
        assert figure.layout.meta == "Merged pull requests: acme/api-0 5, acme/api-1 3"

    def test_the_rest_is_one_line_that_adds_up_and_has_no_bar(self) -> None:
        figure = ranking(rows(*range(20, 0, -1)), LIGHT, "merged pull requests")
        assert len(figure.data[0].x) == MOST_ROWS
        assert texts(figure)[-2:] == ["14 others", "105"]
        assert figure.data[0].x[-1] == 0

    def test_names_of_others_are_text_and_cut_to_fit(self) -> None:
        figure = ranking(rows(5, name="acme/<b>x</b>" + "y" * 5000), LIGHT, "merged pull requests")
        assert "<" not in texts(figure)[0] + str(figure.data[0].customdata)
        assert len(texts(figure)[0]) < 60

    def test_none_says_so(self) -> None:
        assert texts(ranking(rows(), LIGHT, "merged pull requests")) == ["No merged pull requests in this window"]
