"""Logging in with a provider, from a deep link and back to it; who is not let in; TVs that need no log-in."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import Dashboard, settled
from tests.browser.identity import CLIENT_ID, CLIENT_SECRET, Provider
from tests.browser.test_first_visit import CHARTS, team_id
from tests.browser.viewer import shown
from tests.running import running

pytestmark = pytest.mark.browser

SECRETS = """[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{secret}"
client_id = "{client_id}"
client_secret = "{client_secret}"
server_metadata_url = "{url}/.well-known/openid-configuration"
"""
CHART = "plotly_chart {"
ANN = {"sub": "1", "email": "Ann@ACME.com", "email_verified": True, "name": "Ann"}
LOG_IN = "The page you came for opens after the log-in."


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """A provider, served."""
    found = Provider()
    with running(found.app()) as url:
        found.url = url
        yield found


@pytest.fixture(scope="module")
def guarded(start: Callable[..., Dashboard], provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Dashboard:
    """A dashboard for people at acme.com, with TVs in 10.1.0.0/16 and a proxy at 127.0.0.1."""
    secrets: Path = tmp_path_factory.mktemp("secrets") / "secrets.toml"
    secrets.write_text(
        SECRETS.format(secret="s" * 64, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, url=provider.url)
    )
    return start(
        tmp_path_factory.mktemp("guarded"),
        STREAMLIT_SECRETS_FILES=str(secrets),
        KOALR_LOGIN_DOMAINS="acme.com, acme.org",
        KOALR_TV_ADDRESSES="10.1.0.0/16",
        KOALR_TV_HEADER="X-Koalr-TV",
        KOALR_TRUSTED_PROXIES="127.0.0.1",
        FORWARDED_ALLOW_IPS="",
    )


def test_a_deep_link_asks_to_log_in_and_opens_after_it(guarded: Dashboard, provider: Provider, page: Page) -> None:
    provider.claims = ANN
    link = f"{guarded.url}/dora?team={team_id('Platform')}&days=7"
    page.goto(link)
    expect(page.get_by_text(LOG_IN)).to_be_visible()
    assert page.get_by_test_id("stMetric").count() == 0
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/dora?**")
    settled(page, CHARTS["/dora"])
    assert urlsplit(page.url).path == "/dora"
    assert parse_qs(urlsplit(page.url).query) == {"team": [team_id("Platform")], "days": ["7"]}
    expect(page.get_by_role("combobox", name="Team")).to_have_value("Platform")
    expect(page.get_by_role("button", name=re.compile("Log out Ann\u2060?@ACME.com"))).to_be_visible()


def test_logging_out_closes_the_dashboard_and_tells_the_provider(
    guarded: Dashboard, provider: Provider, page: Page
) -> None:
    provider.claims, before = ANN, provider.logged_out
    page.goto(guarded.url)
    page.get_by_role("button", name="Log in").click()
    with page.expect_response(f"{provider.url}/end?**"):
        page.get_by_role("button", name="Log out").click(timeout=30_000)
    expect(page.get_by_text(LOG_IN)).to_be_visible()
    assert provider.logged_out == before + 1
    page.goto(f"{guarded.url}/flow")
    expect(page.get_by_text(LOG_IN)).to_be_visible()


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"email": "eve@acme.com.evil.com"}, "This dashboard is for people with an e-mail address at"),
        ({"email_verified": False}, "Your e-mail address has not been verified by whoever logged you in."),
    ],
)
def test_others_are_told_who_they_are_and_why_not(
    guarded: Dashboard, provider: Provider, page: Page, claims: dict[str, object], reason: str
) -> None:
    provider.claims = ANN | claims
    page.goto(guarded.url)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text(reason)).to_be_visible()
    expect(page.get_by_text(f"You are logged in as {provider.claims['email']}.")).to_be_visible()
    assert page.get_by_test_id("stMetric").count() == 0
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text(LOG_IN)).to_be_visible()


@pytest.mark.parametrize(
    "headers",
    [{"X_Forwarded_For": "10.1.0.5"}, {"X_Forwarded_For": "203.0.113.9, 10.1.0.5"}, {"X_Koalr_TV": "1"}],
    ids=str,
)
def test_a_tv_whose_proxy_vouches_for_it_needs_no_log_in(guarded: Dashboard, headers: dict[str, str]) -> None:
    seen = shown(guarded.url, "kiosk=1", **headers)
    assert LOG_IN not in seen
    assert CHART in seen


@pytest.mark.parametrize(
    ("source", "headers"),
    [
        pytest.param("127.0.0.1", {}, id="a proxy that does not say for whom"),
        pytest.param("127.0.0.1", {"X_Forwarded_For": "10.1.0.5, 203.0.113.9"}, id="an address written by the viewer"),
        pytest.param("127.0.0.1", {"X_Forwarded_For": "10.1.0.5, nonsense"}, id="an address nobody can read"),
        pytest.param("127.0.0.1", {"X_Forwarded_For": "203.0.113.9", "X_Koalr_TV": "0"}, id="a mark that says no"),
        pytest.param("127.0.0.2", {"X_Forwarded_For": "10.1.0.5"}, id="a stranger who plays proxy"),
        pytest.param("127.0.0.2", {"X_Forwarded_For": "10.1.0.5, 127.0.0.1"}, id="a stranger who names the proxy"),
        pytest.param("127.0.0.2", {"X_Koalr_TV": "1"}, id="a stranger who plays TV"),
        pytest.param("127.0.0.2", {"X_Real_IP": "10.1.0.5", "Forwarded": "for=10.1.0.5"}, id="other such headers"),
    ],
)
def test_nobody_else_gets_in_by_a_header(guarded: Dashboard, source: str, headers: dict[str, str]) -> None:
    seen = shown(guarded.url, "kiosk=1", source=source, **headers)
    assert LOG_IN in seen
    assert CHART not in seen


def test_a_tv_that_leaves_its_screen_is_asked_to_log_in(guarded: Dashboard) -> None:
    assert LOG_IN in shown(guarded.url, "", X_Forwarded_For="10.1.0.5")


def test_a_name_in_a_header_is_no_log_in(guarded: Dashboard) -> None:
    headers = {"X_Forwarded_User": "ann@acme.com", "X_Forwarded_Email": "ann@acme.com", "Cookie": "_streamlit_user=x"}
    assert LOG_IN in shown(guarded.url, **headers)


def test_programs_get_no_page_without_a_log_in(guarded: Dashboard) -> None:
    assert requests.post(f"{guarded.url}/_stcore/agent/interact", json={}, timeout=10).status_code == 403


def test_the_probe_and_the_api_are_not_behind_the_log_in(guarded: Dashboard) -> None:
    assert requests.get(f"{guarded.url}/healthz", timeout=10).json()["status"] == "ok"
    assert requests.get(f"{guarded.url}/api/v1/teams", timeout=10).status_code == 401
