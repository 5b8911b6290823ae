"""No signal, model or score knows what came after its moment: planted leaks change nothing, and would be noticed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import pytest

from koalr_server.risk.floors import Floors
from koalr_server.risk.pull_request import Question
from koalr_server.risk.pull_request import risk as risk_of
from koalr_server.store import change_signals, deriving, risk, risk_models
from koalr_server.store.database import Database
from koalr_server.store.deriving import derive
from tests.integration.server.loaded import Loaded, import_rows
from tests.oracle.as_of import as_of
from tests.oracle.organisations import NOWS, random_organisation
from tests.oracle.random_content import with_content
from tests.oracle.risky_organisation import risky_organisation
from tests.oracle.rows import Organisation, wire

FAR = "TIMESTAMP '2100-01-01'"
MERGED_AT = datetime(2025, 2, 10, 12)
SIGNALS = """
SELECT * EXCLUDE (reverted_at, failed_at, failed_share, fingerprint) FROM pull_request_signals
WHERE merged_at <= $until ORDER BY repo, number
"""
SCORES = "SELECT repo, number, risk_score FROM pull_request_facts WHERE merged_at <= $until ORDER BY repo, number"
MODELS = "SELECT quarter, document FROM risk_models WHERE quarter <= $until ORDER BY quarter"


def commit(sha: str, author: str, at: str, message: str = "Work", path: str = "app/main.py") -> dict[str, Any]:
    row = {"repo": "acme/api", "sha": sha, "parents": [], "author": author, "message": message}
    return {**row, "authoredAt": at, "committedAt": at, "files": [{"path": path, "additions": 5, "deletions": 1}]}


def pull(number: int, sha: str, merged_at: str) -> dict[str, Any]:
    row = {"repo": "acme/api", "number": number, "title": f"Change {number}", "author": "ann"}
    return {**row, "commits": [sha], "createdAt": "2025-02-01T12:00:00Z", "mergedAt": merged_at}


KNOWN: Organisation = {
    "commits": [
        commit("a" * 40, "bo", "2025-01-05T12:00:00Z"),
        commit("b" * 40, "bo", "2025-01-06T12:00:00Z", "Part of an earlier one"),
        commit("c" * 40, "ann", "2025-02-02T12:00:00Z"),
    ],
    "pull_requests": [pull(1, "b" * 40, "2025-01-07T12:00:00Z"), pull(2, "c" * 40, wire(MERGED_AT) or "")],
    "reviews": [
        {"repo": "acme/api", "number": 2, "reviewer": "bo", "state": "commented", "submittedAt": "2025-02-03T12:00:00Z"}
    ],
    "incidents": [
        {"id": "1", "title": "Old", "repo": "acme/api", "startedAt": "2025-01-01T00:00:00Z", "resolvedAt": "2025-01-02T00:00:00Z"}
    ],
    "deployments": [],
}  # fmt: skip
LATER: dict[str, Organisation] = {
    "commit": {"commits": [commit("d" * 40, "cleo", "2025-02-02T12:00:01Z")]},
    "commit of the same second": {"commits": [commit("d" * 40, "cleo", "2025-02-02T12:00:00Z")]},
    "commit of its own": {
        "commits": [commit("e" * 40, "ann", "2025-02-10T12:00:01Z", "Fix it", "web/app.js")],
        "pull_requests": [{**pull(2, "c" * 40, wire(MERGED_AT) or ""), "commits": ["c" * 40, "e" * 40]}],
    },
    "revert": {"commits": [commit("f" * 40, "bo", "2025-02-09T12:00:00Z", f"Undo\n\nThis reverts commit {'b' * 40}.")]},
    "review": {
        "reviews": [
            {"repo": "acme/api", "number": 2, "reviewer": name, "state": "approved", "submittedAt": "2025-02-10T12:00:01Z"}
            for name in ("bo", "cleo")
        ]
    },
    "incident": {
        "incidents": [{"id": "2", "title": "New", "repo": "acme/api", "startedAt": "2025-02-10T12:00:01Z", "resolvedAt": None}]
    },
}  # fmt: skip


def at_the_end(sql: str) -> str:
    """The same statement, with pull requests measured and judged at the end of time."""
    found = sql.replace("epoch(b.begun_at)", f"epoch({FAR})").replace("merged_at AS judged_at", f"{FAR} AS judged_at")
    assert found != sql
    return found


def with_later_commits(statements: dict[str, str]) -> dict[str, str]:
    """The same statements, with own commits of after the merge."""
    found = statements["change_histories"].replace("c.committed_at > n.until", "false")
    assert found != statements["change_histories"]
    return {**statements, "change_histories": found}


MUTATIONS = [
    ("commit of its own", deriving, "_SQL", with_later_commits),
    ("commit", change_signals, "EVENTS", at_the_end),
    ("commit of the same second", change_signals, "MEASURED", lambda _: 9),
    ("revert", change_signals, "EVENTS", at_the_end),
    ("review", risk, "AFFECTED", at_the_end),
    ("incident", risk, "AFFECTED", at_the_end),
]


def rows(organisations: list[Organisation], until: datetime, *questions: str) -> list[list[dict[str, Any]]]:
    """What a store that took these loads answers."""
    database = Database.in_memory()
    for organisation in organisations:
        import_rows(database, organisation)
    found = [database.rows(question, {"until": until}) for question in questions]
    database.close()
    return found


@pytest.mark.parametrize("planted", LATER)
def test_what_is_planted_later_changes_no_signal(planted: str) -> None:
    assert rows([KNOWN, LATER[planted]], MERGED_AT, SIGNALS) == rows([KNOWN], MERGED_AT, SIGNALS)


@pytest.mark.parametrize(("planted", "module", "name", "mutated"), MUTATIONS)
def test_a_leak_would_be_noticed(
    planted: str,
    module: object,
    name: str,
    mutated: Callable[[Any], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, mutated(getattr(module, name)))
    assert rows([KNOWN, LATER[planted]], MERGED_AT, SIGNALS) != rows([KNOWN], MERGED_AT, SIGNALS)


def owned(database: Database) -> Any:
    """Compliance of pull request 2, where bo owns everything from before its merge."""

    def change(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute(
            "INSERT INTO codeowners VALUES ('acme/api', 'CODEOWNERS', TIMESTAMP '2025-01-01', '* @bo', NULL)"
        )
        cursor.execute(
            "INSERT INTO codeowners VALUES ('acme/api', 'CODEOWNERS', TIMESTAMP '2025-02-11', '* @ann', NULL)"
        )
        derive(cursor)

    database.write(change)
    (row,) = database.rows("SELECT codeowners_compliance AS found FROM pull_request_signals WHERE number = 2")
    return row["found"]


@pytest.mark.parametrize("leaking", [False, True])
def test_neither_later_approvals_nor_later_rules_count_for_owners(
    leaking: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if leaking:
        monkeypatch.setattr(risk, "OWNED", at_the_end(risk.OWNED))
    database = Database.in_memory()
    for organisation in (KNOWN, LATER["review"]):
        import_rows(database, organisation)
    assert owned(database) is leaking
    database.close()


def test_an_open_pull_request_is_judged_by_what_is_known_now() -> None:
    database = Database.in_memory()
    still_open = {
        **KNOWN,
        "pull_requests": [KNOWN["pull_requests"][0], {**KNOWN["pull_requests"][1], "mergedAt": None}],
    }
    for organisation in (still_open, LATER["review"], LATER["incident"]):
        import_rows(database, organisation)
    before, after = (
        Loaded(database, moment).pr_risk("acme/api", 2)["signals"] for moment in (MERGED_AT, datetime(2025, 2, 11))
    )
    assert [before[name] for name in ("reviewers", "approvals", "openIncidents")] == [1, 0, 0]
    assert [after[name] for name in ("reviewers", "approvals", "openIncidents")] == [2, 2, 1]
    assert (before["openHours"], after["openHours"]) == (216, 228)
    database.close()


def test_a_pull_request_closed_without_a_merge_is_judged_at_its_closing() -> None:
    database = Database.in_memory()
    closed = {**KNOWN["pull_requests"][1], "mergedAt": None, "closedAt": wire(MERGED_AT)}
    late = LATER["commit of its own"]["commits"]
    listing = {**closed, "commits": [*closed["commits"], late[0]["sha"]]}
    for organisation in ({**KNOWN, "pull_requests": [closed]}, LATER["review"], LATER["incident"]):
        import_rows(database, organisation)
    then = Loaded(database, MERGED_AT).pr_risk("acme/api", 2)
    import_rows(database, {"commits": late, "pull_requests": [listing]})
    assert Loaded(database, datetime(2025, 9, 1)).pr_risk("acme/api", 2) == then
    assert (then["signals"]["openHours"], then["signals"]["reviewers"]) == (216, 1)
    database.close()


def test_a_pull_request_without_an_opening_is_not_there_before_its_first_commit() -> None:
    database = Database.in_memory()
    import_rows(database, {**KNOWN, "pull_requests": [{**KNOWN["pull_requests"][1], "createdAt": None}]})
    question = Question(2, "api", "acme")
    there = []
    for moment in (datetime(2025, 2, 2, 11, 59, 59), datetime(2025, 2, 2, 12)):
        loaded = Loaded(database, moment)
        there.append(risk_of(loaded.service.query, question, loaded.now, loaded.scope(None), Floors()))
    assert [bool(found) for found in there] == [False, True]
    database.close()


@pytest.mark.parametrize("seed", range(6))
def test_signals_are_the_same_whether_or_not_everything_later_is_loaded(seed: int) -> None:
    organisation = with_content(random_organisation(seed + 40, 30), seed)
    until = NOWS[2]
    known = as_of(organisation, until)
    assert known != organisation
    assert rows([known], until, SIGNALS) == rows([organisation], until, SIGNALS)


@pytest.fixture(scope="module")
def risky() -> Organisation:
    return risky_organisation(3, 1_500).rows


UNTIL = datetime(2024, 8, 20)


def test_models_and_scores_are_the_same_whether_or_not_everything_later_is_loaded(risky: Organisation) -> None:
    later = rows([as_of(risky, UNTIL), risky], UNTIL, SCORES, MODELS)
    assert later == rows([as_of(risky, UNTIL)], UNTIL, SCORES, MODELS)
    assert any('"calibrated": true' in model["document"] for model in later[1])


def test_a_model_that_knew_the_quarter_it_scores_would_be_noticed(
    risky: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = rows([risky], UNTIL, MODELS)
    leaking = risk_models.TRAINING.replace("< $quarter AND", "< $quarter + INTERVAL 3 MONTH AND")
    assert leaking != risk_models.TRAINING
    monkeypatch.setattr(risk_models, "TRAINING", leaking)
    assert rows([risky], UNTIL, MODELS) != honest
