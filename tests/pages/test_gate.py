"""The gate before every page, and the checks of its configuration before the dashboard starts."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit import config
from streamlit.testing.v1 import AppTest

from components import gate, login
from components.login import Login
from hosting.access import Arrival
from hosting.sharing import SettingError, Sharing
from tests.integration.server.conftest import Api
from tests.pages.conftest import PAGES, Open

SHARING = Sharing(login_domains=("acme.com",), tv_networks=(ip_network("10.1.0.0/16"),))
ANN = {"is_logged_in": True, "email": "ann@acme.com", "email_verified": True}
HOSTILE = "**[x](https://evil.example)** <b>:red[x]</b>"

Seen = Callable[..., None]


@pytest.fixture
def guarded(sample: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """A dashboard with a log-in, seen by somebody: `guarded(claims, peer)`."""

    def seen_by(
        claims: Mapping[str, Any], peer: str = "203.0.113.9", providers: tuple[str | None, ...] = (None,)
    ) -> None:
        gate.protect(SHARING, Login(providers))
        monkeypatch.setattr(gate, "claims", lambda: claims)
        monkeypatch.setattr(gate, "arrival", lambda _sharing: Arrival(peer))

    yield seen_by
    gate.protect(Sharing(), None)


def texts(app: AppTest) -> str:
    return "\n".join(str(found.value) for found in [*app.markdown, *app.title, *app.get("text")])


def closed(app: AppTest) -> bool:
    """Whether nothing of any page is there."""
    return not app.exception and not app.metric and not app.get("plotly_chart") and not app.selectbox


@pytest.mark.parametrize("page", PAGES)
def test_without_a_log_in_everything_is_open(sample: Api, open_page: Open, page: str) -> None:
    assert not closed(open_page(page))


@pytest.mark.parametrize("logged_in", [True, False])
def test_a_start_without_the_launcher_opens_nothing_that_has_a_log_in(
    sample: Api, open_page: Open, monkeypatch: pytest.MonkeyPatch, logged_in: bool
) -> None:
    monkeypatch.setattr(gate, "claims", lambda: ANN | {"is_logged_in": logged_in})
    app = open_page()
    assert closed(app)
    assert [error.value for error in app.error] == [gate.NOT_KEPT]


@pytest.mark.parametrize("params", [{}, {"kiosk": "1"}], ids=["page", "kiosk"])
@pytest.mark.parametrize("claims", [{}, {"is_logged_in": False}, {"is_logged_in": "yes", "email": "ann@acme.com"}])
def test_a_stranger_sees_a_log_in_and_nothing_else(
    guarded: Seen, open_page: Open, claims: dict[str, Any], params: dict[str, str]
) -> None:
    guarded(claims)
    app = open_page(**params)
    assert closed(app)
    assert [button.label for button in app.button] == ["Log in"]
    assert "For people with an e-mail address at acme" in texts(app)


def test_several_providers_are_offered_by_name(guarded: Seen, open_page: Open) -> None:
    guarded({}, providers=("google", "okta"))
    assert [button.label for button in open_page().button] == ["Log in with Google", "Log in with Okta"]


def test_who_belongs_here_sees_the_page_and_a_way_out(guarded: Seen, open_page: Open) -> None:
    guarded(ANN)
    app = open_page()
    assert not closed(app)
    assert [button.label for button in app.sidebar.button] == [r"Log out ann\@acme\.com".replace("\\@", "\u2060\\@")]


def test_a_kiosk_of_somebody_logged_in_has_no_controls(guarded: Seen, open_page: Open) -> None:
    guarded(ANN)
    app = open_page(kiosk="1")
    assert not closed(app)
    assert "log_out" not in [button.key for button in app.button]


def test_who_does_not_belong_here_is_told_so_and_can_log_out(guarded: Seen, open_page: Open) -> None:
    guarded(ANN | {"email": "eve@evil.com"})
    app = open_page()
    assert closed(app)
    assert [button.label for button in app.button] == ["Log out"]
    assert "You are logged in as eve@evil.com." in texts(app)


def test_a_hostile_name_is_shown_as_it_is(guarded: Seen, open_page: Open) -> None:
    guarded({"is_logged_in": True, "email": HOSTILE})
    assert f"You are logged in as {HOSTILE}." in texts(open_page())


def test_a_tv_sees_its_screen_without_a_log_in_and_nothing_else(guarded: Seen, open_page: Open) -> None:
    guarded({}, peer="10.1.2.3")
    assert not closed(open_page(kiosk="1"))
    assert closed(open_page())


COMPLETE = {
    "redirect_uri": "https://koalr.acme.com/oauth2callback",
    "cookie_secret": "s" * 32,
    "client_id": "a",
    "client_secret": "b",
    "server_metadata_url": "https://id.example",
}


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Let Streamlit's secrets be a file with this text."""
    path = tmp_path / "secrets.toml"

    def write(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    monkeypatch.setattr(st, "secrets", type(st.secrets)())
    before = config.get_option("secrets.files")
    config.set_option("secrets.files", [str(path)])
    yield write
    config.set_option("secrets.files", before)


def section(values: Mapping[str, str], name: str = "auth") -> str:
    return f"[{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in values.items())


def test_a_whole_section_is_a_log_in(secrets: Callable[[str], Path]) -> None:
    secrets(section(COMPLETE))
    assert login.configured("") == Login((None,))


def test_named_providers_are_log_ins(secrets: Callable[[str], Path]) -> None:
    shared = {key: COMPLETE[key] for key in ("redirect_uri", "cookie_secret")}
    own = {key: value for key, value in COMPLETE.items() if key not in shared}
    secrets(section(shared) + section(own, "auth.google") + section(own, "auth.okta"))
    assert login.configured("") == Login(("google", "okta"))


def test_secrets_without_auth_are_no_log_in(secrets: Callable[[str], Path]) -> None:
    secrets("[other]\na = 1\n")
    assert login.configured("") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (section(COMPLETE | {"cookie_secret": "short"}), "cookie_secret of 32 characters"),
        (section(COMPLETE | {"redirect_uri": "https://koalr.acme.com"}), "ends in /oauth2callback"),
        (section(COMPLETE | {"client_secret": ""}), "lacks client_secret"),
        (section(COMPLETE) + section({"client_id": "a"}, "auth.google"), r"\[auth.google\] lacks client_secret"),
        ("[auth]\n", "cookie_secret"),
        ("auth = 1\n", "should be a section"),
        ("[auth\n", "cannot be read as TOML"),
    ],
)
def test_a_log_in_that_cannot_work_stops_the_start(secrets: Callable[[str], Path], text: str, said: str) -> None:
    secrets(text)
    with pytest.raises(SettingError, match=said):
        login.configured("")


def test_a_named_file_that_is_not_there_stops_the_start(secrets: Callable[[str], Path]) -> None:
    secrets("").unlink()
    with pytest.raises(SettingError, match="is not there"):
        login.configured("")


def test_the_callback_lies_below_the_base_path(secrets: Callable[[str], Path]) -> None:
    secrets(section(COMPLETE))
    with pytest.raises(SettingError, match="ends in /metrics/oauth2callback"):
        login.configured("/metrics")


def test_a_missing_package_is_named_with_its_command(
    secrets: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    secrets(section(COMPLETE))
    monkeypatch.setattr(login, "import_module", missing)
    with pytest.raises(SettingError, match=r"Authlib: pip install '\.\[login\]'"):
        login.configured("")
