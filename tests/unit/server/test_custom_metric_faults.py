"""What the checks of a custom metric say: which part is wrong, what stands there, what is allowed."""

import copy
import datetime as dt
from typing import Any

import pytest

from koalr_server.custom.catalogue import SOURCES
from koalr_server.custom.definition import DOCUMENT_KEYS, FILTER_KEYS, PART_KEYS
from koalr_server.custom.operators import OPERATORS
from koalr_server.custom.shipped import shipped_documents
from koalr_server.custom.validation import read_definition

COUNT = {
    "slug": "merged",
    "label": "Merged",
    "source": "pull_requests",
    "aggregation": "count",
    "unit": "pull requests",
}
MEDIAN = COUNT | {"aggregation": "median", "field": "cycle_time", "unit": "hours"}
P95 = MEDIAN | {"aggregation": "percentile", "p": 95}
RATIO = COUNT | {"aggregation": "ratio", "unit": "percent", "numerator": {}, "denominator": {}}

NO_BOTS = {"field": "is_bot", "operator": "equals", "value": False}


def filtered(*filters: object, of: dict[str, Any] = COUNT) -> dict[str, Any]:
    return of | {"filters": list(filters)}


def one(field: str, operator: object, value: object, **more: object) -> dict[str, Any]:
    return filtered({"field": field, "operator": operator, "value": value, **more})


def faults(document: object, path: str = "") -> list[str]:
    definition, found = read_definition(document, path)
    assert (definition is None) is bool(found)
    return found


RIGHT = [
    COUNT,
    MEDIAN,
    P95,
    RATIO,
    COUNT | {"unit": "pull requests per week"},
    P95 | {"p": 99.9},
    one("title", "equals", ""),
    one("title", "contains", "👩‍💻"),
    one("labels", "in", ["bug", "defect"]),
    one("cycle_time", "above", 1.5, unit="days"),
    one("merged_at", "at_least", "2025-01-01"),
    one("merged_at", "at_least", "2025-01-01T02:00:00+02:00"),
    one("merged_at", "below", dt.date(2025, 1, 1)),
    one("merged_at", "below", dt.datetime(2025, 1, 1, 2, tzinfo=dt.UTC)),
    RATIO | {"numerator": {"aggregation": "sum", "field": "cycle_time"}, "unit": "hours per pull request"},
    RATIO | {"numerator": {"aggregation": "sum", "field": "additions"}, "unit": "lines per pull request"},
    COUNT | {"team": "Überblick", "description": "Größe\u00a0zählt"},
]


@pytest.mark.parametrize("document", RIGHT)
def test_a_right_document_has_no_fault(document: dict[str, Any]) -> None:
    assert faults(document) == []


@pytest.mark.parametrize("slug", shipped_documents())
def test_a_shipped_document_has_no_fault_and_says_what_it_means(slug: str) -> None:
    document = shipped_documents()[slug]
    assert faults(document) == []
    assert document["description"].endswith(".")


