"""A screen on a wall over midnight, watched frame by frame: it moves on, and never flashes."""

import base64
import io
import re
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Page, TimeoutError

from tests.browser.conftest import Dashboard, opened, settled
from tests.browser.upstream import KEY, Upstream, served

pytestmark = pytest.mark.browser

TV = "kiosk=1&embed=true&embed_options=dark_theme&rotate=overview,dora&every=10"
# Any zone the browser knows; the dashboard reads where it lies from the file that the test writes.
ZONE = "Pacific/Kiritimati"
EVENING_SECS = 12
# Until the second turn of the new day, on a slow machine.
NIGHT_MS = 60_000
DAY_SECS = 86_400
DARK = "rgb(13, 19, 25)"
# Of 255. The dark screen is near 22, a white one 255; the title alone spreads it by more than 2.
LIGHTEST, LEAST_SPREAD = 60, 1
# Streamlit makes a changed figure anew, which takes the browser a blink of the dark screen.
LONGEST_BLINK_MS = 1_000
# At every picture the browser is about to draw: the colour behind everything, the words of the board that is seen, when,
# and whether the board has its place.
SAMPLE = """() => {
    window.samples = [];
    window.boards = new Set();
    const look = () => {
        const seen = [...document.querySelectorAll('.st-key-wall-board .main-svg')].filter(each => each.checkVisibility());
        seen.forEach(each => window.boards.add(each.closest('.js-plotly-plot')));
        window.samples.push([
            getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor,
            seen.map(each => each.textContent).join(''),
            performance.now(),
            [...document.querySelectorAll('.st-key-wall-board')].some(each => each.clientHeight > 0),
        ]);
        requestAnimationFrame(look);
    };
    look();
}"""
WORDS = """() => Object.fromEntries(['wall-header', 'wall-clock', 'wall-board'].map(key => [key,
    [...document.querySelectorAll(`.st-key-${key} .main-svg text`)].map(each => each.textContent).join(' ')]))"""
MORNING = f"""() => {{
    const words = ({WORDS})();
    return words['wall-header'].includes('15 Mar') && words['wall-clock'].includes('00:0')
        && words['wall-board'].includes('8.8');
}}"""


@dataclass
class Night:
    """What was seen: words before and after midnight, and every picture between."""

    evening: dict[str, str] = field(default_factory=dict)
    morning: dict[str, str] = field(default_factory=dict)
    pictures: list[tuple[float, Image.Image]] = field(default_factory=list)
    samples: list[tuple[str, str, float, bool]] = field(default_factory=list)
    boards: int = 0
    exceptions: int = 0


def write_zone(folder: Path, midnight_in_secs: int) -> None:
    """A zone in which midnight is near, in the format of the time zone database (RFC 8536)."""
    passed = int(time.time()) % DAY_SECS
    offset = DAY_SECS - midnight_in_secs - passed
    offset -= DAY_SECS if offset > DAY_SECS / 2 else 0
    path = folder / ZONE
    path.parent.mkdir(parents=True)
    counts = (0, 0, 0, 0, 1, 4)
    path.write_bytes(b"TZif\0" + bytes(15) + struct.pack(">6l", *counts) + struct.pack(">l2B", offset, 0, 0) + b"XYZ\0")


@pytest.fixture(scope="module")
def night(
    start: Callable[..., Dashboard], browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Night]:
    """A screen that looks every second and turns every ten, from before midnight to after it."""
    folder, zones = tmp_path_factory.mktemp("night"), tmp_path_factory.mktemp("zones")
    midnight = float("inf")

    def by_the_clock(path: str, body: Any) -> Any:
        """Another day has other figures."""
        later = time.time() >= midnight
        if path.endswith("/teams"):
            return body | {"organisation": {"name": "Acme", "now": f"2026-03-{'15' if later else '14'}T12:00:00Z"}}
        return body | {"deployFrequency": 8.8 if later else 5.5} if path.endswith("/metrics/dora") else body

    told, found = Upstream(change=by_the_clock), Night()
    with served(told) as url:
        environment = {"KOALR_API_URL": url, "KOALR_API_KEY": KEY, "KOALR_CACHE_DIR": "", "KOALR_TV_REFRESH_SECS": "1"}
        dashboard = start(folder, hurried=True, PYTHONTZPATH=str(zones), **environment)
        with opened(browser) as page:  # what the first look at a server takes is no part of the night
            page.goto(f"{dashboard.url}/?{TV}")
            settled(page, 3)
        with opened(browser, viewport={"width": 1920, "height": 1080}, timezone_id=ZONE) as page:
            midnight = time.time() + EVENING_SECS
            write_zone(zones, EVENING_SECS)
            page.goto(f"{dashboard.url}/?{TV}")
            settled(page, 3)
            found.evening = page.evaluate(WORDS)
            watch(page, found)
        yield found


