"""A log-in that comes back to the link it began at (plain ASGI): Streamlit alone would always open the first page."""

from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "koalr_return"
LONGEST_LINK = 2000
# A log-in takes minutes at most.
COOKIE_SECS = 600
LOGIN_PATH = "/auth/login"
CALLBACK_PATH = "/oauth2callback"


class ReturnLink:
    """Keeps the page on which somebody pressed "Log in" in a cookie, and opens it after the provider has sent them back.

    Args:
        base_path: "" or like "/metrics".
    """

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        path = scope.get("path", "").removeprefix(self._base)
        if scope["type"] != "http" or path not in (LOGIN_PATH, CALLBACK_PATH):
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        link = self._came_from(request) if path == LOGIN_PATH else self._kept(request)

        async def returning(message: Message) -> None:
            if message["type"] == "http.response.start" and link:
                headers = MutableHeaders(scope=message)
                if path == LOGIN_PATH:
                    headers.append("Set-Cookie", self._cookie(quote(link, safe=""), COOKIE_SECS))
                elif headers.get("location") == f"{self._base}/":
                    headers["Location"] = link
                    headers.append("Set-Cookie", self._cookie("", 0))
            await send(message)

        await self._app(scope, receive, returning)

    def _came_from(self, request: HTTPConnection) -> str | None:
        """The page of ours from which the browser was sent to log in."""
        referer = urlsplit(request.headers.get("referer", ""))
        if referer.netloc != request.headers.get("host"):
            return None
        return self._own(referer.path + (f"?{referer.query}" if referer.query else ""))

    def _kept(self, request: HTTPConnection) -> str | None:
        return self._own(unquote(request.cookies.get(COOKIE, "")))

    def _own(self, link: str) -> str | None:
        """The link, if it can lead nowhere but to the dashboard."""
        usable = link.isascii() and link.isprintable() and "\\" not in link and len(link) <= LONGEST_LINK
        return link if usable and link.startswith(f"{self._base}/") and not link.startswith("//") else None

    def _cookie(self, value: str, seconds: int) -> str:
        return f"{COOKIE}={value}; Path={self._base or '/'}; Max-Age={seconds}; HttpOnly; SameSite=Lax"
