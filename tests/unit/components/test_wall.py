"""What the address of a screen on a wall asks for, and how that address is made."""

from urllib.parse import parse_qs, urlsplit

import pytest

from components.share import base_of
from components.site import SITE
from components.wall import LONGEST_EVERY_SECS, MOST_PAGES, Rotation, link, parse


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, Rotation((), 30)),
        ({"rotate": "overview,dora,forecast", "every": "45"}, Rotation(("overview", "dora", "forecast"), 45)),
        ({"rotate": " dora , flow "}, Rotation(("dora", "flow"), 30)),
        ({"rotate": "dora,dora,flow"}, Rotation(("dora", "flow"), 30)),
        ({"rotate": "nowhere,/dora,pr-risk,status"}, Rotation((), 30)),
        ({"every": "0"}, Rotation((), 10)),
        ({"every": "99999999999999999999"}, Rotation((), LONGEST_EVERY_SECS)),
        ({"every": "-5"}, Rotation((), 30)),
        ({"every": "٣٠"}, Rotation((), 30)),
        ({"every": "1e3"}, Rotation((), 30)),
    ],
)
def test_an_address_is_read_and_nonsense_falls_back(params: dict[str, str], expected: Rotation) -> None:
    found = parse(params)
    assert (tuple(found.pages), found.every_secs) == (expected.pages, expected.every_secs)


def test_a_very_long_rotation_is_cut() -> None:
    assert len(parse({"rotate": ",".join(entry.key for entry in SITE) * 500}).pages) <= MOST_PAGES


@pytest.mark.parametrize(
    ("pages", "key", "after"),
    [
        ((), "overview", None),
        (("overview",), "overview", None),
        (("overview", "dora"), "overview", "dora"),
        (("overview", "dora"), "dora", "overview"),
        (("overview", "dora"), "flow", "overview"),
        (("overview",), "flow", "overview"),
    ],
)
def test_pages_follow_each_other_in_a_ring(pages: tuple[str, ...], key: str, after: str | None) -> None:
    assert Rotation(pages).after(key) == after


def test_a_link_opens_what_it_was_made_of() -> None:
    made = link("https://metrics.acme.example/dash", ["dora", "flow"], 60, {"team": "team_1", "days": "90"})
    parts = urlsplit(made)
    assert (parts.netloc, parts.path) == ("metrics.acme.example", "/dash/dora")
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (asked["team"], asked["days"], asked["kiosk"], asked["embed"]) == ("team_1", "90", "1", "true")
    assert asked["embed_options"] == "dark_theme"
    assert parse(asked) == Rotation(["dora", "flow"], 60)


def test_one_page_does_not_rotate_and_the_overview_is_the_root() -> None:
    assert "rotate" not in link("http://localhost:8501", ["overview"], 60, {})
    assert link("http://localhost:8501", ["overview"], 60, {}).startswith("http://localhost:8501/?")


def test_a_link_cannot_be_broken_out_of() -> None:
    made = link("http://h", ["dora"], 30, {"team": "a&kiosk=0#x y"})
    assert parse_qs(urlsplit(made).query)["team"] == ["a&kiosk=0#x y"]
    assert parse_qs(urlsplit(made).query)["kiosk"] == ["1"]


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://h:8501/", "http://h:8501"),
        ("http://h:8501", "http://h:8501"),
        ("http://h:8501/dora", "http://h:8501"),
        ("https://h/metrics/dora/", "https://h/metrics"),
        ("https://h/metrics", "https://h/metrics"),
        ("", ""),
    ],
)
def test_the_place_of_the_dashboard_is_known_from_any_page(url: str, base: str) -> None:
    assert base_of(url) == base
