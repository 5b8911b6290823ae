"""The page at /api/docs in a real browser: drawn whole, under its own policy, from this server alone."""

from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Page, expect

from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.running import running

pytestmark = pytest.mark.browser

WATCH = """window.refused = [];
document.addEventListener('securitypolicyviolation', event =>
    window.refused.push([event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber].join(' ')));"""


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, str]]:
    """The API on an empty store: its address and a key."""
    database = Database.in_memory()
    key = new_key()
    arguments = {"key": key, "name": "docs", "scopes": ["read"], "teams": [], "limit": 1_000}
    LocalAccess(database).call("create_key", arguments)
    with running(create_server(Service(database))) as base_url:
        yield base_url, key
    database.close()


@pytest.fixture
def docs(served: tuple[str, str], page: Page) -> Iterator[Page]:
    """The page, opened; anything the browser complains about fails the test."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.add_init_script(WATCH)
    page.goto(f"{served[0]}/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    yield page
    assert page.evaluate("window.refused") == []
    assert complaints == []


def test_every_operation_is_listed(docs: Page, served: tuple[str, str]) -> None:
    paths = requests.get(f"{served[0]}/api/openapi.json", timeout=10).json()["paths"]
    listed = docs.locator(".opblock-summary-path").evaluate_all("all => all.map(each => each.dataset.path)")
    assert sorted(listed) == sorted(paths)
    expect(docs.get_by_role("heading", name="Koalr API")).to_be_visible()


def test_it_has_its_looks(docs: Page) -> None:
    summary = docs.locator(".opblock-get .opblock-summary-method").first
    assert summary.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(97, 175, 254)"


def test_an_endpoint_can_be_tried_with_a_key(docs: Page, served: tuple[str, str]) -> None:
    docs.get_by_role("button", name="Authorize").first.click()
    docs.locator(".auth-container input").fill(served[1])
    docs.locator(".auth-btn-wrapper .authorize").click()
    docs.locator(".btn-done").click()
    operation = docs.locator("#operations-default-get_teams_v1_teams_get")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer).to_contain_text('"total": 0')
