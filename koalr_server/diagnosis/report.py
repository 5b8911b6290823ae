"""All findings of a scope, and what to do about them, most useful first (pure)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from koalr_server import VERSION
from koalr_server.clock import Moment
from koalr_server.diagnosis.counts import RECENT_DAYS, Counts
from koalr_server.diagnosis.custom import custom_findings
from koalr_server.diagnosis.delivery import delivery_findings, list_findings, value_stream_findings
from koalr_server.diagnosis.finding import Finding, Lack
from koalr_server.diagnosis.lacks import INGEST, PROGRAM, importing
from koalr_server.diagnosis.risk import risk_findings
from koalr_server.diagnosis.sources import SourceCounts
from koalr_server.diagnosis.teams import team_findings
from koalr_server.diagnosis.work import copilot_findings, flow_findings, forecast_findings, review_findings

GROUPS = (
    delivery_findings,
    flow_findings,
    review_findings,
    value_stream_findings,
    copilot_findings,
    forecast_findings,
    risk_findings,
    list_findings,
    team_findings,
    custom_findings,
)
BEGINNING = (
    Lack(
        "Nothing has been loaded yet. Begin with a git clone: commits, pull requests, releases.",
        f"{INGEST} --team NAME",
    ),
    Lack("Or import records of your own.", importing("deployments")),
    Lack("Or look at the sample organisation first, in a folder of its own.", f"{PROGRAM} sample load --data DIR"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and the names of the answers it helps."""

    lack: Lack
    helps: tuple[str, ...] = ()


def diagnose(counts: Counts) -> list[Finding]:
    """A finding per answer of the API, in the order of its page."""
    return [finding for group in GROUPS for finding in group(counts)]


def steps(counts: Counts, findings: Sequence[Finding]) -> list[Step]:
    """What to do: first what a command mends, then by how much it helps; a missing answer weighs twice a partial one."""
    if counts.nothing_loaded:
        return [Step(lack) for lack in BEGINNING]
    helped: dict[Lack, list[Finding]] = defaultdict(list)
    for finding in findings:
        for lack in finding.lacks:
            helped[lack].append(finding)

    def usefulness(lack: Lack) -> tuple[bool, int]:
        return lack.command is not None, sum(2 if each.status == "missing" else 1 for each in helped[lack])

    ordered = sorted(helped, key=usefulness, reverse=True)
    return [Step(lack, tuple(finding.answer.name for finding in helped[lack])) for lack in ordered]


def report(
    counts: Counts, organisation: Mapping[str, Any], moment: Moment, sources: Sequence[SourceCounts] | None = None
) -> dict[str, Any]:
    """The body of GET /api/v1/status, JSON-ready.

    Counts are of the last `days` days of the data; times are moved by the sample's shift.

    Args:
        sources: None for whom it does not concern.
    """
    findings = diagnose(counts)
    newest: datetime | None = organisation["newestFactAt"]
    now = moment.shown(moment.now)
    return {
        "version": VERSION,
        "now": now,
        "organisation": {**organisation, "newestFactAt": moment.shown(newest), "now": now},
        "days": RECENT_DAYS,
        "findings": [finding.body(moment) for finding in findings],
        "steps": [
            {"text": step.lack.text, "command": step.lack.command, "answers": list(step.helps)}
            for step in steps(counts, findings)
        ],
        "sources": None if sources is None else [each.body(moment) for each in sources],
    }
