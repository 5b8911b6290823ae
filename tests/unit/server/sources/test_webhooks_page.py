"""docs/WEBHOOKS.md: its bodies are taken, its calls are what a shell makes of them, its sources are all there."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from koalr_server.sources import deployments, incidents
from koalr_server.sources.assembly import assemble
from koalr_server.sources.posted import Posted
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.rules import Rules
from tests.unit.server.sources.telling import record, records

PAGE = (Path(__file__).parents[4] / "docs" / "WEBHOOKS.md").read_text(encoding="utf-8")
SOURCE_BY_HEADING = {
    "PagerDuty": "pagerduty",
    "Opsgenie": "opsgenie",
    "incident.io": "incident-io",
    "Deployments from any CI": "deployments",
    "Incidents from a tool of your own": "incidents",
}
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
# A shell that has this instead of curl prints the body that it would send.
PRINTING_CURL = 'curl() { for last in "$@"; do :; done; printf %s "$last"; }\n'


def blocks(heading: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", SECTIONS[heading], re.MULTILINE | re.DOTALL)


BODIES = [(source, text) for heading, source in SOURCE_BY_HEADING.items() for text in blocks(heading, "json")]


def faults(source: str, told: Any) -> list[str]:
    found = SOURCES[source]
    return found.check(told) if isinstance(found, Posted) else []


def sent_by(call: str) -> Any:
    """The body of a call, as a shell with RUN_ID and SHA sends it."""
    environment = {"PATH": "/usr/bin:/bin", "RUN_ID": "901", "SHA": "abc123", "SERVER": "u", "KEY": "k"}
    run = subprocess.run(["sh", "-euc", PRINTING_CURL + call], capture_output=True, check=True, env=environment)
    return json.loads(run.stdout)


def test_every_section_has_a_body_and_every_source_a_section() -> None:
    assert {source for source, _ in BODIES} == set(SOURCE_BY_HEADING.values()) == set(SOURCES) - {"github"}


def test_the_body_of_github_is_a_pull_request() -> None:
    (text,) = blocks("GitHub", "json")
    told = SOURCES["github"].observe("pull_request", json.loads(text))
    (row,) = assemble(told, Rules())["pull_requests"]
    assert (row["repo"], row["number"], row["title"]) == ("acme/api", 12, "Faster checkout")


@pytest.mark.parametrize(("source", "text"), BODIES)
def test_a_body_of_the_page_is_taken_and_makes_a_record_of_each_item(source: str, text: str) -> None:
    told = json.loads(text)
    assert faults(source, told) == []
    assert len(records(source, told)) == (len(told) if isinstance(told, list) else 1)


def test_the_incident_of_the_page_is_resolved_and_reopened() -> None:
    (call,) = blocks("Incidents from a tool of your own", "sh")
    opened = sent_by(call) | {"startedAt": "2026-03-02T10:00:00Z"}
    over, again = (json.loads(text) for text in blocks("Incidents from a tool of your own", "json"))
    ends = [record("incidents", *bodies)["resolvedAt"] for bodies in ([opened], [over, opened], [again, over, opened])]
    assert ends == [None, "2026-03-02T10:40:00Z", None]


@pytest.mark.parametrize(
    ("heading", "example"),
    [("Deployments from any CI", deployments.EXAMPLE), ("Incidents from a tool of your own", incidents.EXAMPLE)],
)
def test_the_call_of_a_refusal_is_that_of_the_page_and_works(heading: str, example: str) -> None:
    assert blocks(heading, "sh") == [example + "\n"]
    assert len(example.splitlines()) == 3
    told = sent_by(example)
    assert faults(SOURCE_BY_HEADING[heading], told) == []
    assert record(SOURCE_BY_HEADING[heading], told)["repo"] == "acme/api"


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_the_page_names_the_address_and_the_setting(source: Any) -> None:
    assert f"`{source.name}`" in PAGE
    assert source.secret_setting is None or f"`{source.secret_setting}`" in PAGE
