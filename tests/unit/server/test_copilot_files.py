"""Reading Copilot files: which shapes are recognised, what they say, and how a bad part is named."""

import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from koalr_server.errors import InputError
from koalr_server.ingest.copilot import read_copilot
from koalr_server.ingest.imported import Imported

FIXTURES = Path(__file__).parents[2] / "fixtures" / "copilot"
SEAT = {"created_at": "2026-01-03T09:00:00+02:00", "assignee": {"login": "ann"}}
DAY = {"day": "2026-04-01", "organization_id": "7", "daily_active_users": 3, "totals_by_feature": []}
PERSON = {"day": "2026-04-01", "user_login": "ann", "totals_by_feature": [{"feature": "agent_edit"}]}
RETIRED = {"date": "2024-06-24", "total_active_users": 2, "copilot_ide_code_completions": None}


def read(text: str) -> Imported:
    return read_copilot(io.StringIO(text, newline=""), "c.json")


def read_value(value: Any) -> Imported:
    return read(json.dumps(value, indent=1))


def fixture(name: str) -> Imported:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as stream:
        return read_copilot(stream, name)


def rows(imported: Imported) -> dict[str, list[dict[str, Any]]]:
    return {kind: table.to_pylist() for kind, table in imported.tables.items()}


def completion(**counts: Any) -> dict[str, Any]:
    return {"feature": "code_completion", **counts}


