"""A log-in comes back to where it began, and never leads elsewhere."""

from urllib.parse import quote

import pytest
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from hosting.return_link import COOKIE, ReturnLink
from tests.unit.hosting.asgi import answered

LINK = "/metrics/dora?team=team_abc123&days=7"


async def streamlit_like(scope: Scope, receive: Receive, send: Send) -> None:
    place = "https://id.example" if scope["path"].endswith("login") else "/metrics/"
    answer: Response = RedirectResponse(place, status_code=302)
    await answer(scope, receive, send)


def ask(path: str, **headers: str) -> dict[str, str]:
    return dict(answered(ReturnLink(streamlit_like, "/metrics"), path, headers=headers)[1])


def kept(referer: str) -> str | None:
    return ask("/metrics/auth/login", host="koalr.acme.com", referer=referer).get("set-cookie")


def test_the_page_is_kept_while_somebody_logs_in() -> None:
    cookie = kept(f"https://koalr.acme.com{LINK}")
    assert cookie == f"{COOKIE}={quote(LINK, safe='')}; Path=/metrics; Max-Age=600; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "https://evil.example/metrics/dora",
        "https://koalr.acme.com.evil.example/metrics/dora",
        "https://koalr.acme.com/elsewhere",
        "https://koalr.acme.com/metrics/" + "x" * 2000,
    ],
)
def test_only_pages_of_the_dashboard_are_kept(referer: str) -> None:
    assert kept(referer) is None


def test_it_opens_afterwards_and_is_forgotten() -> None:
    headers = ask("/metrics/oauth2callback", cookie=f"{COOKIE}={quote(LINK, safe='')}")
    assert headers["location"] == LINK
    assert "Max-Age=0" in headers["set-cookie"]


@pytest.mark.parametrize(
    "link",
    [
        "",
        "//evil.example",
        "https://evil.example",
        "/elsewhere",
        "/metrics/\r\nSet-Cookie: a=b",
        "/metrics/\\evil",
        "/metrics/ü",
    ],
)
def test_a_forged_cookie_leads_to_the_first_page(link: str) -> None:
    assert ask("/metrics/oauth2callback", cookie=f"{COOKIE}={quote(link, safe='')}")["location"] == "/metrics/"


def test_without_a_base_path_another_host_is_no_path() -> None:
    async def root(scope: Scope, receive: Receive, send: Send) -> None:
        await RedirectResponse("/", status_code=302)(scope, receive, send)

    cookie = {"cookie": f"{COOKIE}={quote('//evil.example/', safe='')}"}
    assert dict(answered(ReturnLink(root, ""), "/oauth2callback", headers=cookie)[1])["location"] == "/"


def test_other_answers_are_left_alone() -> None:
    headers = ask("/metrics/dora", cookie=f"{COOKIE}={quote(LINK, safe='')}")
    assert headers["location"] == "/metrics/"
    assert "set-cookie" not in headers
