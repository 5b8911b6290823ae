"""Each operator and rule of custom metrics on rows one can count by eye, and texts that try to be SQL."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from koalr_server.clock import Moment
from koalr_server.custom.answer import answer
from koalr_server.custom.catalogue import SOURCES
from koalr_server.custom.operators import operators_for
from koalr_server.custom.statement import statement
from koalr_server.custom.validation import read_definition
from koalr_server.settings import parse_instant
from koalr_server.store.database import Database
from tests.integration.server.loaded import Loaded, import_rows

NOW = "2025-03-31T23:59:59Z"
HOSTILE = (
    "'; DROP TABLE members; --",
    '"; DROP TABLE members; --',
    "$now",
    "$filter_0",
    "{field}",
    "{0.__class__}",
    "%",
    "_",
    "\\",
    "' OR '1'='1",
    "x') OR (1=1",
    "/* */",
    "🚀" * 50,
)
COUNT = {"slug": "m", "label": "M", "source": "pull_requests", "aggregation": "count", "unit": "pull requests"}


def pull(number: int, merged_at: str | None, **more: Any) -> dict[str, Any]:
    return {
        "repo": "acme/api",
        "number": number,
        "title": f"Change {number}",
        "author": "ann",
        "mergedAt": merged_at,
    } | more


PULLS = [
    pull(1, "2025-03-03T09:00:00Z", title="Add a hotfix", labels=["Bug", "needs review"], additions=10, deletions=1),
    pull(2, "2025-03-04T09:00:00Z", title="HOTFIX: retry", author="Bo", labels=["bugfix"], additions=20, deletions=2),
    pull(3, "2025-03-08T09:00:00Z", title="Größe prüfen", author=None, labels=None, additions=None, deletions=3),
    pull(4, "2025-03-10T09:00:00Z", title="", additions=30, deletions=None, firstCommitAt="2025-03-10T07:00:00Z"),
    pull(5, "2025-03-11T09:00:00Z", title="100%_", additions=40, deletions=4, firstCommitAt="2025-03-10T09:00:00Z"),
    pull(6, None, title="Open hotfix"),
]


@pytest.fixture(scope="module")
def loaded() -> Iterator[Loaded]:
    database = Database.in_memory()
    pulls = [{**row, "author": row["author"] or "nobody"} for row in PULLS]
    import_rows(database, {"pull_requests": pulls})
    yield Loaded(database, parse_instant(NOW))
    database.close()


def asked(loaded: Loaded, document: dict[str, Any], now: str = NOW, shift: timedelta = timedelta(0)) -> dict[str, Any]:
    definition, faults = read_definition(document)
    assert definition is not None, faults
    moment = Moment(parse_instant(now).replace(tzinfo=None), shift)
    return answer(definition, loaded.service.query, moment.now, 30, loaded.scope(document.get("team")), shift)


@pytest.mark.parametrize(
    ("field", "operator", "value", "count"),
    [
        ("title", "equals", "add a HOTFIX", 1),
        ("title", "equals", "", 1),
        ("title", "equals", "hotfix", 0),
        ("title", "not", "", 4),
        ("title", "in", ["größe PRÜFEN", "add a hotfix"], 2),
        ("title", "not_in", ["GRÖSSE PRÜFEN", "add a hotfix"], 4),
        ("title", "contains", "hotfix", 2),
        ("title", "contains", "%", 1),
        ("title", "contains", "_", 1),
        ("title", "contains", "ÖSS", 0),
        ("title", "starts_with", "hotfix", 1),
        ("title", "starts_with", "GRÖ", 1),
        ("labels", "contains", "bug", 1),
        ("labels", "contains", "BUGFIX", 1),
        ("labels", "contains", "review", 0),
        ("labels", "starts_with", "bug", 2),
        ("labels", "in", ["NEEDS REVIEW", "bugfix"], 2),
        ("labels", "not_in", ["bug"], 4),
        ("labels", "is_null", True, 3),
        ("labels", "is_null", False, 2),
        ("additions", "equals", 20, 1),
        ("additions", "not", 20, 3),
        ("additions", "in", [10, 20, 99], 2),
        ("additions", "not_in", [10, 20, 99], 2),
        ("additions", "at_least", 20, 3),
        ("additions", "above", 20, 2),
        ("additions", "at_most", 20, 2),
        ("additions", "below", 20, 1),
        ("additions", "below", 20.5, 2),
        ("additions", "is_null", True, 1),
        ("changed_lines", "is_null", True, 2),
        ("is_bot", "equals", False, 5),
        ("is_bot", "not", False, 0),
        ("weekday", "in", ["Saturday"], 1),
        ("hour", "equals", 9, 5),
        ("merged_at", "at_least", "2025-03-10T09:00:00Z", 2),
        ("merged_at", "above", "2025-03-10T10:00:00+01:00", 1),
        ("merged_at", "at_most", "2025-03-10T09:00:00Z", 4),
        ("merged_at", "below", "2025-03-04", 1),
        ("merged_at", "is_null", False, 5),
        ("reviewed", "is_null", True, 5),
    ],
)
def test_an_operator_selects_what_it_says(loaded: Loaded, field: str, operator: str, value: Any, count: int) -> None:
    document = COUNT | {"filters": [{"field": field, "operator": operator, "value": value}]}
    assert asked(loaded, document)["value"] == count


@pytest.mark.parametrize(
    ("change", "value", "n"),
    [
        ({"aggregation": "sum", "field": "additions", "unit": "lines"}, 100.0, 4),
        ({"aggregation": "sum", "field": "additions", "unit": "lines per week"}, 23.333333, 4),
        ({"aggregation": "mean", "field": "additions", "unit": "lines"}, 25.0, 4),
        ({"aggregation": "median", "field": "cycle_time", "unit": "hours"}, 13.0, 2),
        ({"aggregation": "percentile", "p": 25, "field": "cycle_time", "unit": "minutes"}, 450.0, 2),
        ({"aggregation": "percentile", "p": 99.5, "field": "cycle_time", "unit": "days"}, 0.995417, 2),
        ({"aggregation": "mean", "field": "review_time", "unit": "hours"}, None, 0),
        ({"aggregation": "sum", "field": "review_time", "unit": "hours per day"}, None, 0),
        ({"unit": "pull requests per day"}, 0.166667, 5),
        ({"unit": "pull requests per week"}, 1.166667, 5),
    ],
)
def test_an_aggregation_in_its_unit(loaded: Loaded, change: dict[str, Any], value: float | None, n: int) -> None:
    found = asked(loaded, COUNT | change)
    assert (found["value"], found["n"]) == (value, n)


HOTFIX = {"field": "title", "operator": "contains", "value": "hotfix"}
NEVER = {"field": "title", "operator": "equals", "value": "never"}
SIZELESS = {"field": "changed_lines", "operator": "is_null", "value": True}


@pytest.mark.parametrize(
    ("numerator", "denominator", "unit", "value", "n"),
    [
        ({"filters": [HOTFIX]}, {}, "percent", 40.0, 5),
        ({"filters": [HOTFIX]}, {}, "ratio", 0.4, 5),
        ({"filters": [NEVER]}, {}, "ratio", 0.0, 5),
        ({}, {"filters": [NEVER]}, "ratio", None, 0),
        (
            {"aggregation": "sum", "field": "changed_lines", "filters": [HOTFIX]},
            {"aggregation": "sum", "field": "changed_lines"},
            "ratio",
            0.428571,
            3,
        ),
        (
            {"aggregation": "sum", "field": "changed_lines", "filters": [NEVER]},
            {"aggregation": "sum", "field": "changed_lines"},
            "ratio",
            0.0,
            3,
        ),
        (
            {"aggregation": "sum", "field": "changed_lines", "filters": [SIZELESS]},
            {"aggregation": "sum", "field": "changed_lines"},
            "ratio",
            None,
            3,
        ),
        ({"aggregation": "sum", "field": "additions"}, {}, "lines per pull request", 20.0, 5),
    ],
)
def test_a_ratio(
    loaded: Loaded, numerator: dict[str, Any], denominator: dict[str, Any], unit: str, value: float | None, n: int
) -> None:
    document = COUNT | {"aggregation": "ratio", "numerator": numerator, "denominator": denominator, "unit": unit}
    found = asked(loaded, document)
    assert (found["value"], found["n"]) == (value, n)


def test_a_count_of_nothing_is_a_real_zero_in_every_window(loaded: Loaded) -> None:
    found = asked(loaded, COUNT, now="2024-03-31T23:59:59Z")
    assert (found["value"], found["n"], found["previous"]) == (0, 0, {"value": 0})
    assert {entry["value"] for entry in found["trend"]} == {0}


def test_the_trend_has_the_weeks_and_their_days(loaded: Loaded) -> None:
    trend = asked(loaded, COUNT | {"unit": "pull requests per day"})["trend"]
    assert [str(entry["weekStart"]) for entry in trend][-2:] == ["2025-03-24", "2025-03-31"]
    assert [entry["days"] for entry in trend][-2:] == [7, 1]
    assert [entry["n"] for entry in trend][-5:] == [3, 2, 0, 0, 0]
    assert trend[-5]["value"] == 0.428571


def test_times_in_filters_are_those_that_are_shown(loaded: Loaded) -> None:
    document = COUNT | {"filters": [{"field": "merged_at", "operator": "at_least", "value": "2026-03-09T09:00:00Z"}]}
    assert asked(loaded, document, shift=timedelta(weeks=52))["value"] == 2


COMPARISONS = [("title", name) for name in operators_for("text") if name != "is_null"]
COMPARISONS += [("labels", name) for name in operators_for("texts") if name != "is_null"]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(("field", "operator"), COMPARISONS)
def test_a_hostile_text_is_a_value_and_nothing_else(loaded: Loaded, field: str, operator: str, text: str) -> None:
    several = operator in ("in", "not_in")

    def document(given: str) -> dict[str, Any]:
        each = {"field": field, "operator": operator, "value": [given] if several else given}
        return COUNT | {"label": given, "description": given, "filters": [each]}

    hostile, harmless = (read_definition(document(given))[0] for given in (text, "x"))
    assert hostile is not None
    assert harmless is not None
    assert statement(hostile) == statement(harmless)
    assert asked(loaded, document(text))["value"] in ({5} if operator in ("not", "not_in") else {0, 1})
    assert loaded.service.database.rows("SELECT count(*) AS n FROM members") == [{"n": 0}]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("key", ["slug", "source", "aggregation", "unit"])
def test_a_hostile_name_is_refused(key: str, text: str) -> None:
    assert read_definition(COUNT | {key: text})[0] is None


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_field_or_operator_is_refused(text: str) -> None:
    assert read_definition(COUNT | {"filters": [{"field": text, "operator": "equals", "value": "x"}]})[0] is None
    assert read_definition(COUNT | {"filters": [{"field": "title", "operator": text, "value": "x"}]})[0] is None
    assert read_definition(COUNT | {"aggregation": "sum", "field": text, "unit": "lines"})[0] is None


def test_no_expression_of_the_catalogue_would_be_filled_in_by_mistake() -> None:
    expressions = [field.sql for source in SOURCES.values() for field in source.fields.values()]
    assert not any(brace in sql for sql in expressions for brace in "{}")


DEPLOYMENTS = [
    {"id": "run-1", "repo": "acme/api", "env": "production", "status": "success", "deployedAt": "2025-03-02T10:00:00Z"},
    {"id": "run-2", "repo": "acme/api", "env": "production", "status": "success", "deployedAt": "2025-03-03T10:00:00Z"},
    {
        "id": "run-3",
        "repo": "acme/api",
        "env": "production",
        "status": "success",
        "deployedAt": "2025-03-05T10:00:00Z",
        "rollbackOf": "run-2",
    },
]


def test_what_lies_after_now_does_not_exist_yet() -> None:
    database = Database.in_memory()
    first = {"sha": "a1a1a1a", "parents": [], "author": "ann", "repo": "acme/web"}
    first |= {"authoredAt": "2025-03-01T09:00:00Z", "committedAt": "2025-03-01T09:00:00Z"}
    late = pull(9, "2025-03-20T09:00:00Z", repo="acme/web", headSha="b1b1b1b")
    web = [
        {"repo": "acme/web", "env": "production", "status": "success", "sha": sha, "deployedAt": at}
        for sha, at in (("a1a1a1a", "2025-03-02T09:00:00Z"), ("b1b1b1b", "2025-03-03T09:00:00Z"))
    ]
    import_rows(database, {"deployments": DEPLOYMENTS + web, "pull_requests": [late], "commits": [first]})
    loaded = Loaded(database, parse_instant(NOW))
    incidents = COUNT | {"source": "incidents", "unit": "incidents"}
    failures = COUNT | {"source": "deployments", "unit": "deployments"}
    failures |= {"filters": [{"field": "failed", "operator": "equals", "value": True}]}
    changes = COUNT | {"source": "changes", "unit": "changes"}
    shipped = COUNT | {"source": "deployments", "aggregation": "sum", "field": "changes", "unit": "changes"}
    early = "2025-03-04T00:00:00Z"
    for document in (incidents, failures, changes, shipped):
        assert asked(loaded, document, now=early)["value"] == 0
        assert asked(loaded, document)["value"] == 1
    database.close()
