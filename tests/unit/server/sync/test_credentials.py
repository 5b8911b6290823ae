"""Who asks GitHub, and that what is secret stays so."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from koalr_server.errors import InputError
from koalr_server.sync.github.credentials import App, Token, credentials

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
APP = {
    "KOALR_GITHUB_APP_ID": "12",
    "KOALR_GITHUB_APP_PRIVATE_KEY": PEM,
    "KOALR_GITHUB_APP_INSTALLATION": "34",
}


def no_exchange(path: str, token: str) -> Mapping[str, Any]:
    raise AssertionError("a token needs no other")


def token_of(environment: dict[str, str]) -> str:
    return credentials(environment).token(NOW, no_exchange)


def test_the_first_token_that_is_set_is_taken() -> None:
    every = {"GH_TOKEN": "c", "GITHUB_TOKEN": "b", "KOALR_GITHUB_TOKEN": "a"} | APP
    assert token_of(every) == "a"
    assert token_of({"GH_TOKEN": "c", "GITHUB_TOKEN": "b", "KOALR_GITHUB_TOKEN": " "}) == "b"
    # A shell may leave the end of the line.
    assert token_of({"GH_TOKEN": "c\n"}) == "c"


class Exchange:
    """GitHub's side of the App's token."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.asked: list[tuple[str, str]] = []

    def __call__(self, path: str, token: str) -> Mapping[str, Any]:
        self.asked.append((path, token))
        ends = self.now + timedelta(hours=1)
        return {"token": f"ghs_{len(self.asked)}", "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_an_app_signs_who_it_is_and_gets_a_token_of_its_installation() -> None:
    exchange = Exchange(NOW)
    assert credentials(APP).token(NOW, exchange) == "ghs_1"
    ((path, jwt),) = exchange.asked
    assert path == "/app/installations/34/access_tokens"
    head, claims, signature = jwt.split(".")
    KEY.public_key().verify(decoded(signature), f"{head}.{claims}".encode(), PKCS1v15(), SHA256())
    assert json.loads(decoded(head)) == {"alg": "RS256", "typ": "JWT"}
    told = json.loads(decoded(claims))
    assert told["iss"] == "12"
    assert told["iat"] < NOW.timestamp() < told["exp"] <= told["iat"] + 600


def test_an_app_keeps_its_token_until_shortly_before_it_ends() -> None:
    exchange, app = Exchange(NOW), credentials(APP)
    assert [app.token(NOW + timedelta(minutes=minutes), exchange) for minutes in (0, 54)] == ["ghs_1", "ghs_1"]
    assert app.token(NOW + timedelta(minutes=56), exchange) == "ghs_2"


@pytest.mark.parametrize("written", [PEM.replace("\n", "\\n"), PEM.strip()])
def test_a_private_key_may_stand_in_one_line(written: str) -> None:
    assert isinstance(credentials(APP | {"KOALR_GITHUB_APP_PRIVATE_KEY": written}), App)


def test_a_private_key_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "app.pem"
    file.write_text(PEM)
    assert isinstance(credentials(APP | {"KOALR_GITHUB_APP_PRIVATE_KEY": str(file)}), App)


ELLIPTIC = (
    ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "No credentials for GitHub: set KOALR_GITHUB_TOKEN"),
        ({"GITHUB_TOKEN": "hush hush"}, "GITHUB_TOKEN holds blanks"),
        ({"GITHUB_TOKEN": "hush\nX: y"}, "GITHUB_TOKEN holds blanks"),
        ({"KOALR_GITHUB_APP_ID": "12"}, "KOALR_GITHUB_APP_PRIVATE_KEY, KOALR_GITHUB_APP_INSTALLATION not set"),
        (
            APP | {"KOALR_GITHUB_APP_INSTALLATION": "../34"},
            "KOALR_GITHUB_APP_INSTALLATION is no number; it should be the",
        ),
        (APP | {"KOALR_GITHUB_APP_PRIVATE_KEY": "/no/hush.pem"}, "neither a private key in PEM nor a file"),
        (APP | {"KOALR_GITHUB_APP_PRIVATE_KEY": "-----BEGIN hush"}, "is no RSA private key in PEM"),
        (APP | {"KOALR_GITHUB_APP_PRIVATE_KEY": ELLIPTIC}, "is no RSA private key in PEM"),
    ],
)
def test_what_cannot_be_used_is_said_without_the_secret(environment: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        credentials(environment)
    assert said in str(refused.value)
    assert "hush" not in str(refused.value)
    assert "BEGIN" not in str(refused.value)


def test_no_representation_shows_a_secret() -> None:
    assert "hush" not in repr(Token("hush"))
    assert "BEGIN" not in repr(credentials(APP))


def test_an_app_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.asymmetric.padding", None)
    with pytest.raises(InputError, match="package cryptography, which is not installed: pip install cryptography"):
        credentials(APP)