WRONG: list[tuple[object, str]] = [
    (None, "null is not a metric; write keys such as slug, label and source."),
    ([COUNT], "is not a metric"),
    ("p95", '"p95" is not a metric'),
    (COUNT | {"labell": "x"}, "labell: is not a known key; allowed: slug, label, "),
    (COUNT | {"labell": "x"}, 'did you mean "label"?'),
    (COUNT | {1: 2}, "1: is not a known key"),
    (COUNT | {"slug": None}, "slug: is missing; give one such as p95-cycle-time."),
    (COUNT | {"slug": "P95"}, 'slug: "P95" is no slug; write lower-case words'),
    (COUNT | {"slug": "a--b"}, 'slug: "a--b" is no slug'),
    (COUNT | {"slug": "a-"}, "is no slug"),
    (COUNT | {"slug": "a\n"}, 'slug: "a\\n" is no slug'),
    (COUNT | {"slug": "a" * 65}, "64 characters at most"),
    (COUNT | {"slug": 95}, "slug: 95 is no slug"),
    (COUNT | {"slug": "größe"}, "is no slug"),
    (COUNT | {"label": None}, "label: is missing; give a text of 1 to 100 characters."),
    (COUNT | {"label": ""}, "label: has 0 characters; allowed are 1 to 100."),
    (COUNT | {"label": "x" * 101}, "label: has 101 characters"),
    (COUNT | {"label": " "}, 'label: " " holds only spaces'),
    (COUNT | {"label": 5}, "label: 5 is not a text; put it in quotation marks."),
    (COUNT | {"label": "a\x1b[2J"}, "label: holds the character U+001B"),
    (COUNT | {"label": "a\u202eb"}, "label: holds the character U+202E"),
    (COUNT | {"label": "a\ud800"}, "label: holds the character U+D800"),
    (COUNT | {"description": ["x"]}, 'description: ["x"] is not a text'),
    (COUNT | {"team": 7}, "team: 7 is not a text"),
    (COUNT | {"source": "pull_request"}, 'source: "pull_request" is not one of pull_requests, reviews, '),
    (COUNT | {"source": "pull_request"}, 'did you mean "pull_requests"?'),
    (COUNT | {"source": "members; DROP TABLE teams"}, "is not one of pull_requests"),
    (COUNT | {"source": None}, "source: is missing; allowed: pull_requests, "),
    (COUNT | {"aggregation": "average"}, 'aggregation: "average" is not one of count, sum, mean, median, percentile, ratio.'),
    (COUNT | {"aggregation": ["count"]}, 'aggregation: ["count"] is not one of'),
    (COUNT | {"unit": "hours"}, 'unit: "hours" is not one of pull requests, pull requests per day, pull requests per week.'),
    (COUNT | {"unit": None}, "unit: is missing; allowed: pull requests, "),
    (COUNT | {"field": "cycle_time"}, "field: does not go with the aggregation count; it belongs to sum, mean, median, percentile."),
    (COUNT | {"p": 95}, "p: does not go with the aggregation count; it belongs to percentile."),
    (MEDIAN | {"numerator": {}}, "numerator: does not go with the aggregation median; it belongs to ratio."),
    (MEDIAN | {"field": None}, "field: is missing; allowed: cycle_time, "),
    (MEDIAN | {"field": "cycletime"}, 'field: "cycletime" is not one of cycle_time, '),
    (MEDIAN | {"field": "cycletime"}, 'did you mean "cycle_time"?'),
    (MEDIAN | {"field": "title"}, 'field: "title" is of type text and cannot be aggregated; allowed: cycle_time, '),
    (MEDIAN | {"field": "1); DROP TABLE teams; --"}, "is not one of cycle_time"),
    (MEDIAN | {"unit": "hour"}, 'unit: "hour" is not one of seconds, minutes, hours, days, weeks; did you mean "hours"?'),
    (MEDIAN | {"unit": "hours per week"}, "is not one of seconds"),
    (MEDIAN | {"field": "additions"}, 'unit: "hours" is not one of lines.'),
    (P95 | {"p": None}, "p: is missing; percentile needs a number above 0 and below 100, such as 95."),
    (P95 | {"p": 0}, "p: 0 is not a number above 0 and below 100."),
    (P95 | {"p": 100}, "p: 100 is not a number above 0 and below 100."),
    (P95 | {"p": "95"}, 'p: "95" is not a number'),
    (P95 | {"p": True}, "p: true is not a number"),
    (P95 | {"p": float("nan")}, "p: NaN is not a number"),
    (RATIO | {"numerator": None}, "numerator: is missing; a ratio needs a numerator and a denominator"),
    (RATIO | {"denominator": 5}, "denominator: 5 is not one side of a ratio"),
    (RATIO | {"numerator": {"aggregation": "mean"}}, 'numerator.aggregation: "mean" is not one of count, sum.'),
    (RATIO | {"numerator": {"field": "additions"}}, "numerator.field: does not go with the aggregation count; it belongs to sum."),
    (RATIO | {"numerator": {"aggregation": "sum"}}, "numerator.field: is missing; allowed: cycle_time"),
    (RATIO | {"numerator": {"filter": []}}, 'numerator.filter: is not a known key; allowed: aggregation, field, filters; did you mean "filters"?'),
    (RATIO | {"denominator": {"filters": [{"operator": "equals"}]}}, "denominator.filters[0].field: is missing"),
    (RATIO | {"denominator": {"aggregation": "sum", "field": "additions"}}, "denominator: sums lines under a count; use sums of one unit"),
    (
        RATIO
        | {
            "numerator": {"aggregation": "sum", "field": "cycle_time"},
            "denominator": {"aggregation": "sum", "field": "additions"},
        },
        "denominator: sums lines under a sum of seconds",
    ),
    (RATIO | {"unit": "share"}, 'unit: "share" is not one of ratio, percent.'),
    (COUNT | {"filters": {}}, "filters: {} is not a list of filters."),
    (COUNT | {"filters": [{}] * 21}, "filters: has 21 filters; allowed are 20 at most."),
    (filtered("is_bot"), 'filters[0]: "is_bot" is not a filter; write field, operator and value.'),
    (one("is_bot", "equals", False, op=1), "filters[0].op: is not a known key; allowed: field, operator, value, unit"),
    (one("is_bott", "equals", False), 'did you mean "is_bot"?'),
    (one("1=1 OR author", "equals", "x"), 'filters[0].field: "1=1 OR author" is not one of repo, author'),
    (
        filtered(NO_BOTS, {"field": "title", "operator": "like", "value": "x"}),
        'filters[1].operator: "like" is not one of equals, not, in, not_in, contains, starts_with, is_null.',
    ),
    (one("title", None, "x"), "filters[0].operator: is missing; allowed: equals, "),
    (one("title", "above", "x"), 'filters[0].operator: "above" does not apply to title, which is of type text; allowed: equals, '),
    (one("is_bot", "contains", "x"), 'operator: "contains" does not apply to is_bot, which is of type boolean; allowed: equals, not, is_null.'),
    (one("title", "equals", None), "filters[0].value: is missing; equals on title needs a text."),
    (one("title", "in", None), "filters[0].value: is missing; in on title needs a list of 1 to 100 values."),
    (one("title", "is_null", None), "needs true or false."),
    (one("title", "equals", 5), "filters[0].value: 5 is not a text"),
    (one("title", "equals", "x" * 201), "filters[0].value: has 201 characters; allowed are 1 to 200."),
    (one("title", "contains", ""), "filters[0].value: has 0 characters"),
    (one("title", "contains", "a\x00b"), "filters[0].value: holds the character U+0000"),
    (one("title", "in", "x"), 'filters[0].value: "x" is not a list; write the values in square brackets.'),
    (one("title", "in", []), "filters[0].value: has 0 values; allowed are 1 to 100."),
    (one("title", "in", ["x"] * 101), "filters[0].value: has 101 values"),
    (one("title", "in", ["x", 5]), "filters[0].value[1]: 5 is not a text"),
    (one("title", "is_null", "yes"), 'filters[0].value: "yes" is neither true nor false'),
    (one("is_bot", "equals", "false"), 'filters[0].value: "false" is neither true nor false'),
    (one("additions", "above", "500"), 'filters[0].value: "500" is not a number.'),
    (one("additions", "above", True), "filters[0].value: true is not a number."),
    (one("additions", "above", float("inf")), "filters[0].value: Infinity is out of range"),
    (COUNT | {"label": 10**5_000}, "label: a value of type int is not a text"),
    (COUNT | {"label": {dt.date(2025, 1, 1): 1}}, "label: a value of type dict is not a text"),
    (one("additions", "above", float("nan")), "filters[0].value: NaN is out of range"),
    (one("additions", "above", 10**400), "… is out of range; allowed are numbers from -1e15 to 1e15."),
    (one("merged_at", "above", "yesterday"), 'filters[0].value: "yesterday" is not a time; write it like 2025-03-31T18:22:00Z.'),
    (one("merged_at", "above", 20250101), "filters[0].value: 20250101 is not a time"),
    (one("merged_at", "above", "0001-01-01T00:00:00+14:00"), "is not a time"),
    (one("merged_at", "above", "1066-10-14"), "is out of range; allowed are the years 1970 to 2200."),
    (one("merged_at", "equals", "2025-01-01"), 'operator: "equals" does not apply to merged_at'),
    (one("additions", "above", 5, unit="hours"), 'filters[0].unit: "hours" is not one of lines.'),
    (one("cycle_time", "above", 5, unit="hrs"), 'filters[0].unit: "hrs" is not one of seconds, minutes, hours, days, weeks; did you mean "hours"?'),
    (one("title", "equals", "x", unit="hours"), "filters[0].unit: does not go with title, which is of type text; leave it out."),
]  # fmt: skip