def watch(page: Page, found: Night) -> None:
    """Every picture that is drawn until the morning, as a picture and from inside."""
    devtools = page.context.new_cdp_session(page)

    def keep(frame: dict[str, Any]) -> None:
        picture = Image.open(io.BytesIO(base64.b64decode(frame["data"]))).convert("L")
        found.pictures.append((frame["metadata"]["timestamp"] * 1_000, picture))
        devtools.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    devtools.on("Page.screencastFrame", keep)
    page.evaluate(SAMPLE)
    devtools.send("Page.startScreencast", {"format": "jpeg", "quality": 60, "maxWidth": 480, "maxHeight": 270})
    # Without a morning the test fails by its words.
    with suppress(TimeoutError):
        page.wait_for_function(MORNING, timeout=NIGHT_MS)
    devtools.send("Page.stopScreencast")
    found.samples = page.evaluate("window.samples")
    found.boards = page.evaluate("window.boards.size")
    found.morning = page.evaluate(WORDS)
    found.exceptions = page.get_by_test_id("stException").count()


def test_clock_window_and_figures_move_on_over_midnight(night: Night) -> None:
    assert re.search(r"\b23:59\b", night.evening["wall-clock"])
    assert "figures to 14 Mar" in night.evening["wall-header"]
    assert "5.5" in night.evening["wall-board"]
    assert re.search(r"\b00:0\d\b", night.morning["wall-clock"])
    assert "figures to 15 Mar" in night.morning["wall-header"]
    assert "8.8" in night.morning["wall-board"]


def test_no_error_comes_with_the_new_day(night: Night) -> None:
    assert night.exceptions == 0
    assert "answers just in" in night.morning["wall-clock"]


def test_no_picture_is_white_and_none_stays_empty(night: Night) -> None:
    assert len(night.pictures) > 20, "pictures are taken"
    assert max(ImageStat.Stat(each).mean[0] for _at, each in night.pictures) < LIGHTEST
    # A browser short of time shows a picture before it has drawn all of it.
    drawn = [(ImageStat.Stat(each).stddev[0] > LEAST_SPREAD, at) for at, each in night.pictures]
    assert max(gaps(drawn), default=0) < LONGEST_BLINK_MS
    assert {colour for colour, *_ in night.samples} == {DARK}


def test_the_board_keeps_its_place_while_pages_turn(night: Night) -> None:
    assert [at for _colour, _words, at, placed in night.samples if not placed] == []


def test_the_board_goes_only_to_make_room_for_a_changed_one_and_for_a_moment(night: Night) -> None:
    shown = [words for words, _ in groupby(words for _colour, words, *_ in night.samples if words)]
    absences = list(gaps([(bool(words), at) for _colour, words, at, _placed in night.samples]))
    assert len(shown) >= 2, "it turned"
    assert night.boards < 2 * len(shown), "it stays while the figures stay"
    assert len(absences) < len(shown)
    assert max(absences, default=0) < LONGEST_BLINK_MS


def gaps(seen: Sequence[tuple[bool, float]]) -> Iterator[float]:
    """Milliseconds of every time that nothing was seen, from whether and when."""
    for there, group in groupby(pairwise(seen), lambda pair: pair[0][0]):
        if not there:
            pairs = list(group)
            yield pairs[-1][1][1] - pairs[0][0][1]
