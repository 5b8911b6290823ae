"""People who look at pages and TVs that show them, in a process of their own.

People come and leave, open pages, follow links, and change team and days; a screen on a wall stays. Whoever loses the connection
comes back, as a browser does. Each stays with one dashboard by nginx's cookie.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.site import HOME, SITE
from tests.soak.tab import DAYS, TEAM, GoneError, Seen, Tab, opened

ROOT = Path(__file__).resolve().parents[2]
PAGES = [("" if entry.key == HOME else entry.key) for entry in SITE]
CLICKS_OF_A_VISIT = 8
COME_BACK_SECS = 1.0
LINKS = ("", "days=7", "days=90", "days=365&team=nobody", "team=")
WALL = "kiosk=1&rotate=overview,dora,flow,reviews,deployments&every=20&embed=true&embed_options=dark_theme"


@dataclass(slots=True)
class Crowd:
    """Everybody who looks, until a moment of the monotonic clock; `thinking_secs` pass on average between two clicks of a person."""

    url: str
    until: float
    thinking_secs: float
    seen: Seen = field(default_factory=Seen)
    visits: int = 0
    gone: int = 0

    async def person(self, chance: random.Random) -> None:
        """Come, look around, leave, and come again."""
        cookies: dict[str, str] = {}
        # Not everybody comes in the same moment.
        await self._pause(chance.uniform(0, self.thinking_secs))
        while self._left_secs() > 0:
            try:
                async with opened(self.url, cookies, self.seen, chance.choice(LINKS)) as tab:
                    self.visits += 1
                    await tab.open(chance.choice(PAGES))
                    for _ in range(chance.randint(1, 2 * CLICKS_OF_A_VISIT)):
                        await self._pause(chance.expovariate(1 / self.thinking_secs))
                        if self._left_secs() <= 0:
                            return
                        await _click(tab, chance)
            except GoneError:
                self.gone += 1
                await self._pause(COME_BACK_SECS)

    async def screen(self, chance: random.Random) -> None:
        """Stay on a wall."""
        cookies: dict[str, str] = {}
        while self._left_secs() > 0:
            try:
                async with opened(self.url, cookies, self.seen, WALL) as tab:
                    self.visits += 1
                    await tab.open(chance.choice(["", "dora", "flow"]))
                    await tab.ended(self._left_secs())
            except GoneError:
                self.gone += 1
                await self._pause(COME_BACK_SECS)

    def _left_secs(self) -> float:
        return self.until - time.monotonic()

    async def _pause(self, secs: float) -> None:
        await asyncio.sleep(max(0.0, min(secs, self._left_secs())))


async def _click(tab: Tab, chance: random.Random) -> None:
    """What a person does next: mostly another page, else another filter of this one."""
    filter_ = chance.choice((None, None, None, TEAM, DAYS))
    if filter_ in tab.choices:
        await tab.choose(filter_, chance.choice(tab.choices[filter_]))
    else:
        await tab.open(chance.choice(PAGES))


async def look(crowd: Crowd, people: int, screens: int) -> None:
    """Everybody at once."""
    everybody = [crowd.person(random.Random(number)) for number in range(people)]
    await asyncio.gather(*everybody, *(crowd.screen(random.Random(-1 - number)) for number in range(screens)))


def started(url: str, secs: float, people: int, screens: int, thinking_secs: float) -> "subprocess.Popen[str]":
    """The process, at work for so long; what it saw is a line of JSON on its standard output."""
    arguments = [url, str(secs), str(people), str(screens), str(thinking_secs)]
    command = [sys.executable, "-m", "tests.soak.viewers", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


@dataclass(frozen=True, slots=True)
class Looked:
    """What they all saw; `gone` counts connections that broke or could not be had."""

    seen: Seen
    visits: int
    gone: int


def told(process: "subprocess.Popen[str]", patience_secs: float) -> Looked:
    """What the process saw, once it has ended."""
    output, _ = process.communicate(timeout=patience_secs)
    assert process.returncode == 0, "the viewers failed; what they say is above"
    found: dict[str, Any] = json.loads(output)
    return Looked(Seen(**found["seen"]), found["visits"], found["gone"])


def main(arguments: Sequence[str]) -> None:
    """Look, then tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("secs", type=float)
    parser.add_argument("people", type=int)
    parser.add_argument("screens", type=int)
    parser.add_argument("thinking_secs", type=float)
    asked = parser.parse_args(arguments)
    crowd = Crowd(asked.url, time.monotonic() + asked.secs, asked.thinking_secs)
    asyncio.run(look(crowd, asked.people, asked.screens))
    print(json.dumps({"seen": vars(crowd.seen), "visits": crowd.visits, "gone": crowd.gone}))


if __name__ == "__main__":
    main(sys.argv[1:])
