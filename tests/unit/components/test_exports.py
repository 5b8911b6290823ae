"""Files of tables: complete, readable again, and nothing a spreadsheet would run."""

import csv
import io
import json

import pandas as pd
import pytest

from components.exports import csv_text, file_name, json_text


def cells(text: str) -> list[str]:
    """One column of texts, written as CSV and read again."""
    frame = pd.DataFrame({"Title": pd.Series([text], dtype=object)})
    (_head, row) = csv.reader(io.StringIO(csv_text(frame).removeprefix("\ufeff"), newline=""))
    return row


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "  =1+1",
        "\t=1+1",
        "\r=1",
        "\n=1",
        "\u00a0=1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\u202e=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM(A1)",
        "﹦1",
        "−1",
        '"=1+1',
        "'=1",
        '" =1',
        "\tplain",
    ],
)
def test_what_would_be_a_formula_begins_with_an_apostrophe(text: str) -> None:
    assert cells(text) == ["'" + text]


@pytest.mark.parametrize("text", ["a;=1", "a\t=1", "a\n=1", "a\r\n=1", 'a;"=1', "a; @x", "a;＝1"])
def test_no_formula_begins_where_another_program_splits_a_text(text: str) -> None:
    (cell,) = cells(text)
    assert cell == text[:-2] + "'" + text[-2:]


@pytest.mark.parametrize("text", ["feat: a = b", "1 - 1", "a, b", 'say "x"', "déjà vu", "日本語", "", "#1850", "a-b;c"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert cells(text) == [text]


def test_numbers_below_zero_are_no_formulas() -> None:
    assert "\r\n-1.5\r\n" in csv_text(pd.DataFrame({"Change": [-1.5]}))


def test_a_heading_is_no_formula_either() -> None:
    assert csv_text(pd.DataFrame({"=1": [1]})).startswith("\ufeff'=1\r\n")


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Merged": pd.to_datetime(["2026-03-14T14:11:00Z", None], utc=True),
            "Number": pd.array([1847, None], dtype="Int64"),
            "Hours": [1.5, float("inf")],
            "Title": pd.Series(["half \ud800 a pair", None], dtype=object),
        }
    )


def test_json_says_null_for_what_is_not_known_and_keeps_whole_numbers_whole() -> None:
    assert json.loads(json_text(frame())) == [
        {"Merged": "2026-03-14T14:11:00+00:00", "Number": 1847, "Hours": 1.5, "Title": "half \ufffd a pair"},
        {"Merged": None, "Number": None, "Hours": None, "Title": None},
    ]


def test_json_does_not_change_a_text_that_looks_like_a_formula() -> None:
    assert json.loads(json_text(pd.DataFrame({"Title": ["=1+1"]}))) == [{"Title": "=1+1"}]


def test_csv_leaves_empty_what_is_not_known_and_can_be_encoded() -> None:
    text = csv_text(frame()).encode().decode("utf-8-sig")
    assert text.split("\r\n") == [
        "Merged,Number,Hours,Title",
        "2026-03-14T14:11:00+00:00,1847,1.5,half \ufffd a pair",
        ",,,",
        "",
    ]


@pytest.mark.parametrize(
    ("team", "part", "name"),
    [
        (None, "", "pull-requests_all-teams_30-days.csv"),
        ("Search and AI", "", "pull-requests_search-and-ai_30-days.csv"),
        ("../../etc/passwd", "rows-301-600", "pull-requests_etc-passwd_30-days_rows-301-600.csv"),
        ("Équipe «α»", "", "pull-requests_equipe_30-days.csv"),
        ("日本", "", "pull-requests_team_30-days.csv"),
        ("x" * 200, "", f"pull-requests_{'x' * 40}_30-days.csv"),
    ],
)
def test_a_file_name_says_page_team_and_window(team: str | None, part: str, name: str) -> None:
    assert file_name("pull-requests", team, 30, "csv", part) == name
