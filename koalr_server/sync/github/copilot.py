"""Copilot's seats and usage reports, which `load` takes as it takes their files."""

import io
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from koalr_server.errors import InputError
from koalr_server.ingest.copilot import read_copilot
from koalr_server.sync.github.answer import Refused, Unanswered
from koalr_server.sync.github.errand import PAGE, Errand

PERMISSION = (
    "GitHub Copilot Business: read and Organization Copilot metrics: read (of an organisation that has Copilot)"
)
REPORTS = ("organization", "users")
# GitHub reports from this day on, and keeps reports for a year.
FIRST_DAY = date(2025, 10, 10)
KEPT = timedelta(days=365)
LATEST = timedelta(days=28)
ONE_DAY = timedelta(days=1)
GONE = (404, 410)


def read_seats(errand: Errand) -> None:
    """Load who has a seat; errors as of Connection.get."""
    pages = [page.body for page in errand.pages(f"{_path(errand)}/billing/seats", PAGE)]
    seats = sum(len(page["seats"]) for page in pages if isinstance(page, dict) and isinstance(page.get("seats"), list))
    _load(errand, _json(pages), "seats", seats)


def read_reports(errand: Errand) -> None:
    """Load usage by day: the last 28 days as one report, and the days before that are missing; errors as of Connection.get."""
    for report in REPORTS:
        latest = errand.get(f"{_path(errand)}/metrics/reports/{report}-28-day/latest").body
        ends = _day(latest.get("report_end_day") if isinstance(latest, dict) else None)
        if ends is None:
            raise Unanswered("GitHub named no report to download")
        covered = _day(errand.cursor(report))
        if covered == ends:
            continue
        for day in missing_days(covered, errand.run.since, ends):
            _read_day(errand, report, day)
        _download(errand, report, latest)
        errand.remember(report, ends.isoformat())


def missing_days(covered: date | None, since: str, ends: date) -> list[date]:
    """Days that a report of the 28 days up to `ends` does not have and that nobody has read, oldest first."""
    begins = _day(since[:10]) if covered is None else covered + ONE_DAY
    first = max(begins or FIRST_DAY, FIRST_DAY, ends - KEPT)
    return [first + ONE_DAY * number for number in range((ends - LATEST - first).days + 1)]


def _read_day(errand: Errand, report: str, day: date) -> None:
    path = f"{_path(errand)}/metrics/reports/{report}-1-day"
    try:
        _download(errand, report, errand.get(path, {"day": day.isoformat()}).body)
    except Refused as refusal:
        # There may be days without a report.
        if refusal.status not in GONE:
            raise
    errand.remember(report, day.isoformat())


def _download(errand: Errand, report: str, body: Any) -> None:  # noqa: ANN401 - JSON
    links = body.get("download_links") if isinstance(body, dict) else None
    # Signed addresses are secrets: they are followed and appear nowhere.
    for link in links if isinstance(links, list) else []:
        _load(errand, errand.download(str(link)), f"{report} report", 1)


def read_retired_days(errand: Errand) -> None:
    """Load the day list that GitHub has retired, from servers that still have it; errors as of Connection.get."""
    name = "retired-days"
    if errand.cursor(name) == "gone":
        return
    try:
        days = errand.whole(f"{_path(errand)}/metrics").items
    except Refused as refusal:
        if refusal.status not in GONE:
            raise
        errand.remember(name, "gone")
        return
    _load(errand, _json(days), name, len(days))


def _day(text: Any) -> date | None:  # noqa: ANN401 - JSON
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _path(errand: Errand) -> str:
    return f"/orgs/{quote(errand.place, safe='')}/copilot"


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json.dumps(value)


def _load(errand: Errand, text: str, name: str, read: int) -> None:
    try:
        imported = read_copilot(io.StringIO(text), name)
    except InputError as error:
        raise Unanswered(str(error)) from None
    counts: Mapping[str, Mapping[str, int]] = errand.run.outbox.load(imported.tables) if imported.tables else {}
    new = sum(kind["added"] + kind["updated"] for kind in counts.values())
    errand.run.report.count(errand.resource, read, new, sum(kind["unchanged"] for kind in counts.values()))
    if imported.faults:
        errand.miss(f"{len(imported.faults)} bad parts were left out, the first: {imported.faults[0]}")
