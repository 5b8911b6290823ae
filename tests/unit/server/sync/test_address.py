"""Where a token may be sent."""

from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from koalr_server.errors import InputError
from koalr_server.sync.github.address import (
    base_url,
    graphql_url,
    is_public,
    may_download,
    of_github,
    same_origin,
)


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("https://api.github.com", "https://api.github.com"),
        ("https://ghe.example/api/v3/", "https://ghe.example/api/v3"),
        ("https://ghe.example:8443/api/v3", "https://ghe.example:8443/api/v3"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost/api/v3", "http://localhost/api/v3"),
        ("http://[::1]:99", "http://[::1]:99"),
    ],
)
def test_an_address_is_taken_without_its_last_slash(given_url: str, expected: str) -> None:
    assert base_url(given_url) == expected


@pytest.mark.parametrize(
    ("given_url", "said"),
    [
        ("http://ghe.example/api/v3", "would send the token in clear text; write https://ghe.example/api/v3"),
        ("http://127.0.0.1.example", "clear text"),
        ("http://localhost.example", "clear text"),
        ("ghe.example", "is no address of an API"),
        ("ftp://ghe.example", "is no address of an API"),
        ("https://", "is no address of an API"),
        ("https://ghe.example/?a=b", "is no address of an API"),
        ("https://ghe.example:99999", "is no address of an API"),
        ("https://[ghe", "is no address of an API"),
        ("https://ghe.example\\.evil.example", "is no address of an API"),
        ("https://hush@ghe.example", "holds a name or a password"),
        ("https://me:hush@ghe.example", "holds a name or a password"),
    ],
)
def test_other_addresses_are_refused_with_what_to_write(given_url: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        base_url(given_url)
    assert said in str(refused.value)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://api.github.com/a?b", "https://api.github.com:443/c", True),
        ("https://api.github.com", "http://api.github.com", False),
        ("https://api.github.com", "https://api.github.com.example", False),
        ("https://api.github.com", "https://api.github.com@evil.example", False),
        ("https://api.github.com", "//api.github.com", False),
        ("nothing", "nothing", False),
    ],
)
def test_one_server_is_scheme_host_and_port(one: str, other: str, same: bool) -> None:
    assert same_origin(one, other) is same


PIECES = [
    "https://",
    "http://",
    "api.github.com",
    "evil.example",
    "127.0.0.1",
    "@",
    "\\",
    "/",
    "//",
    ":",
    "443",
    ":443",
    "?",
    "#",
]
PIECES += [".", "%2e", "%40", "%5c", " ", "\t", "\n", "\0", "\u212a", "\uff0e", ";", "[::1]", "user", "a"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("https://evil.example\\@api.github.com/x")
@example("https://evil.example/\\@api.github.com/x")
def test_what_is_taken_for_github_is_what_a_request_goes_to(url: str) -> None:
    for text in (
        url,
        f"https://{url}",
        f"https://api.github.com{url}",
        f"{url}@api.github.com/",
        f"{url}api.github.com/",
    ):
        if same_origin(text, "https://api.github.com"):
            sent_to = urlsplit(requests.Request("GET", text).prepare().url or "")
            assert (sent_to.scheme, sent_to.hostname, sent_to.port or 443) == ("https", "api.github.com", 443)
            assert sent_to.username is None


def test_reports_come_encrypted_or_from_the_api_itself() -> None:
    github, here = "https://api.github.com", "http://127.0.0.1:99"
    assert may_download("https://blobs.example/report?sig=1", github)
    assert may_download("http://127.0.0.1:99/report", here)
    assert not may_download("http://127.0.0.1:99/report", github)
    assert not may_download("http://127.0.0.1:98/report", here)
    assert not may_download("http://blobs.example/report", github)
    assert not may_download("/mock-data/report.json", github)
    assert not may_download("https://name:password@blobs.example/report", github)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "169.254.169.254",
        ),
        *(
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1%eth0",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:169.254.169.254",
        ),
        *("64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "no address", ""),
    ],
)
def test_no_address_of_a_network_of_its_own_is_public(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("text", ["140.82.121.6", "2606:50c0:8000::153", "::ffff:140.82.121.6", "64:ff9b::8c52:7906"])
def test_addresses_of_the_internet_are_public(text: str) -> None:
    assert is_public(text)


@given(st.text())
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    assert not same_origin(text, "https://api.github.com") or text.lower().startswith("https://")
    may_download(text, "https://api.github.com")
    is_public(text)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("https://ghe.example/api/v3", "https://ghe.example/api/graphql"),
    ],
)
def test_graphql_is_beside_the_rest_api(base: str, expected: str) -> None:
    assert graphql_url(base) == expected


@pytest.mark.parametrize(
    ("base", "limits"),
    [
        ("https://api.github.com", True),
        ("https://api.acme.ghe.com", True),
        ("https://ghe.example/api/v3", False),
        ("https://api.github.com.example/api/v3", False),
        ("http://127.0.0.1:8080", False),
    ],
)
def test_servers_of_github_itself_have_limits(base: str, limits: bool) -> None:
    assert of_github(base) is limits
