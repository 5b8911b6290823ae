"""What the walk says is what the documents say, and what there is."""

import importlib
import re
from pathlib import Path

import pytest

from components.site import SITE
from koalr_server.connect.ending import SERVER_FILE, unit
from koalr_server.connect.reading import PAGES
from koalr_server.connect.receiving import CI, CI_PAGES
from koalr_server.connect.walk import SOURCES as CHOICES
from koalr_server.connect.walk import SYNC
from koalr_server.connect.webhooks import WEBHOOKS, Webhook
from koalr_server.sources.registry import SOURCES
from koalr_server.sync.github.permissions import PERMISSIONS

ROOT = Path(__file__).parents[4]
SOURCES_PAGE = (ROOT / "docs" / "SOURCES.md").read_text(encoding="utf-8")
WEBHOOKS_PAGE = (ROOT / "docs" / "WEBHOOKS.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", WEBHOOKS_PAGE, re.MULTILINE | re.DOTALL))
SYNC_MODULES = ("pulls", "commits", "deployments", "issues", "boards", "organisation", "copilot")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without marks and without its head."""
    section = SOURCES_PAGE.split(f"{heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert rows
    plain = re.sub(r"[`*]", "", rows[0])
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in plain.splitlines()[2:]]


def test_permissions_are_those_of_the_page_in_its_order() -> None:
    told = [[each.resource, each.feeds, each.fine_grained, each.classic] for each in PERMISSIONS]
    assert told == [row[:4] for row in table("### Permissions")]


@pytest.mark.parametrize("name", SYNC_MODULES)
def test_what_the_sync_misses_in_its_summary_is_in_the_table(name: str) -> None:
    module = importlib.import_module(f"koalr_server.sync.github.{name}")
    named = [value for variable, value in vars(module).items() if variable.endswith("PERMISSION")]
    wanted = [word for sentence in named for word in re.findall(r"(?:^|and )([A-Z][\w ]+?): read", sentence)]
    assert wanted
    for permission in wanted:
        assert any(permission in each.fine_grained for each in PERMISSIONS), permission


def test_who_may_add_a_webhook_is_told_as_on_the_page() -> None:
    told = [[each.title, each.where, each.right] for each in WEBHOOKS.values()]
    assert told == table("## Who may add a webhook")


@pytest.mark.parametrize("webhook", WEBHOOKS.values(), ids=lambda each: each.source)
def test_webhooks_are_set_up_as_on_their_page(webhook: Webhook) -> None:
    section = re.sub(r"\s+", " ", SECTIONS[webhook.title])
    assert f"**{webhook.where}**" in section
    for event in webhook.events:
        assert event in section, event
    assert SOURCES[webhook.source].secret_setting in section


def test_every_source_can_be_chosen() -> None:
    assert {*CHOICES} == {SYNC, *WEBHOOKS, CI}
    assert {*CHOICES} | {"incidents", "github"} == {*SOURCES, SYNC}


def test_pages_are_those_of_the_dashboard() -> None:
    titles = {entry.title for entry in SITE}
    for pages in (PAGES, CI_PAGES, *(each.pages for each in WEBHOOKS.values())):
        assert {*pages} <= titles


def test_the_units_are_those_of_the_page() -> None:
    blocks = re.findall(r"^```ini\n(.*?)^```", SOURCES_PAGE, re.MULTILINE | re.DOTALL)
    assert "\n".join(unit(["--org", "acme"], "/var/lib/koalr")) + "\n" == "\n".join(blocks)


def test_the_file_of_settings_is_that_of_the_unit() -> None:
    assert SERVER_FILE in (ROOT / "deploy" / "koalr-dashboard.service").read_text(encoding="utf-8")