@pytest.mark.parametrize(("document", "part"), WRONG, ids=[part for _, part in WRONG])
def test_a_fault_is_named_with_its_path_value_and_way_out(document: object, part: str) -> None:
    before = copy.deepcopy(document)
    found = faults(document)
    assert any(part in sentence for sentence in found), found
    assert len(found) == 1
    assert found[0].endswith((".", "?"))
    assert "\n" not in found[0]
    assert found[0].isprintable()
    assert document == before or document != document


def test_all_faults_come_at_once_in_the_order_of_the_document() -> None:
    document = {"slug": "A", "label": 5, "source": "x", "aggregation": "y", "filters": [{"operator": "like"}], "z": 1}
    paths = [sentence.split(":")[0] for sentence in faults(document, "metrics[3]")]
    assert paths == [
        f"metrics[3].{name}" for name in ("z", "slug", "label", "source", "aggregation", "filters[0].operator")
    ]


def test_a_long_value_is_shortened() -> None:
    (found,) = faults(COUNT | {"source": "x" * 100_000})
    assert len(found) < 400


def test_the_normal_form_reads_as_itself() -> None:
    document = P95 | {
        "p": 95.0,
        "filters": [{"value": dt.datetime(2025, 1, 1), "operator": "below", "field": "merged_at"}],
    }
    definition, _ = read_definition(document)
    assert definition is not None
    assert definition.document["p"] == 95
    assert definition.document["filters"] == [
        {"field": "merged_at", "operator": "below", "value": "2025-01-01T00:00:00Z"}
    ]
    again, _ = read_definition(definition.document)
    assert again == definition


def test_names_of_the_catalogue_need_no_quoting() -> None:
    names = [*SOURCES, *(name for source in SOURCES.values() for name in source.fields), *OPERATORS]
    names += [*DOCUMENT_KEYS, *PART_KEYS, *FILTER_KEYS]
    assert all(name.isidentifier() and name.islower() for name in names)
