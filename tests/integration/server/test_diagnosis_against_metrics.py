"""What the diagnosis says of an answer fits what the answer is, on random organisations full of awkward cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from koalr_server.diagnosis.counting import count
from koalr_server.diagnosis.counts import RECENT_DAYS, Counts
from koalr_server.diagnosis.report import diagnose
from koalr_server.store.database import Database
from tests.integration.server.loaded import Loaded, import_rows
from tests.oracle.organisations import NOWS, random_organisation

FIELDS = {
    "dora": ("deployFrequency", "leadTime", "changeFailureRate", "mttr"),
    "flow": ("cycleTime", "throughput", "wipCount", "flowEfficiency"),
    "review_metrics": ("avgFirstResponseTime", "avgReviewCycleTime"),
    "value_stream": ("ideaToCommit", "commitToMerge", "mergeToDeploy"),
}


@dataclass
class Look:
    """One scope at the moment of its newest fact, so that recent is exactly a window of the API."""

    loaded: Loaded
    team: str | None
    counts: Counts


@pytest.fixture(scope="module", params=range(12))
def looks(request: pytest.FixtureRequest) -> Iterator[list[Look]]:
    organisation = random_organisation(request.param)
    database = Database.in_memory()
    import_rows(database, organisation)
    found = []
    for team in (None, *(row["name"] for row in organisation["teams"])):
        newest_at = counted(Loaded(database, NOWS[-1]), team).newest_at
        if newest_at is not None:
            loaded = Loaded(database, newest_at)
            found.append(Look(loaded, team, counted(loaded, team)))
    yield found
    database.close()


def counted(loaded: Loaded, team: str | None) -> Counts:
    scope = loaded.scope(team)
    return count(loaded.service.database.rows, loaded.now, None if scope.everyone else scope.team_ids)


def values(loaded: Loaded, team: str | None) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for metric, fields in FIELDS.items():
        answer = loaded.metric(metric, RECENT_DAYS, team)
        found |= {field: answer[field] for field in fields}
    delivery, backlog = loaded.forecast_delivery(1, team), loaded.forecast_backlog(team)
    # A backlog of nothing and a date out of sight are answers too.
    lacking = (delivery["reason"] or "").startswith(("Too little history", "Not in sight"))
    found["deliveryForecast"] = None if lacking else delivery["items"]
    found["backlogForecast"] = None if backlog["backlogSize"] is None else backlog["weeksToEmpty"]["p50"]
    return found


def test_what_is_ok_has_a_value_and_what_is_missing_has_none(looks: list[Look]) -> None:
    for look in looks:
        answers = values(look.loaded, look.team)
        for finding in diagnose(look.counts):
            if finding.answer.id not in answers:
                continue
            value = answers[finding.answer.id]
            assert finding.status != "ok" or value is not None, (look.team, finding)
            # Work in progress is 0 from git alone, which is no answer.
            assert finding.status != "missing" or value is None or finding.answer.id == "wipCount", (look.team, finding)


def test_whatever_is_not_ok_says_why(looks: list[Look]) -> None:
    for look in looks:
        for finding in diagnose(look.counts):
            assert (finding.status == "ok") == (not finding.lacks), (look.team, finding)


def test_the_lists_are_counted_right(looks: list[Look]) -> None:
    for look in looks:
        rows = {
            name: look.loaded.rows(name, RECENT_DAYS, look.team)
            for name in ("deployments", "pull_requests", "incidents")
        }
        counts = look.counts
        assert counts.deployments.listed == len(rows["deployments"])
        assert counts.pull_requests.merged + counts.pull_requests.merged_by_bots == len(rows["pull_requests"])
        assert counts.incidents.started + counts.incidents.rollbacks == len(rows["incidents"])


def test_nothing_after_now_is_known(looks: list[Look]) -> None:
    database = looks[0].loaded.service.database
    early = counted(Loaded(database, NOWS[0]), None)
    assert early.newest_at is None or early.newest_at <= early.now
    before_everything = counted(Loaded(database, NOWS[0] - timedelta(days=5000)), None)
    assert (before_everything.newest_at, before_everything.items.openings_known) == (None, 0)
