"""Copilot's seats and reports over GitHub's API, and that signed addresses stay secret."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from koalr_server.sync.github.copilot import missing_days
from tests.integration.server.github_server import World
from tests.integration.server.github_world import Serving
from tests.integration.server.memory_store import MemoryStore
from tests.integration.server.test_github_sync import read

COPILOT = Path(__file__).parents[2] / "fixtures" / "copilot"


def with_copilot(there: World) -> None:
    """Seats, reports behind signed addresses, and the retired days."""
    seats = json.loads((COPILOT / "seats.json").read_text())["seats"]
    there.lists["/orgs/acme/copilot/billing/seats"] = seats
    for report, name in (("organization-28-day", "organisation-report.json"), ("users-28-day", "users-report.ndjson")):
        signed = f"{there.base_url}/{name}?sig=a-signature"
        there.objects[f"/orgs/acme/copilot/metrics/reports/{report}/latest"] = {
            "download_links": [signed],
            "report_end_day": "2022-04-30",
        }
    there.lists["/orgs/acme/copilot/metrics"] = json.loads((COPILOT / "retired-days.json").read_text())

    answer = there.answer

    def answered(request: Request, content: bytes = b"") -> Response:
        if "sig" not in request.query_params:
            return answer(request, content)
        there.seen.append({"url": str(request.url), **dict(request.headers)})
        return Response((COPILOT / request.url.path.rsplit("/", 1)[1]).read_text())

    there.answer = answered  # type: ignore[method-assign]


def test_copilot_is_loaded_and_signed_addresses_are_told_no_token(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    with_copilot(there)
    report = read(there, store, organisation="acme")
    assert {name: len(rows) for name, rows in store.loaded.items()} == {
        "copilot_seats": 2,
        "copilot_days": 2,
        "copilot_user_days": 5,
    }
    assert not report.missing
    signed = [seen for seen in there.seen if "sig=" in seen["url"]]
    assert len(signed) == 2
    assert all("authorization" not in seen for seen in signed)
    assert not any("a-signature" in text for text in (*store.values.values(), *store.values))
    # A report of a day that was loaded is not downloaded again.
    read(there, store, organisation="acme")
    assert len([seen for seen in there.seen if "sig=" in seen["url"]]) == 2


def test_days_before_the_last_28_are_loaded_one_by_one_and_once(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    with_copilot(there)
    days = there.objects
    for report, name in (("organization", "organisation-report.json"), ("users", "users-report.ndjson")):
        days[f"/orgs/acme/copilot/metrics/reports/{report}-28-day/latest"]["report_end_day"] = "2025-11-20"
        days[f"/orgs/acme/copilot/metrics/reports/{report}-1-day"] = {
            "download_links": [f"{there.base_url}/{name}?sig=a-signature"],
            "report_day": "2025-10-20",
        }
    read(there, store, organisation="acme", since="2025-10-20T00:00:00Z")
    asked = [seen["url"].split("/reports/")[1] for seen in there.seen if "-1-day" in seen["url"]]
    # The last report begins with 24 October.
    assert asked == [
        f"{report}-1-day?day=2025-10-{day}" for report in ("organization", "users") for day in (20, 21, 22, 23)
    ]
    read(there, store, organisation="acme", since="2025-10-20T00:00:00Z")
    assert len([seen for seen in there.seen if "-1-day" in seen["url"]]) == 8


@pytest.mark.parametrize(
    ("covered", "since", "ends", "first", "number"),
    [
        (None, "2020-01-01", "2025-11-20", "2025-10-10", 14),
        (None, "2026-01-01", "2026-01-20", None, 0),
        ("2026-01-01", "2020-01-01", "2026-03-01", "2026-01-02", 31),
        ("2026-02-20", "2020-01-01", "2026-03-01", None, 0),
        (None, "2020-01-01", "2027-11-20", "2026-11-20", 338),
    ],
)
def test_missing_days_end_where_the_last_report_begins(
    covered: str | None, since: str, ends: str, first: str | None, number: int
) -> None:
    told = missing_days(
        date.fromisoformat(covered) if covered else None, f"{since}T00:00:00Z", date.fromisoformat(ends)
    )
    assert len(told) == number
    assert not told or (told[0].isoformat(), told[-1]) == (first, date.fromisoformat(ends) - timedelta(days=28))


def test_a_signed_address_that_has_expired_is_tried_again_with_the_next_run(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    with_copilot(there)
    latest = there.objects["/orgs/acme/copilot/metrics/reports/organization-28-day/latest"]
    latest["download_links"] = [f"{there.base_url}/nothing"]
    report = read(there, store, organisation="acme")
    assert list(report.missing) == ["Copilot: the address of a report answered 401"]
    assert not any(name.endswith("organization") for name in store.values)


def test_a_report_that_is_not_encrypted_is_not_fetched(serving: Serving) -> None:
    there = serving()
    with_copilot(there)
    for report in ("organization-28-day", "users-28-day"):
        body = there.objects[f"/orgs/acme/copilot/metrics/reports/{report}/latest"]
        body["download_links"] = ["http://elsewhere.example/report?sig=a-signature"]
    report = read(there, MemoryStore(), organisation="acme")
    assert list(report.missing) == ["Copilot: a report has an address that is not https"]
