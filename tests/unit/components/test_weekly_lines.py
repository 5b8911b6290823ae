"""The lines of the weekly summary."""

from components import weekly_lines
from components.format import COUNT, NO_DATA


def test_a_change_has_its_judgement_beside_it() -> None:
    assert weekly_lines.unit_line("Work", 55, 50, COUNT, "down").change == r"\+5, :red[worse]"
    assert weekly_lines.unit_line("Work", 55, 80, COUNT, "down", "80 was a spike").change == "−25, 80 was a spike"
    assert weekly_lines.unit_line("Work", 55, 50, COUNT, "none").change == r"\+5"


def test_no_change_is_said_of_two_numbers_only() -> None:
    assert weekly_lines.unit_line("Work", 55, 55, COUNT, "down").change == "no change"
    assert weekly_lines.unit_line("Work", 55, None, COUNT, "down").change == NO_DATA
    assert weekly_lines.unit_line("Work", None, 55, COUNT, "down").change == NO_DATA


def test_a_number_that_is_missing_says_why() -> None:
    assert weekly_lines.line("Restore", NO_DATA, "4 min", None, "no incident was resolved").change == (
        "no incident was resolved"
    )


def test_the_table_has_few_enough_columns_for_a_phone() -> None:
    table = weekly_lines.table([weekly_lines.unit_line("Work", 55, 50, COUNT, "down")])
    assert list(table.columns) == ["This week", "Week before", "Change"]
    assert table.index.name == "Metric"
