"""docs/CUSTOM_METRICS.md says what the catalogue has, and its examples are right."""

import re
from pathlib import Path

import pytest

from koalr_server.custom.catalogue import SOURCES
from koalr_server.custom.definition import AGGREGATIONS, DOCUMENT_KEYS
from koalr_server.custom.documents import read_documents
from koalr_server.custom.operators import OPERATORS
from koalr_server.custom.shipped import shipped_documents
from koalr_server.custom.units import RATES, SECONDS_IN, SHARES
from koalr_server.custom.validation import read_definition

PAGE = (Path(__file__).parents[2] / "docs" / "CUSTOM_METRICS.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```(toml|yaml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def section(heading: str) -> str:
    """The text below a heading, up to the next one of any level."""
    (found,) = re.findall(rf"^##+ {heading}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.mark.parametrize("source", SOURCES)
def test_the_table_of_a_source_is_the_catalogue(source: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| ([^|]+) \|$", section(source), re.MULTILINE)
    fields = SOURCES[source].fields.values()
    assert [(name, kind, unit.strip(), meaning) for name, kind, unit, meaning in rows] == [
        (field.name, field.type, field.unit or "", field.meaning) for field in fields
    ]
    assert SOURCES[source].time_meaning in section(source)


def test_the_table_of_operators_is_that_of_the_program() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \| ([\w ]+) \| ([^|]+) \|$", section("Filters"), re.MULTILINE)
    assert rows == [(each.name, ", ".join(each.sql), each.value, each.meaning) for each in OPERATORS.values()]


def test_every_aggregation_key_unit_and_shipped_metric_is_there() -> None:
    assert re.findall(r"^\| `(\w+)` \|", section("Aggregations"), re.MULTILINE) == list(AGGREGATIONS)
    assert set(re.findall(r"`(\w+)`", section("Keys"))) >= set(DOCUMENT_KEYS)
    assert all(name in section("Units") for name in (*SECONDS_IN, *RATES, *SHARES))
    shipped = re.findall(r"^\| `([\w-]+)` \| ([^|]+) \| ([^|]+) \|$", section("Shipped metrics"), re.MULTILINE)
    assert shipped == [(slug, each["unit"], each["description"]) for slug, each in shipped_documents().items()]


@pytest.mark.parametrize(("kind", "text"), EXAMPLES)
def test_every_example_is_right(kind: str, text: str) -> None:
    for path, document in read_documents(text.encode(), f"example.{kind}"):
        assert read_definition(document, path)[1] == []


def test_there_are_examples_in_both_forms() -> None:
    assert {kind for kind, _ in EXAMPLES} == {"toml", "yaml"}


def test_links_within_the_page_have_their_heading() -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^##+ (.+)$", PAGE, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
