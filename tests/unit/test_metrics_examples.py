"""The worked examples of docs/METRICS.md come out as the document says."""

import re

import pytest

from tests.oracle.examples import DOCUMENT, Example, oracle_answer, read_examples, value_at

TEXT = DOCUMENT.read_text(encoding="utf-8")
EXAMPLES = read_examples(TEXT)
HEADINGS = (
    "Deployment frequency",
    "Lead time for changes",
    "Change failure rate",
    "Time to restore service",
    "Tier",
    "Cycle time",
    "Throughput",
    "Work in progress",
    "Flow efficiency",
    "First response time",
    "Review cycle time",
    "Reviewed pull requests",
    "Value stream",
    "Copilot",
    "Delivery forecast",
    "Backlog",
    "Pull request risk",
    "Deployments",
    "Pull requests",
    "Incidents",
)
ONE_TABLE = "## Tier\n```csv deployments\nrepo,env,status,deployedAt\na/b,prod,success,2025-03-03T09:00:00Z\n```\n"


def named(example: Example) -> str:
    return f"{example.heading}: {example.question} {example.now} {' '.join(example.expected)}"


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_example_comes_out_as_stated(example: Example) -> None:
    answer = oracle_answer(example)
    assert {path: value_at(answer, path) for path in example.expected} == example.expected


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_metric_has_a_heading_and_an_example(heading: str) -> None:
    assert f"\n## {heading}\n" in TEXT
    assert heading in {example.heading for example in EXAMPLES}


def test_no_line_that_looks_like_a_result_is_overlooked() -> None:
    assert len(EXAMPLES) == len(re.findall(r"^\W*Result \(", TEXT, re.MULTILINE))


def test_every_link_within_the_document_has_its_heading() -> None:
    anchors = {heading.lower().replace(" ", "-") for heading in re.findall(r"^## (.+)$", TEXT, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors


def test_a_wrong_statement_is_noticed() -> None:
    (example,) = read_examples(
        ONE_TABLE + "Result (dora, days = 30, now = 2025-03-31T23:59:59Z): deployFrequency = 0.5\n"
    )
    assert value_at(oracle_answer(example), "deployFrequency") != example.expected["deployFrequency"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Result (dora, days = 30, now = 2025-03-31T23:59:59Z): tier = null\n", "no result of tables"),
        (ONE_TABLE + "Result (dora): tier = null\n", "no result of tables"),
        (ONE_TABLE + "Result (guess, days = 1, now = 2025-03-31T23:59:59Z): tier = null\n", "no result of tables"),
        (ONE_TABLE.replace("deployments", "releases"), "'releases'"),
        (ONE_TABLE + ONE_TABLE.removeprefix("## Tier\n"), "two tables"),
    ],
)
def test_a_malformed_example_is_named(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_examples(text)
