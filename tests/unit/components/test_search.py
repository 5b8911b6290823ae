"""Which rows a search finds, and which addresses are built."""

import pandas as pd
import pytest

from components import links
from components.records import pull_request_rows
from components.search import Choice, Wanted, matching, options
from tests.records import pull_request

COLUMNS = ("Repository", "Number", "Title", "Author")
ROWS = pull_request_rows(
    [
        pull_request(1847, title="feat: Add retries", author="jsmith", risk_score=71.0),
        pull_request(12, title="Straße (v2.0) *", repo="acme/web", author=None, risk_score=None),
        pull_request(99, title="None of it", repo="other/api", author="nan", risk_score=3.0),
    ]
)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", [1847, 12, 99]),
        ("RETRIES add", [1847]),
        ("retries web", []),
        ("#1847", [1847]),
        ("acme", [1847, 12]),
        ("strasse", [12]),
        ("(v2.0) *", [12]),
        (".*", []),
        ("nan", [99]),
        ("none", [99]),
        ("<na>", []),
        ("github.com", []),
        ("71", []),
    ],
)
def test_every_word_must_be_in_some_text_or_number_of_the_row(words: str, numbers: list[int]) -> None:
    assert matching(ROWS, Wanted(words), COLUMNS)["Number"].tolist() == numbers


def test_a_choice_keeps_the_rows_with_that_value() -> None:
    assert matching(ROWS, Wanted("", {"Level": "HIGH"}), COLUMNS)["Number"].tolist() == [1847]
    assert matching(ROWS, Wanted("web", {"Level": "high"}), COLUMNS).empty


def test_found_rows_keep_their_place_in_the_sheet() -> None:
    assert matching(ROWS, Wanted("api"), COLUMNS).index.tolist() == [0, 2]


def test_an_empty_table_can_be_searched() -> None:
    assert matching(pull_request_rows([]), Wanted("x", {"Level": "low"}), COLUMNS).empty


def test_what_is_known_seen_and_chosen_is_offered_once() -> None:
    choice = Choice("risk", "Level", "Any risk", ("low", "critical"))
    assert options(ROWS, choice, "odd") == ["low", "critical", "high", "odd"]


def test_a_value_that_is_too_long_for_the_url_is_not_offered() -> None:
    frame = pd.DataFrame({"Level": ["x" * 101, "y"]})
    assert options(frame, Choice("risk", "Level", "Any risk"), None) == ["y"]


class TestLinks:
    def test_lead_to_what_a_row_is_about(self) -> None:
        assert links.pull_request("acme/api", 1847) == "https://github.com/acme/api/pull/1847"
        assert links.commit("acme/api", "0af3c21") == "https://github.com/acme/api/commit/0af3c21"
        assert links.commit("acme/api", None) == links.repository("acme/api") == "https://github.com/acme/api"

    @pytest.mark.parametrize(
        "repo",
        [
            None,
            "",
            "api",
            "acme/api/../../evil",
            "acme/..",
            "acme/.",
            "../api",
            "javascript:alert(1)/x",
            "acme/api?x",
            "acme/api#x",
            "acme/a b",
            "acme/api\n",
            "acme\\api/x",
            "@evil.com/x",
            "ａcme/api",
            "acme/\u202eapi",
        ],
    )
    def test_are_not_built_from_what_is_no_repository(self, repo: str | None) -> None:
        assert links.repository(repo) is None

    @pytest.mark.parametrize("sha", ["", "xyz", "0af3c21/../..", "0AF3C21", "0af3c2", "0af3c21\n", "javascript:1"])
    def test_of_what_is_no_commit_lead_to_the_repository(self, sha: str) -> None:
        assert links.commit("acme/api", sha) == "https://github.com/acme/api"

    def test_of_no_number_are_not_built(self) -> None:
        assert links.pull_request("acme/api", 0) is None
        assert links.pull_request("acme/api", -1) is None


def test_of_no_rows_the_columns_stay() -> None:
    frame = pd.DataFrame({"Title": pd.Series([], dtype="object")})
    assert list(matching(frame, Wanted("x"), ("Title",)).columns) == ["Title"]
    assert list(matching(frame, Wanted(), ("Title",)).columns) == ["Title"]