@pytest.mark.parametrize(
    ("value", "counts"),
    [
        (DAY, {"copilot_days": 1}),
        ([DAY, DAY], {"copilot_days": 2}),
        ({"organization_id": "7", "day_totals": [DAY]}, {"copilot_days": 1}),
        (PERSON, {"copilot_user_days": 1}),
        ({"day_totals": [PERSON, PERSON]}, {"copilot_user_days": 2}),
        ([RETIRED], {"copilot_days": 1}),
        ([[RETIRED], [RETIRED]], {"copilot_days": 2}),
        (SEAT, {"copilot_seats": 1}),
        ([SEAT, SEAT], {"copilot_seats": 2}),
        ({"total_seats": 1, "seats": [SEAT]}, {"copilot_seats": 1}),
        ([{"total_seats": 2, "seats": [SEAT]}, {"total_seats": 2, "seats": [SEAT]}], {"copilot_seats": 2}),
        ({"total_seats": 0, "seats": []}, {}),
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_shape_is_recognised_however_it_is_printed(value: Any, counts: dict[str, int], indent: int | None) -> None:
    imported = read(json.dumps(value, indent=indent))
    assert {kind: table.num_rows for kind, table in imported.tables.items()} == counts
    assert (imported.faults, imported.notes) == ([], [])


def test_lines_and_pages_behind_each_other_are_read_one_by_one() -> None:
    lines = "\ufeff" + "\r\n".join(json.dumps(value) for value in (DAY, PERSON, SEAT)) + "\n\n"
    pages = "\n\n".join(json.dumps([value], indent=2) for value in (DAY, PERSON, SEAT))
    adjacent = "".join(json.dumps(value, indent=2) for value in (DAY, PERSON, SEAT))
    expected = {"copilot_seats": 1, "copilot_user_days": 1, "copilot_days": 1}
    for text in (lines, pages, adjacent):
        imported = read(text)
        assert {kind: table.num_rows for kind, table in imported.tables.items()} == expected
        assert imported.faults == []


def test_a_seat_says_who_since_when_until_when() -> None:
    more = {"pending_cancellation_date": "2026-05-01", "last_activity_at": None, "assigning_team": {"name": "A Team"}}
    (row,) = rows(read_value(SEAT | more))["copilot_seats"]
    assert row == {
        "login": "ann",
        "createdAt": datetime(2026, 1, 3, 7),
        "endsOn": datetime(2026, 5, 1),
        "lastActivityAt": None,
        "team": "A Team",
    }


@pytest.mark.parametrize(
    ("features", "active", "counts"),
    [
        (
            [completion(code_generation_activity_count=9, code_acceptance_activity_count=4, loc_added_sum=6)],
            1,
            (9, 4, 6),
        ),
        (
            [completion(code_generation_activity_count=9), completion(code_generation_activity_count=1)],
            1,
            (10, None, None),
        ),
        ([completion(loc_added_sum=1), completion(loc_added_sum=None)], 1, (None, None, None)),
        ([{"feature": "agent_edit", "code_acceptance_activity_count": 99, "loc_added_sum": 99}], 1, (0, 0, 0)),
        ([], 1, (None, None, None)),
        ([], None, (None, None, None)),
        ([], 0, (0, 0, 0)),
        (None, 5, (None, None, None)),
    ],
)
def test_code_completions_alone_count_and_what_is_missing_is_null(
    features: Any, active: int | None, counts: Any
) -> None:
    body = {"day": "2026-04-01", "daily_active_users": active, "totals_by_feature": features}
    (row,) = rows(read_value(body))["copilot_days"]
    assert (row["suggested"], row["accepted"], row["linesAccepted"]) == counts


def test_the_retired_list_adds_up_editors_models_and_languages() -> None:
    def language(suggestions: int) -> dict[str, int]:
        return {"total_code_suggestions": suggestions, "total_code_acceptances": 1, "total_code_lines_accepted": 2}

    editors = [{"models": [{"languages": [language(5), language(6)]}]}, {"models": [{"languages": [language(7)]}]}]
    (row,) = rows(read_value([RETIRED | {"copilot_ide_code_completions": {"editors": editors}}]))["copilot_days"]
    assert (row["source"], row["organisation"], row["activeUsers"]) == ("retired", "", 2)
    assert (row["suggested"], row["accepted"], row["linesAccepted"]) == (18, 3, 6)
    (unknown,) = rows(read_value([RETIRED]))["copilot_days"]
    assert (unknown["suggested"], unknown["linesAccepted"]) == (None, None)


@pytest.mark.parametrize(
    ("body", "organisation"),
    [
        ({"organization_id": "7", "day_totals": [{"day": "2026-04-01", "daily_active_users": 1}]}, "7"),
        ({"organization_id": "7", "day_totals": [DAY | {"organization_id": "8"}]}, "8"),
        (DAY | {"organization_id": 9}, "9"),
        ({"day": "2026-04-01", "daily_active_users": 1, "enterprise_id": "5"}, ""),
    ],
)
def test_a_day_belongs_to_the_organisation_its_report_names(body: Any, organisation: str) -> None:
    assert rows(read_value(body))["copilot_days"][0]["organisation"] == organisation


def test_the_forms_of_the_report_as_github_writes_them() -> None:
    first, second = rows(fixture("organisation-report.json"))["copilot_days"]
    assert (first["day"], first["activeUsers"], first["suggested"], first["accepted"]) == (
        datetime(2026, 4, 24),
        4,
        6,
        1,
    )
    assert (second["day"], second["activeUsers"], second["suggested"]) == (datetime(2026, 4, 5), 0, 0)
    people = rows(fixture("users-report.ndjson"))["copilot_user_days"]
    assert {row["login"]: row["suggested"] for row in people} == {
        "hubot": 6,
        "monalisa": 0,
        "octocat": 0,
        "octokitten": 0,
        "alicechen": 35,
    }


def test_the_retired_list_and_the_seats_as_github_writes_them() -> None:
    counts = [(row["suggested"], row["accepted"]) for row in rows(fixture("retired-days.json"))["copilot_days"]]
    assert counts == [(4, 0), (0, 741)]
    assert [row["lastActivityAt"] for row in rows(fixture("seats.json"))["copilot_seats"]] == [
        datetime(2026, 5, 1, 12),
        None,
    ]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ({"message": "Not Found", "status": "404"}, "c.json, line 1, $: should be a day of a report"),
        ({"message": "Not Found", "status": "404"}, "it has message, status"),
        ([DAY, 7], "c.json, line 1, $[1]: should be an object, got int"),
        ([[[[DAY]]]], "$[0][0][0]: lists within lists"),
        ({"seats": [SEAT | {"assignee": None}]}, "c.json, line 1, $.seats[0]: login is required"),
        ({"seats": [SEAT | {"created_at": None}]}, "$.seats[0]: created_at is required"),
        (
            [SEAT | {"pending_cancellation_date": "soon"}],
            '$[0]: pending_cancellation_date should be a date such as 2026-03-31, got "soon"',
        ),
        ([SEAT | {"assigning_team": "A Team"}], "$[0]: assigning_team should be an object"),
        ([DAY | {"day": "2026-02-30"}], 'day should be a date such as 2026-03-31, got "2026-02-30"'),
        ([DAY | {"daily_active_users": -1}], "daily_active_users should be a whole number of 0 or more, got -1"),
        ([DAY | {"daily_active_users": "3"}], "daily_active_users should be a number, got a text"),
        ([DAY | {"organization_id": ["7"]}], 'organization_id should be text, got ["7"]'),
        ([DAY | {"totals_by_feature": {}}], "totals_by_feature should be a list of objects"),
        ([DAY | {"totals_by_feature": [{}]}], "feature is required"),
        ([DAY | {"totals_by_feature": [completion(loc_added_sum=1.5)]}], "loc_added_sum should be a whole number"),
        ([DAY | {"totals_by_feature": [completion(loc_added_sum=2**62)] * 2}], "loc_added_sum adds up to more than"),
        ([PERSON | {"user_login": None}], "user_login is required"),
        ([PERSON | {"user_login": "a\x00b"}], "user_login is not valid text"),
        ([RETIRED | {"copilot_ide_code_completions": {"editors": [1]}}], "editors should be a list of objects"),
    ],
)
def test_a_bad_element_is_named_with_its_place_field_and_reason(value: Any, fault: str) -> None:
    imported = read_value(value)
    assert len(imported.faults) == 1
    assert fault in imported.faults[0]


