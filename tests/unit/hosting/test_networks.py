"""Who asks through a proxy: nobody can choose their own address."""

from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hosting.networks import address, client, within

PROXIES = (ip_network("10.0.0.0/24"), ip_network("2001:db8:1::/48"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("203.0.113.9", "203.0.113.9"),
        (" 203.0.113.9 ", "203.0.113.9"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("2001:db8::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:4711", "2001:db8::7"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_addresses_are_read_as_sockets_and_proxies_write_them(text: str, found: str) -> None:
    assert address(text) == ip_address(found)


@pytest.mark.parametrize(
    "text", ["", "unknown", "_hidden", "203.0.113.9.", "010.1.0.5", "1", "10.1.0.5/16", "10.1.0.٥", "[]"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert address(text) is None
    assert not within(address(text), (ip_network("0.0.0.0/0"), ip_network("::/0")))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["10.1.0.5"], "203.0.113.9"),
        ("10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["10.1.0.5, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["10.1.0.5", "203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", ["10.1.0.5, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
        ("::ffff:10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("2001:db8:1::1", ["2001:db8:9::9"], "2001:db8:9::9"),
        ("10.0.0.1", [], None),
        ("10.0.0.1", [""], None),
        ("10.0.0.1", ["10.0.0.2"], None),
        ("10.0.0.1", ["10.1.0.5, unknown"], None),
        ("somewhere", ["10.1.0.5"], None),
    ],
)
def test_the_client_is_the_rightmost_stranger(peer: str, forwarded: list[str], found: str | None) -> None:
    assert client(peer, forwarded, PROXIES) == (ip_address(found) if found else None)


@given(st.lists(st.text(max_size=20)), st.ip_addresses(v=4).filter(lambda found: not within(found, PROXIES)))
def test_whatever_a_viewer_writes_the_address_their_proxy_saw_counts(written: list[str], seen: IPv4Address) -> None:
    assert client("10.0.0.1", [*written, str(seen)], PROXIES) == seen


@given(st.lists(st.text(max_size=20)))
def test_nothing_a_stranger_writes_counts(written: list[str]) -> None:
    assert client("203.0.113.9", written, PROXIES) == ip_address("203.0.113.9")
