"""Who asks GitHub: a token, or an App that gets itself one."""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from koalr_server.errors import InputError

TOKENS = ("KOALR_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN")
APP_ID = "KOALR_GITHUB_APP_ID"
APP_PRIVATE_KEY = "KOALR_GITHUB_APP_PRIVATE_KEY"
APP_INSTALLATION = "KOALR_GITHUB_APP_INSTALLATION"
APP = (APP_ID, APP_PRIVATE_KEY, APP_INSTALLATION)
# GitHub takes ten minutes at most, and clocks differ.
JWT_LIFE = timedelta(minutes=9)
CLOCK_SKEW = timedelta(minutes=1)
# An installation's token lives an hour.
RENEWED_BEFORE = timedelta(minutes=5)

Exchange = Callable[[str, str], Mapping[str, Any]]
"""Posts to a path of the API with a bearer token; answers the JSON object."""


class Credentials(Protocol):
    """Gives the token of a request."""

    def token(self, now: datetime, exchange: Exchange) -> str:
        """A token that is valid now."""


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A personal token, one of `gh`, or one of a workflow."""

    text: str

    def token(self, now: datetime, exchange: Exchange) -> str:  # noqa: ARG002 - needs neither
        """The token as it was given."""
        return self.text


class App:
    """A GitHub App's installation.

    Args:
        app_id: number or client id of the App.
        private_key: RSA, PEM.
        installation: number of the installation.
    """

    def __init__(self, app_id: str, private_key: str, installation: str) -> None:
        self._app_id = app_id
        self._sign = _signer(private_key)
        self._installation = installation
        self._lock = threading.Lock()
        self._token = ""
        self._valid_until = datetime.min.replace(tzinfo=UTC)

    def token(self, now: datetime, exchange: Exchange) -> str:
        """The installation's token, a new one shortly before the old one ends."""
        with self._lock:
            if now + RENEWED_BEFORE >= self._valid_until:
                told = exchange(f"/app/installations/{self._installation}/access_tokens", self._jwt(now))
                self._token = str(told.get("token", ""))
                self._valid_until = _instant(told.get("expires_at"), now)
            return self._token

    def _jwt(self, now: datetime) -> str:
        claims = {
            "iat": int((now - CLOCK_SKEW).timestamp()),
            "exp": int((now + JWT_LIFE).timestamp()),
            "iss": self._app_id,
        }
        signed = b".".join(_part(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT"}, claims))
        return (signed + b"." + _part(self._sign(signed))).decode()


def credentials(environment: Mapping[str, str]) -> Credentials:
    """What the environment says: the first of TOKENS that is set, else the App.

    Raises:
        InputError: nothing is set, or what is set cannot be used; never with a secret in its text.
    """
    for name in TOKENS:
        if text := environment.get(name, "").strip():
            if not text.isascii() or not text.isprintable() or " " in text:
                raise InputError(f"{name} holds blanks or characters that no token has; set it to the token alone.")
            return Token(text)
    given = {name: environment.get(name, "").strip() for name in APP}
    absent = [name for name, value in given.items() if not value]
    if len(absent) == len(APP):
        raise InputError(
            f"No credentials for GitHub: set {TOKENS[0]} (or run with GH_TOKEN=$(gh auth token)), or the App with {', '.join(APP)}."
        )
    if absent:
        raise InputError(f"A GitHub App needs {', '.join(APP)}; {', '.join(absent)} not set.")
    if not given[APP_INSTALLATION].isascii() or not given[APP_INSTALLATION].isdigit():
        raise InputError(
            f"{APP_INSTALLATION} is no number; it should be the one at the end of the address of the installation's settings page."
        )
    return App(given[APP_ID], _pem(given[APP_PRIVATE_KEY]), given[APP_INSTALLATION])


def _pem(text: str) -> str:
    if "-----BEGIN" in text:
        # Settings of many CI systems hold one line.
        return text.replace("\\n", "\n")
    try:
        return Path(text).expanduser().read_text(encoding="ascii")
    except (OSError, ValueError, RuntimeError):
        raise InputError(
            f"{APP_PRIVATE_KEY} is neither a private key in PEM nor a file that can be read; download a key on the App's settings page."
        ) from None


def _signer(private_key: str) -> Callable[[bytes], bytes]:
    try:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise InputError(
            f"A GitHub App signs with the package cryptography, which is not installed: pip install cryptography, or set {TOKENS[0]}."
        ) from None
    try:
        key = load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        raise InputError(
            f"{APP_PRIVATE_KEY} is no RSA private key in PEM without a password; download a new one on the App's settings page."
        )
    return lambda message: key.sign(message, PKCS1v15(), SHA256())


def _part(text: bytes) -> bytes:
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def _instant(text: Any, otherwise: datetime) -> datetime:  # noqa: ANN401 - JSON
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return otherwise