def test_good_elements_survive_bad_ones() -> None:
    imported = read_value({"total_seats": 3, "seats": [SEAT, {"assignee": {}}, SEAT]})
    assert imported.tables["copilot_seats"].num_rows == 2
    assert imported.faults == ["c.json, line 1, $.seats[1]: login is required"]
    assert imported.notes == []


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_broken_line_spoils_itself_alone(at: int) -> None:
    lines = [json.dumps(DAY)] * 3
    lines[at] = '{"day": "2026-04-'
    imported = read("\n".join(lines))
    assert imported.tables["copilot_days"].num_rows == 2
    assert imported.faults == [
        f"c.json, line {at + 1}: not valid JSON from column 9 on (Unterminated string starting at)"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "c.json: the file is empty"),
        ("\n \n", "c.json: the file is empty"),
        ('[\n{"day": 1},\n{"day"\n]', "c.json, line 4: not valid JSON from column 1 on (Expecting ':' delimiter)"),
        ("[" * 100_000, "not valid JSON"),
        ('{"day": ' + "9" * 5000 + "}", "not valid JSON (nested too deeply, or a number of too many digits)"),
        ("<html>", "c.json, line 1: not valid JSON from column 1 on"),
    ],
)
def test_a_text_that_is_no_json_is_one_sentence(text: str, fault: str) -> None:
    imported = read(text)
    assert imported.tables == {}
    assert len(imported.faults) == 1
    assert fault in imported.faults[0]


def test_a_broken_page_keeps_the_pages_before_it() -> None:
    text = json.dumps([DAY], indent=1) + "\n" + json.dumps([DAY], indent=1)[:-4]
    imported = read(text)
    assert imported.tables["copilot_days"].num_rows == 1
    assert len(imported.faults) == 1


def test_links_to_a_report_say_what_to_do() -> None:
    with pytest.raises(
        InputError, match=r"c\.json, line 1, \$ holds links .* download what download_links names and import"
    ):
        read_value({"download_links": ["https://example.com/report.ndjson"], "report_day": "2026-02-20"})


@pytest.mark.parametrize(
    "body",
    [
        {"day": "2026-04-01", "user_login": "ann", "user_id": 1, "team_id": 4, "slug": "a-team"},
        {"day": "2026-04-01", "repository_id": 3, "code_generation_activity_count": 5},
        {"day": "2023-10-15", "total_suggestions_count": 1000, "total_active_users": 5, "breakdown": []},
    ],
)
def test_reports_that_would_count_twice_or_wrongly_are_refused(body: dict[str, Any]) -> None:
    imported = read_value([body])
    assert imported.tables == {}
    assert len(imported.faults) == 1


def test_missing_pages_of_seats_are_noted() -> None:
    assert read_value({"total_seats": 51, "seats": [SEAT]}).notes == [
        "c.json has 1 of 51 seats; import the other pages too, or the adoption rate will be too high"
    ]
