"""Settings of a shared dashboard: what they mean, and that none of them protects less than it says."""

from ipaddress import ip_network

import pytest

from hosting.sharing import SettingError, Sharing

NO_REWRITING = {"FORWARDED_ALLOW_IPS": ""}


def read(login: bool = True, **values: str) -> Sharing:
    return Sharing.read(login, NO_REWRITING | values)


def test_without_settings_nothing_is_let_in_or_trusted() -> None:
    assert Sharing.read(False, {}) == Sharing() == read()


def test_lists_are_between_commas_or_blanks() -> None:
    found = read(
        KOALR_LOGIN_DOMAINS="Acme.com, acme.org",
        KOALR_TV_ADDRESSES="10.1.0.0/16,2001:db8::/32 192.0.2.7",
        KOALR_TV_HEADER="X-Koalr-TV",
        KOALR_TRUSTED_PROXIES="127.0.0.1",
        KOALR_FRAME_ANCESTORS="https://intranet.acme.com https://*.acme.org:8443",
    )
    assert found.login_domains == ("acme.com", "acme.org")
    assert found.tv_networks == tuple(map(ip_network, ("10.1.0.0/16", "2001:db8::/32", "192.0.2.7")))
    assert found.tv_header == "X-Koalr-TV"
    assert found.trusted_proxies == (ip_network("127.0.0.1"),)
    assert found.frame_ancestors == ("https://intranet.acme.com", "https://*.acme.org:8443")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("KOALR_LOGIN_DOMAINS", "@acme.com"),
        ("KOALR_LOGIN_DOMAINS", "acme"),
        ("KOALR_LOGIN_DOMAINS", "*.acme.com"),
        ("KOALR_LOGIN_DOMAINS", "bücher.de"),
        ("KOALR_LOGIN_DOMAINS", "acme.\u212aom"),
        ("KOALR_LOGIN_DOMAINS", " , "),
        ("KOALR_TV_ADDRESSES", "10.1.0.5/16"),
        ("KOALR_TV_ADDRESSES", "tv.acme.com"),
        ("KOALR_TV_HEADER", "X_Koalr_TV"),
        ("KOALR_TV_HEADER", "X-Koalr-TV: 1"),
        ("KOALR_TRUSTED_PROXIES", "*"),
        ("KOALR_FRAME_ANCESTORS", "*"),
        ("KOALR_FRAME_ANCESTORS", "intranet.acme.com"),
        ("KOALR_FRAME_ANCESTORS", "https://a.com;script-src"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_its_name(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=name):
        read(**{"KOALR_TRUSTED_PROXIES": "127.0.0.1"} | {name: text})


@pytest.mark.parametrize(
    ("name", "text"),
    [("KOALR_LOGIN_DOMAINS", "acme.com"), ("KOALR_TV_ADDRESSES", "10.1.0.0/16"), ("KOALR_TV_HEADER", "X-Koalr-TV")],
)
def test_what_only_a_log_in_gives_a_meaning_needs_one(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"{name} is set, but no log-in is"):
        read(login=False, **{"KOALR_TRUSTED_PROXIES": "127.0.0.1", name: text})


def test_a_tv_header_needs_a_proxy_to_come_from() -> None:
    with pytest.raises(SettingError, match="KOALR_TRUSTED_PROXIES"):
        read(KOALR_TV_HEADER="X-Koalr-TV")


@pytest.mark.parametrize("rewriting", [{}, {"FORWARDED_ALLOW_IPS": "*"}, {"FORWARDED_ALLOW_IPS": "127.0.0.1"}])
@pytest.mark.parametrize("name", ["KOALR_TV_ADDRESSES", "KOALR_TRUSTED_PROXIES"])
def test_addresses_need_a_web_server_that_leaves_them_alone(name: str, rewriting: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="FORWARDED_ALLOW_IPS set and empty"):
        Sharing.read(True, {name: "127.0.0.1"} | rewriting)
