"""Which pull request a text names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.pull_request_name import PullRequestName, of_row, parse

WANTED = PullRequestName("acme", "api", 1847)


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/acme/api/pull/1847",
        "http://github.com/acme/api/pull/1847/",
        "https://github.com/acme/api/pull/1847/files?w=1#diff-0",
        "https://github.com/acme/api/pull/1847#issuecomment-1",
        "github.com/acme/api/pull/1847",
        "https://git.acme.example/acme/api/pull/1847/commits",
        "https://git.acme.example:8443/acme/api/pull/1847",
        "https://api.github.com/repos/acme/api/pulls/1847",
        "https://git.acme.example/api/v3/repos/acme/api/pulls/1847",
        "  <https://github.com/acme/api/pull/1847>.  ",
        "acme/api#1847",
        "acme/api #1847",
        "acme/api/1847",
        "acme/api 1847",
        "acme/api/pull/1847",
        "acme/api#001847",
    ],
)
def test_links_and_short_forms_name_it(text: str) -> None:
    assert parse(text) == WANTED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "1847",
        "api#1847",
        "acme/api",
        "acme/api#",
        "acme/api#0",
        "acme/api#-1",
        "acme/api#1.5",
        "acme/api#１８４７",
        "acme/api#" + "9" * 19,
        "https://github.com/acme/api/issues/1847",
        "https://github.com/acme/api",
        "https://token@github.com/acme/api/pull/1847",
        "javascript:alert(1)//acme/api/pull/1847",
        "a b/api#1",
        "acme/<img src=x>#1",
        "a" * 201 + "/api#1",
    ],
)
def test_anything_else_names_none(text: str) -> None:
    assert parse(text) is None


def test_what_stands_in_the_address_and_what_people_write_lead_back() -> None:
    assert (WANTED.path, WANTED.short) == ("acme/api/1847", "acme/api#1847")
    assert parse(WANTED.path) == parse(WANTED.short) == WANTED


def test_a_row_without_an_owner_has_no_name() -> None:
    assert of_row("acme/api", 7) == PullRequestName("acme", "api", 7)
    assert of_row("api", 7) is None
    assert of_row("group/part/api", 7) is None


@given(st.text(max_size=300))
def test_what_is_read_is_read_again_alike(text: str) -> None:
    found = parse(text)
    assert found is None or parse(found.path) == found


def test_a_very_long_text_is_refused_at_once() -> None:
    assert parse("acme/" * 1_000_000 + "api#1") is None
