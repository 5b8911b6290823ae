"""Numbers, units, dates and untrusted text as they are shown (pure)."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

NO_BREAK = "\u00a0"
NO_DATA = "–"
MINUTES_PER_HOUR = 60
HOURS_PER_DAY = 24
SECONDS_PER_HOUR = 3600
DAYS_PER_WEEK = 7
LONGEST_CELL = 300
LONGEST_LABEL = 80
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>$:<&^=@/])")
# Where Streamlit's Markdown makes links of addresses, escaped or not; what is no letter keeps it from that.
_LINKED = re.compile(r"(?<=https:)(?=//)|(?<=http:)(?=//)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
# Half a surrogate pair cannot be sent to a browser at all.
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Unit:
    """How a quantity is shown: its unit, what one unit is of the given value, and decimals."""

    symbol: str
    per: float
    decimals: int

    def number(self, value: float, signed: bool = False) -> str:
        """The number alone. A minus is ASCII, because Streamlit reads the sign of a change from it."""
        shown = round(value / self.per, self.decimals) + 0.0
        sign = "+" if signed and shown >= 0 else ""
        return sign + f"{shown:,.{self.decimals}f}".replace(",", "\u2009" if abs(shown) >= 10_000 else "")

    def text(self, value: float, signed: bool = False) -> str:
        """Number, space that does not break, unit."""
        return f"{self.number(value, signed)}{NO_BREAK}{self.symbol}".rstrip(NO_BREAK)


def duration_unit(hours: float) -> Unit:
    """Minutes under 90 min, hours under 72 h, else days. Quantities in hours."""
    if abs(hours) * MINUTES_PER_HOUR < 90:
        return Unit("min", 1 / MINUTES_PER_HOUR, 0)
    if abs(hours) < 72:
        return Unit("h", 1, 1)
    return Unit("d", HOURS_PER_DAY, 1)


def rate_unit(per_day: float) -> Unit:
    """Per day from 1 a day on, then per week, then per month."""
    if per_day >= 1 or per_day == 0:
        return Unit("/day", 1, 1)
    return Unit("/week", 1 / 7, 1) if per_day >= 1 / 7 else Unit("/month", 1 / 30, 1)


def percent_unit(fraction: float) -> Unit:
    """One decimal below 10 %."""
    return Unit("%", 0.01, 1 if abs(fraction) < 0.0995 else 0)


COUNT = Unit("", 1, 0)
PER_WEEK = Unit("/week", 1, 1)


def known(value: float | None) -> bool:
    """Whether there is a number at all."""
    return value is not None and math.isfinite(value)


def shown(value: float | None, unit: Unit) -> str:
    """Value with unit, an en dash without data."""
    return unit.text(value) if value is not None and known(value) else NO_DATA


def duration(hours: float | None) -> str:
    """Hours in the unit that reads best."""
    return shown(hours, duration_unit(hours)) if hours is not None and known(hours) else NO_DATA


def rate(per_day: float | None) -> str:
    """Per day in the unit that reads best."""
    return shown(per_day, rate_unit(per_day)) if per_day is not None and known(per_day) else NO_DATA


def percent(fraction: float | None) -> str:
    """A fraction as per cent."""
    return shown(fraction, percent_unit(fraction)) if fraction is not None and known(fraction) else NO_DATA


def change_text(now: float | None, before: float | None, unit: Unit) -> str | None:
    """The signed difference, percentages in points; None if one side has no data or both round to the same.

    It is the difference of the rounded values, so that what stands side by side adds up.
    """
    if now is None or before is None or not (known(now) and known(before)):
        return None
    step = unit if unit.symbol != "%" else Unit("pt", unit.per, 1)
    steps = round(now / step.per, step.decimals) - round(before / step.per, step.decimals)
    return step.text(steps * step.per, signed=True) if round(steps, step.decimals) else None


def relative_change(now: float | None, before: float | None) -> str | None:
    """ "+34 %", or "×20" above +200 %; None without a base."""
    if now is None or not before or not (known(now) and known(before)):
        return None
    ratio = now / before
    if ratio > 3:
        return f"×{ratio:.0f}"
    return f"{round((ratio - 1) * 100):+d}{NO_BREAK}%".replace("-", "−")


def latest_of(shown: int, total: int, since: datetime | None) -> str:
    """ "latest 300 of 3691, since 17 Nov 08:12"; where all are shown, their number."""
    if shown >= total:
        return COUNT.text(total)
    from_then = f", since {day_label(since)} {since:%H:%M}" if since else ""
    return f"latest {COUNT.text(shown)} of {COUNT.text(total)}{from_then}"


def day_label(moment: date) -> str:
    """ "6 Jan"."""
    return f"{moment.day} {moment:%b}"


def date_label(moment: date | None) -> str:
    """ "Fri 25 Apr"; an en dash without a date."""
    return NO_DATA if moment is None else f"{moment:%a} {day_label(moment)}"


def window_label(until: datetime, days: int, compared: bool = True) -> str:
    """ "2 Mar to 31 Mar 2025 against the 30 days before"; a window that ends at midnight ends the day before."""
    last = until - timedelta(seconds=1)
    first = until - timedelta(days=days) + timedelta(seconds=1)
    year = f" {first.year}" if first.year != last.year else ""
    against = f" against the {days} days before" if compared else ""
    return f"{day_label(first)}{year} to {day_label(last)} {last.year}{against}"


def age(old: timedelta, since: datetime) -> str:
    """ "just now", "2 min old", "3 h old", then "of Fri 14:05"."""
    seconds = old.total_seconds()
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{int(seconds // 60)}{NO_BREAK}min old"
    if seconds < 86400:
        return f"{int(seconds // 3600)}{NO_BREAK}h old"
    return f"of {since:%a} {day_label(since)} {since:%H:%M}"


def ago(old: timedelta, since: datetime) -> str:
    """ "just now", "2 min ago", "3 h ago", then "Fri 6 Mar 14:05"."""
    text = age(old, since)
    return text.replace(" old", " ago").removeprefix("of ")


def whole_number(text: str | None, least: int, most: int) -> int | None:
    """A number from untrusted text; None if it is none between these."""
    usable = text is not None and text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return int(text) if usable and text and least <= int(text) <= most else None


def distinct_labels(names: Mapping[str, str], longest: int = LONGEST_LABEL) -> dict[str, str]:
    """Untrusted names by id as the options of a control, which tells them apart by their words: cut, and the same ones with their id."""
    cut = {key: cell_text(name, longest) for key, name in names.items()}
    shared = Counter(cut.values())
    return {key: label if label and shared[label] == 1 else f"{label} ({cell_text(key)})" for key, label in cut.items()}


def plain(text: str) -> str:
    """Untrusted text that Streamlit's Markdown shows letter by letter: no formatting, links, HTML, LaTeX or directives."""
    return _MARKDOWN.sub(r"\\\1", _LINKED.sub(_WORD_JOINER, _INVISIBLE.sub(" ", text)))


def cell_text(text: str, longest: int = LONGEST_CELL) -> str:
    """Untrusted text for a cell of a table, which shows it letter by letter: cut, and without what nobody sees."""
    visible = _INVISIBLE.sub(" ", text).strip()
    return visible if len(visible) <= longest else visible[: longest - 1].rstrip() + "…"


def figure_text(text: str) -> str:
    """Untrusted text for Plotly, which reads a subset of HTML."""
    visible = _INVISIBLE.sub(" ", text)
    return visible.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
