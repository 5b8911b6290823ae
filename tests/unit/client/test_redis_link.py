"""KOALR_CACHE_URL: what is understood, what is refused before anything is sent, and what is never shown."""

import logging
import sys

import pytest

from koalr_api import ConfigError, Koalr
from koalr_api.redis_link import Link
from koalr_api.secret import Secret
from koalr_api.shared import Alone

KEY = "klr_live_" + "k" * 40
PASSWORD = "s3cr3tW0rd"


def link(url: str) -> Link:
    return Link(Secret(url), lambda: 0.0)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://127.0.0.1", "redis://127.0.0.1:6379"),
        ("redis://cache:7000/3", "redis://cache:7000"),
        (f"redis://:{PASSWORD}@cache/0", "redis://cache:6379"),
        (f"rediss://user:{PASSWORD}@cache:6380/0?ssl_ca_certs=/etc/ca.pem", "rediss://cache:6380"),
        (f"redis://cache?password={PASSWORD}", "redis://cache:6379"),
    ],
)
def test_an_address_is_shown_without_what_is_secret(url: str, address: str) -> None:
    assert link(url).address == address


@pytest.mark.parametrize(
    "url",
    [
        f"http://:{PASSWORD}@cache",
        f"redis://:{PASSWORD}@",
        f"redis://:{PASSWORD}@cache:port",
        f"redis://:{PASSWORD}@cache:99999",
        f"redis://:{PASSWORD}@cache?db=x",
        f"redis://:{PASSWORD}@cache?unknown={PASSWORD}",
        f"redis://:{PASSWORD}@[::1",
        f"{PASSWORD}",
    ],
)
def test_a_url_that_does_not_fit_is_a_config_error_without_the_password(url: str) -> None:
    with pytest.raises(ConfigError, match="KOALR_CACHE_URL") as caught:
        link(url)
    assert PASSWORD not in str(caught.value)
    assert caught.value.__cause__ is None
    frame = caught.tb
    while frame is not None:
        if "koalr_api" in frame.tb_frame.f_code.co_filename:
            assert PASSWORD not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigError, match=r"pip install 'koalr-api\[redis\]'"):
        link("redis://cache")


def test_the_setting_is_read_by_a_client_and_the_argument_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOALR_CACHE_URL", "nonsense")
    with pytest.raises(ConfigError, match="KOALR_CACHE_URL"):
        Koalr(KEY)
    assert Koalr(KEY, cache_url="redis://127.0.0.1:1/0")
    assert Koalr(KEY, shared=Alone())


def test_empty_is_as_if_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOALR_CACHE_URL", "")
    assert Koalr(KEY)


def test_an_outage_is_said_once_without_the_password(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    gone = link(f"redis://:{PASSWORD}@127.0.0.1:1/0")
    assert [gone.run("return 1", [], {}) for _ in range(3)] == [None] * 3
    (warning,) = [record for record in caplog.records if record.name == "koalr_api"]
    assert warning.levelname == "WARNING"
    assert "redis://127.0.0.1:1 is gone" in warning.getMessage()
    assert PASSWORD not in caplog.text + repr(vars(gone))
