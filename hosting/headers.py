"""Security headers on every HTTP answer (plain ASGI; a WebSocket passes untouched)."""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hosting.networks import Network, address, within
from hosting.policy import FIXED_HEADERS, STRICT_TRANSPORT


class SecurityHeaders:
    """Adds what an answer does not say itself; an application mounted inside may have a policy of its own.

    Args:
        policy: Content-Security-Policy.
        trusted_proxies: whose X-Forwarded-Proto is believed.
        https: this server speaks TLS itself.
    """

    def __init__(self, app: ASGIApp, policy: str, trusted_proxies: Sequence[Network], https: bool) -> None:
        self._app = app
        self._headers = {"Content-Security-Policy": policy, **FIXED_HEADERS}
        self._trusted = trusted_proxies
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        by_https = self._https or self._forwarded_from_https(scope)

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if by_https:
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
                    message["headers"] = [_secure(name, value) for name, value in message["headers"]]
            await send(message)

        await self._app(scope, receive, headed)

    def _forwarded_from_https(self, scope: Scope) -> bool:
        peer = scope.get("client")
        if peer is None or not within(address(peer[0]), self._trusted):
            return False
        said = ",".join(Headers(scope=scope).getlist("x-forwarded-proto"))
        # The right-most word is of the proxy that talks to us.
        return said.rpartition(",")[2].strip().lower() == "https"


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """A cookie that was set over HTTPS never travels without it."""
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return name, value
