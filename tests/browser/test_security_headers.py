"""Every page under the Content-Security-Policy, at the root and below a base path: nothing that a page needs is refused."""

from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Page, Response, expect

from tests.browser.conftest import Dashboard, settled
from tests.browser.test_api_documentation import WATCH
from tests.browser.test_first_visit import CHARTS, team_id

pytestmark = pytest.mark.browser

BASE = "/engineering/metrics"


@pytest.fixture(scope="module")
def below(start: Callable[..., Dashboard], tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    """A dashboard that lies below a path."""
    data = tmp_path_factory.mktemp("below")
    found = start(data, STREAMLIT_SERVER_BASE_URL_PATH=BASE)
    return Dashboard(found.url + BASE, data, found.process, found.port, found.log)


@pytest.fixture(params=["root", "below a path"])
def dashboard(request: pytest.FixtureRequest, quarter: Dashboard) -> Dashboard:
    """The same dashboard at both places."""
    found: Dashboard = quarter if request.param == "root" else request.getfixturevalue("below")
    return found


@pytest.fixture
def strict(page: Page) -> Iterator[Page]:
    """A page on which anything that a policy refuses, or a missing answer, fails the test."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    page.on("response", lambda answer: complaints.append(f"{answer.status} {answer.url}") if missing(answer) else None)
    page.add_init_script(WATCH)
    yield page
    assert page.evaluate("window.refused") == []
    assert complaints == []


def missing(answer: Response) -> bool:
    """Whether something is not there. Below a deep link Streamlit tries where its server is, and 404 is how it learns."""
    return (answer.status == 404 or answer.status >= 500) and "/_stcore/" not in answer.url


@pytest.mark.parametrize("path", CHARTS)
def test_every_page_works_under_the_policy(dashboard: Dashboard, strict: Page, path: str) -> None:
    policy = requests.get(f"{dashboard.url}{path}", timeout=10).headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    strict.goto(f"{dashboard.url}{path}?days=90")
    settled(strict, CHARTS[path])
    assert strict.get_by_test_id("stException").count() == 0


def test_a_table_can_be_downloaded(dashboard: Dashboard, strict: Page) -> None:
    strict.goto(f"{dashboard.url}/deployments?days=90")
    settled(strict, CHARTS["/deployments"])
    with strict.expect_download() as download:
        strict.get_by_role("button", name="CSV").click()
    assert download.value.path().stat().st_size > 0


def test_a_deep_link_below_a_path_opens_cold_with_its_filters(below: Dashboard, strict: Page) -> None:
    strict.goto(f"{below.url}/flow?team={team_id('Platform')}&days=7")
    settled(strict, CHARTS["/flow"])
    expect(strict.get_by_role("heading", name="Flow", exact=True)).to_be_visible()
    strict.get_by_role("link", name="DORA").click()
    strict.wait_for_url(f"{below.url}/dora?**")
    settled(strict, CHARTS["/dora"])


def test_the_api_and_its_page_move_along(dashboard: Dashboard, strict: Page) -> None:
    strict.goto(f"{dashboard.url}/api/docs")
    operation = strict.locator("#operations-default-get_teams_v1_teams_get")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    with strict.expect_response("**/v1/teams*") as answered:
        operation.get_by_role("button", name="Execute").click()
    assert answered.value.url.startswith(f"{dashboard.url}/api/v1/teams")


def test_health_is_json_and_needs_nothing(dashboard: Dashboard) -> None:
    for url in (dashboard.url, dashboard.url.removesuffix(BASE)):
        answer = requests.get(f"{url}/healthz", timeout=10)
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok", "version": "1.0", "embeddedServer": "ready"}


def test_a_page_of_another_host_cannot_embed_the_dashboard(quarter: Dashboard, page: Page) -> None:
    with page.expect_console_message(lambda message: "frame-ancestors 'self'" in message.text):
        page.set_content(f"<iframe src='{quarter.url}'></iframe>")
    assert page.frames[1].url.startswith("chrome-error:")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/flow?days=7", "/nothing", "/index.html", "/healthz", "/_stcore/health", "/_stcore/host-config"),
        *("/static/none.js", "/media/none", "/component/none", "/app/static/none", "/_stcore/upload_file/a/b"),
        *("/api", "/api/v1/teams", "/api/docs", "/api/docs/start.js", "/api/ingest/github", "/api/nothing"),
        *("/auth/login", "/oauth2callback", "/%00", "/..%2f..%2fetc/passwd", "//example.com/"),
    ],
)
def test_an_answer_of_every_kind_tells_browsers_what_to_allow(quarter: Dashboard, method: str, path: str) -> None:
    answer = requests.request(method, quarter.url + path, allow_redirects=False, timeout=10)
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in policy or "frame-ancestors 'none'" in policy
    assert "script-src" in policy or "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert not answer.headers.get("Location", "").startswith(("http://example", "//"))
    assert "root:" not in answer.text
