"""`doctor` as a person runs it, with a server on the folder and without."""

import json
import re
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from koalr_server.records import COVERAGE_KINDS
from koalr_server.sources.observation import Delivery
from koalr_server.store.database import Database
from koalr_server.store.deliveries import table_of
from koalr_server.store.deriving import derive
from koalr_server.store.gateway import LocalAccess, open_access
from tests.integration.server.loaded import import_rows
from tests.integration.server.test_command_line import koalr, serving

DEPLOYMENTS = "\n".join(
    json.dumps(
        {"repo": "acme/api", "env": "production", "status": "success", "deployedAt": f"2025-03-0{day}T09:00:00Z"}
    )
    for day in range(1, 6)
)
AS_OF = "2025-03-06T09:00:00Z"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with five deployments and a team of one repository."""
    data = tmp_path_factory.mktemp("acme")
    koalr("import", "deployments", "-", "--data", str(data), stdin=DEPLOYMENTS)
    koalr("import", "repos", "-", "--data", str(data), stdin='{"repo": "acme/api", "teams": ["Platform"]}')
    koalr("import", "teams", "-", "--data", str(data), stdin='{"name": "Growth"}')
    return data


def test_it_tells_a_line_per_answer_and_then_what_to_do(acme: Path) -> None:
    answer = koalr("doctor", "--data", str(acme), KOALR_AS_OF=AS_OF)
    assert (answer.returncode, answer.stderr) == (0, "")
    lines = answer.stdout.splitlines()
    assert lines[0] == "acme/api, as of 2025-03-06 09:00 UTC; newest data 2025-03-05 09:00 UTC"
    assert lines[1] == "store: single file"
    assert lines[2].startswith("30 answers: 2 ok, ")
    assert "ok       Deployment frequency     5 production deployments, 1 repository; newest 2025-03-05" in lines
    assert re.search(r"^missing  Lead time for changes    0 changes$", answer.stdout, re.MULTILINE)
    first = lines.index("What to do, most useful first") + 2
    assert lines[first].startswith(" 1. ")
    assert f"    python -m koalr_server import incidents FILE --data {acme}" in lines


def test_json_is_what_the_api_answers(acme: Path) -> None:
    body = json.loads(koalr("doctor", "--json", "--data", str(acme), KOALR_AS_OF=AS_OF).stdout)
    assert list(body) == ["version", "now", "organisation", "days", "findings", "steps", "sources", "store"]
    assert body["now"] == AS_OF
    frequency = body["findings"][0]
    assert frequency == {
        "answer": "deployFrequency",
        "name": "Deployment frequency",
        "endpoint": "GET /api/v1/metrics/dora",
        "status": "ok",
        "basis": [{"count": 5, "what": "production deployments"}, {"count": 1, "what": "repository"}],
        "newestAt": "2025-03-05T09:00:00Z",
        "lacks": [],
    }


def test_without_a_frozen_now_the_data_are_old(acme: Path) -> None:
    answer = koalr("doctor", "--data", str(acme))
    assert re.search(r"The newest data are \d+ days old: shorter windows are empty", answer.stdout)


@pytest.mark.parametrize("arguments", [[], ["--json"], ["--team", "Platform"]])
def test_it_says_the_same_while_a_server_runs(acme: Path, arguments: list[str]) -> None:
    alone = koalr("doctor", *arguments, "--data", str(acme), KOALR_AS_OF=AS_OF)
    with serving(acme):
        beside = koalr("doctor", *arguments, "--data", str(acme), KOALR_AS_OF=AS_OF)
    assert (alone.returncode, beside.returncode, beside.stderr) == (0, 0, "")
    assert beside.stdout == alone.stdout


def test_a_team_is_looked_at_by_name_or_id(acme: Path) -> None:
    named = json.loads(koalr("doctor", "--json", "--team", "Growth", "--data", str(acme), KOALR_AS_OF=AS_OF).stdout)
    assert named["findings"][0]["status"] == "missing"
    teams = next(finding for finding in named["findings"] if finding["answer"] == "teams")
    assert teams["basis"] == [{"count": 1, "what": "team"}]
    assert {lack["text"].split(":")[0] for lack in teams["lacks"]} == {
        "1 of 1 teams without repositories (Growth)",
        "1 of 1 teams without members (Growth)",
    }


def test_an_unknown_team_is_one_sentence(acme: Path) -> None:
    answer = koalr("doctor", "--team", "Nobody", "--data", str(acme))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "error: No team 'Nobody' in this store; `GET /api/v1/teams` lists them.\n"


def test_an_empty_store_says_how_to_begin(tmp_path: Path) -> None:
    answer = koalr("doctor", "--data", str(tmp_path / "d d"))
    assert answer.returncode == 0
    assert "Nothing has been loaded yet." in answer.stdout
    assert f"    python -m koalr_server ingest git PATH --team NAME --data '{tmp_path}/d d'" in answer.stdout
    assert "missing" not in answer.stdout


def test_the_sample_says_that_commands_need_another_folder(tmp_path: Path) -> None:
    koalr("sample", "load", "--no-shift", "--data", str(tmp_path))
    answer = koalr("doctor", "--data", str(tmp_path))
    assert answer.stdout.endswith("need a folder of their own (--data DIR): this one holds the sample.\n")
    assert str(tmp_path) not in answer.stdout


def test_names_in_the_data_cannot_steer_the_terminal(tmp_path: Path) -> None:
    row = {
        "repo": "acme/\x1b[2Japi",
        "env": "stag\x1b]0;x\x07ing",
        "status": "success",
        "deployedAt": "2025-01-01T00:00:00Z",
    }
    koalr("import", "deployments", "-", "--data", str(tmp_path), stdin=json.dumps(row))
    for arguments in ([], ["--json"]):
        assert not re.search(
            r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", koalr("doctor", *arguments, "--data", str(tmp_path)).stdout
        )


def test_it_counts_pull_requests_without_coverage_and_without_code_owners(tmp_path: Path) -> None:
    database = Database.in_memory()
    pull_requests, commits = [], []
    for number, day in ((1, 1), (2, 2), (3, 3)):
        moment = f"2025-03-0{day}T09:00:00Z"
        sha = f"abcdef{number}"
        parents = [f"abcdef{number - 1}"]
        commits.append(
            {"repo": "acme/api", "sha": sha, "parents": parents, "author": "ann"}
            | {"authoredAt": moment, "committedAt": moment, "files": [{"path": "app.py", "additions": 1}]}
        )
        pull_requests.append(
            {"repo": "acme/api", "number": number, "title": "T", "author": "ann", "mergedAt": moment, "mergeSha": sha}
        )
    review = {"repo": "acme/api", "number": 1, "reviewer": "bo", "state": "approved"}
    review["submittedAt"] = "2025-03-01T08:00:00Z"
    import_rows(database, {"commits": commits, "pull_requests": pull_requests, "reviews": [review]})
    for sha in ("abcdef1", "abcdef2"):
        report = {"repo": "acme/api", "sha": sha, "report": "r", "covered": 1, "coverable": 2}
        table = pa.Table.from_pylist(
            [report | {"readAt": datetime(2025, 3, 1)}], schema=COVERAGE_KINDS["coverage_reports"].schema()
        )
        LocalAccess(database).call("load", {}, {"coverage_reports": table})

    def own_everything(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("INSERT INTO codeowners VALUES ('acme/api', 'CODEOWNERS', '2025-03-02 08:59:59', '* @bo', NULL)")
        derive(cursor, ["acme/api"])

    database.write(own_everything)
    arguments = {"as_of": AS_OF.replace("Z", "+00:00"), "team": None}
    body = LocalAccess(database).call("diagnose", arguments)
    database.close()
    told = {finding["answer"]: finding for finding in body["findings"]}
    assert (told["coverageDelta"]["status"], told["coverageDelta"]["basis"][0]["count"]) == ("partial", 1)
    assert told["coverageDelta"]["lacks"][0]["text"].startswith("2 of 3 merged pull requests whose coverage was not")
    owners = told["codeownersCompliance"]
    assert (owners["status"], owners["basis"][0]["count"]) == ("partial", 2)
    assert owners["lacks"][0]["text"].startswith("1 of 3 merged pull requests without a CODEOWNERS file in force")


def test_it_tells_what_tools_have_sent_and_what_of_it_told_nothing(tmp_path: Path) -> None:
    bodies = [("github", "ping", b"{}"), ("github", "star", b"{}"), ("github", "push", b"{"), ("opsgenie", "", b"{}")]
    with open_access(tmp_path) as store:
        store.call("accept", {}, {"deliveries": table_of(Delivery(*each[:2], str(each), each[2]) for each in bodies)})
        store.call("settle", {})
        late = table_of([Delivery("pagerduty", "", "late", b"{}")])
        store.call("accept", {}, {"deliveries": late})
    told = json.loads(koalr("doctor", "--json", "--data", str(tmp_path)).stdout)["sources"]
    assert [(each["source"], each["deliveries"], each["unread"]) for each in told] == [
        ("github", 3, 0),
        ("opsgenie", 1, 0),
        ("pagerduty", 1, 1),
    ]
    assert told[0]["idle"] == [
        {"event": "ping", "fault": None, "deliveries": 1},
        {"event": "push", "fault": "not JSON", "deliveries": 1},
        {"event": "star", "fault": None, "deliveries": 1},
    ]
    assert told[1]["lacks"][0]["command"] == f"python -m koalr_server connect --data {tmp_path}"
    text = koalr("doctor", "--data", str(tmp_path)).stdout
    assert re.search(r"^github: 3 kept, the last one \d{4}-\d\d-\d\d \d\d:\d\d UTC$", text, re.MULTILINE)
    assert "    push: 1 told nothing, not JSON\n" in text
    assert f"    python -m koalr_server serve --data {tmp_path}\n" in text


def test_counts_of_a_tool_whose_bodies_are_forgotten_stay(tmp_path: Path) -> None:
    with open_access(tmp_path) as store:
        store.call("accept", {}, {"deliveries": table_of([Delivery("github", "ping", "1", b"{}")])})
        store.call("settle", {})
    database = Database.open(tmp_path)
    database.write(lambda cursor: cursor.execute("DELETE FROM deliveries"))
    (github,) = LocalAccess(database).call("diagnose", {"as_of": None, "team": None})["sources"]
    database.close()
    assert (github["deliveries"], github["newestAt"], github["idle"][0]["event"]) == (0, None, "ping")


def test_without_any_tool_it_names_the_walk(acme: Path) -> None:
    assert koalr("doctor", "--data", str(acme)).stdout.endswith(
        "the command `connect` walks through connecting some.\n"
    )
