"""Screens nobody sits at: what their address asks for, and the address that asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import streamlit as st

from components.site import BY_KEY, HOME

DEFAULT_EVERY_SECS = 30
SHORTEST_EVERY_SECS = 10
LONGEST_EVERY_SECS = 3600
MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class Rotation:
    """Which pages follow each other (keys), and how long each stays. No pages: the one that was opened stays."""

    pages: Sequence[str] = ()
    every_secs: int = DEFAULT_EVERY_SECS

    def after(self, key: str) -> str | None:
        """The page after this one; None if there is no other."""
        others = [page for page in self.pages if page != key]
        if not others:
            return None
        if key not in self.pages:
            return self.pages[0]
        return self.pages[(list(self.pages).index(key) + 1) % len(self.pages)]


def wanted() -> bool:
    """Whether this viewer is a screen on a wall."""
    return st.query_params.get("kiosk") == "1"


def on_paper() -> bool:
    """Whether this viewer wants the page alone, to print it."""
    return st.query_params.get("print") == "1"


def rotation() -> Rotation:
    """What the address asks for."""
    return parse(st.query_params.to_dict())


def parse(params: Mapping[str, str]) -> Rotation:
    """`rotate=overview,dora&every=30`; what is unknown or out of bounds falls back, for nobody is there to read a note."""
    names = [name.strip() for name in params.get("rotate", "")[:1000].split(",")]
    pages = list(dict.fromkeys(name for name in names if name in BY_KEY and BY_KEY[name].wall))[:MOST_PAGES]
    return Rotation(pages, _every_secs(params.get("every", "")))


def _every_secs(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return DEFAULT_EVERY_SECS
    return max(SHORTEST_EVERY_SECS, min(LONGEST_EVERY_SECS, int(text[:9])))


def address(path: str, params: Mapping[str, str]) -> str:
    """A path with its parameters."""
    return f"{path}?{urlencode(params, safe=',')}" if params else path


def link(base: str, pages: Sequence[str], every_secs: int, filters: Mapping[str, str]) -> str:
    """The address that puts pages on a TV.

    Args:
        base: where the dashboard is, without a slash at its end.
        pages: keys in the order shown; one alone does not rotate.
        filters: parameters of the view, such as team and days.
    """
    first = BY_KEY[pages[0]] if pages else BY_KEY[HOME]
    turning = {"rotate": ",".join(pages), "every": str(every_secs)} if len(pages) > 1 else {}
    asked = {**filters, "kiosk": "1", **turning, "embed": "true", "embed_options": "dark_theme"}
    return address(base + first.path, asked)
