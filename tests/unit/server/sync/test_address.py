"""Where a token may be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koalr_server.errors import InputError
from koalr_server.sync.github.address import base_url, graphql_url, may_download, of_github, same_origin


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


def test_reports_come_encrypted_or_from_this_machine() -> None:
    assert may_download("https://blobs.example/report?sig=1")
    assert may_download("http://127.0.0.1:99/report")
    assert not may_download("http://blobs.example/report")
    assert not may_download("/mock-data/report.json")


@given(st.text())
def test_no_text_breaks_the_reading_of_an_address(text: str) -> None:
    assert not same_origin(text, "https://api.github.com") or text.startswith(("https://", "HTTPS://", "https:"))
    may_download(text)


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
