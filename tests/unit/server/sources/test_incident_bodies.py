"""Bodies of real accounts: what each makes, alone and together."""

from typing import Any

import pytest

from tests.unit.server.sources.telling import body, record, records


def incident(id_: str, title: str, status: str, started_at: str, **others: str) -> dict[str, Any]:
    row = {"id": id_, "title": title, "status": status, "startedAt": started_at}
    return {**row, "severity": None, "resolvedAt": None, "service": None, **others}


def envelope(name: str, told: Any) -> dict[str, Any]:
    return {"event_type": name, name: told}


def by_title(source: str, bodies: list[Any]) -> dict[str, tuple[str | None, ...]]:
    """Status, severity, start and end of the incidents that bodies make."""
    said = ("status", "severity", "startedAt", "resolvedAt")
    return {row["title"]: tuple(row[name] for name in said) for row in records(source, *bodies)}


REAL = {
    "pagerduty_v3_triggered": incident(
        "pagerduty:PFQZPSY", "Test Incident 3", "triggered", "2021-06-04T13:35:29Z", severity="high", service="pig208"
    ),
    "pagerduty_v3_priority_updated": incident(
        "pagerduty:Q3B15VLMF3ASBD",
        "Critical: Checkout API High Latency",
        "triggered",
        "2026-04-01T02:07:30Z",
        severity="P2",
        service="Default Service",
    ),
    "pagerduty_v3_reopened": incident(
        "pagerduty:Q05XJA8GDXGOB3",
        "Test Incident 2",
        "triggered",
        "2026-03-30T13:37:07Z",
        severity="P3",
        service="Default Service",
    ),
    "opsgenie_create": incident(
        "opsgenie:ec03dad6-62c8-4c94-b38b-d88f398e900f",
        "another alert",
        "open",
        "2017-08-14T11:25:56Z",
        severity="P3",
        service="Server",
    ),
    "opsgenie_acknowledge": incident(
        "opsgenie:052652ac-5d1c-464a-812a-7dd18bbfba8c", "test alert", "acknowledged", "2015-01-05T10:03:11Z"
    ),
    "opsgenie_close": incident(
        "opsgenie:052652ac-5d1c-464a-812a-7dd18bbfba8c",
        "test alert",
        "closed",
        "2015-01-05T10:03:11Z",
        resolvedAt="2015-01-05T10:06:14Z",
    ),
}


@pytest.mark.parametrize(("name", "expected"), REAL.items())
def test_a_body_makes_an_incident(name: str, expected: dict[str, Any]) -> None:
    assert record(name.split("_")[0], body(name)) == expected


@pytest.mark.parametrize("name", ["pagerduty_v3_acknowledged", "pagerduty_v3_resolved"])
def test_an_incident_whose_start_nobody_told_has_no_record(name: str) -> None:
    assert records("pagerduty", body(name)) == []


def test_pagerduty_of_2021_tells_the_start_with_its_first_event_and_the_end_with_its_last() -> None:
    resolved = body("pagerduty_v3_resolved")
    triggered = body("pagerduty_v3_triggered")
    triggered["event"]["data"]["id"] = resolved["event"]["data"]["id"]
    triggered["event"]["occurred_at"] = "2021-06-04T12:30:00Z"
    made = record("pagerduty", resolved, triggered)
    assert (made["startedAt"], made["resolvedAt"]) == ("2021-06-04T12:30:00Z", "2021-06-04T13:16:53Z")
    assert made["title"] == "Test Incident"


def test_an_opsgenie_alert_goes_from_acknowledged_to_closed_in_either_order() -> None:
    bodies = body("opsgenie_acknowledge"), body("opsgenie_close")
    assert record("opsgenie", *bodies) == record("opsgenie", *reversed(bodies)) == REAL["opsgenie_close"]


def test_incident_io_tells_an_incident_in_triage() -> None:
    told = body("incidentio_superplane_incident_created")["data"]["incident"]
    expected = incident(
        "incident-io:01HF8K2TYRXG4PQA5NW7B9C0D1",
        "snaketoy-web 5xx spike (eu-west-1)",
        "Triage",
        "2026-03-04T09:18:42Z",
        severity="Major",
    )
    assert record("incident-io", envelope("public_incident.incident_created_v2", told)) == expected


def test_the_envelope_of_another_product_around_incident_io_tells_nothing() -> None:
    assert records("incident-io", body("incidentio_superplane_incident_created")) == []


def test_pagerduty_rest_incidents_in_the_envelope_of_the_webhook() -> None:
    bodies = [
        {"event": {"event_type": "incident.synced", "occurred_at": "2022-11-04T00:00:00Z", "data": each}}
        for each in body("pagerduty_rest_incidents")
    ]
    assert by_title("pagerduty", bodies) == {
        "Crash reported": ("triggered", "high", "2022-11-03T06:23:06Z", None),
        "Slow startup": ("acknowledged", "high", "2022-11-03T06:44:28Z", None),
        "Spamming logs": ("resolved", "low", "2022-11-03T06:45:36Z", "2022-11-03T06:51:44Z"),
    }


def test_opsgenie_rest_incidents_in_the_envelope_of_the_webhook() -> None:
    bodies = [{"action": "synced", "incident": each} for each in body("opsgenie_rest_incidents")]
    assert by_title("opsgenie", bodies) == {
        "Incident#1": ("open", "P3", "2023-09-06T14:30:56Z", None),
        "Incident#2": ("resolved", "P5", "2023-09-05T18:20:28Z", "2023-09-05T18:21:21Z"),
    }
