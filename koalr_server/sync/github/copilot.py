"""Copilot's seats and usage reports, which `load` takes as it takes their files."""

import io
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from koalr_server.errors import InputError
from koalr_server.ingest.copilot import read_copilot
from koalr_server.sync.github.connection import Refused, Unanswered
from koalr_server.sync.github.errand import PAGE, Errand

PERMISSION = (
    "GitHub Copilot Business: read and Organization Copilot metrics: read (of an organisation that has Copilot)"
)
REPORTS = ("organization-28-day", "users-28-day")
GONE = (404, 410)


def read_seats(errand: Errand) -> None:
    """Load who has a seat; errors as of Connection.get."""
    pages = [page.body for page in errand.pages(f"{_path(errand)}/billing/seats", PAGE)]
    seats = sum(len(page["seats"]) for page in pages if isinstance(page, dict) and isinstance(page.get("seats"), list))
    _load(errand, _json(pages), "seats", seats)


def read_reports(errand: Errand) -> None:
    """Load the usage of the last 28 days, once for each day that GitHub reports on; errors as of Connection.get."""
    for report in REPORTS:
        body = errand.get(f"{_path(errand)}/metrics/reports/{report}/latest").body
        if not isinstance(body, dict) or not isinstance(body.get("download_links"), list):
            raise Unanswered("GitHub named no report to download")
        ends = str(body.get("report_end_day"))
        if errand.cursor(report) == ends:
            continue
        # Signed addresses are secrets: they are followed and appear nowhere.
        for link in body["download_links"]:
            _load(errand, errand.download(str(link)), report, 1)
        errand.remember(report, ends)


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
