"""The command line: tables, JSON, CSV, exit statuses; on a fake web."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest
import requests
import responses

from koalr_api.client import Koalr
from koalr_api.command import exits, line
from koalr_api.command.questions import QUESTIONS
from koalr_api.errors import PendingError
from tests.contract.bodies import ENDPOINTS, body
from tests.unit.client.conftest import BASE, KEY, NOW

ROOT = Path(__file__).parents[3]
# A command for every endpoint of the API page, with a figure of its example as it is shown.
COMMANDS = {
    "dora.json": ("dora --days 30", "4.20"),
    "flow.json": ("flow", "61.0"),
    "review-metrics.json": ("reviews --team team_abc123", "94"),
    "copilot.json": ("copilot", "312.0"),
    "value-stream.json": ("value-stream", "4.70"),
    "custom-metric.json": ("custom p95-cycle-time", "8.40"),
    "deployments.json": ("deployments", "2026-03-14 18:22  acme/api"),
    "pull-requests.json": ("pull-requests", "#1847  feat: add retries"),
    "incidents.json": ("incidents", "2026-03-10 04:02"),
    "teams.json": ("teams", "team_abc123  Platform"),
    "forecast-delivery.json": ("delivery --items 20", "85  2026-04-25"),
    "forecast-backlog.json": ("backlog", "85                16"),
    "pr-risk-score.json": ("risk acme/api#1847", "acme/api #1847: risk 71 of 100, high"),
}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    # A key of its own, so that no test's requests count against another's budget.
    monkeypatch.setenv("KOALR_API_KEY", f"klr_live_{uuid4().hex}")
    monkeypatch.setenv("KOALR_API_URL", BASE)
    monkeypatch.setattr(line, "MOST_RETRIES", 0)


@pytest.fixture
def web() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for endpoint in ENDPOINTS:
            url = BASE + endpoint["path"].replace(":slug", "p95-cycle-time")
            mock.add(endpoint["method"], url, json=body(endpoint["file"].removesuffix(".json")))
        yield mock


def run(command: str) -> int:
    return line.main(command.split())


def test_every_endpoint_of_the_page_has_a_command() -> None:
    assert set(COMMANDS) == {endpoint["file"] for endpoint in ENDPOINTS}
    additions = {"custom-metrics", "status"}
    assert {command.split()[0] for command, _ in COMMANDS.values()} | additions == set(QUESTIONS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_table_shows_the_example(web: responses.RequestsMock, capsys: pytest.CaptureFixture[str], name: str) -> None:
    command, expected = COMMANDS[name]
    assert run(command) == exits.OK
    shown = capsys.readouterr()
    assert expected in shown.out
    assert shown.err == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_the_body(web: responses.RequestsMock, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(COMMANDS[name][0] + " --json") == exits.OK
    assert json.loads(capsys.readouterr().out) == body(name.removesuffix(".json"))


def test_a_table_is_aligned_with_units_in_its_heads(
    web: responses.RequestsMock, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {field: None for field in body("dora")}
    web.replace("GET", f"{BASE}/api/v1/metrics/dora", json=body("dora") | {"previous": before})
    run("dora --days 7")
    assert capsys.readouterr().out.splitlines() == [
        "window         deploys (per day)  lead time (h)  failures (%)  restore (min)  tier",
        "last 7 days                 4.20           18.5           4.0             42  elite",
        "7 days before                  –              –             –              –  –",
    ]


def test_the_arguments_arrive(web: responses.RequestsMock) -> None:
    run("pull-requests --days 7 --team t1 --page 2 --page-size 10")
    asked = urlsplit(web.calls[0].request.url or "")
    assert asked.path == "/api/v1/pull-requests"
    assert dict(parse_qsl(asked.query)) == {"days": "7", "teamId": "t1", "page": "2", "pageSize": "10"}
    run("risk --owner acme --repo api --pr 1847")
    assert json.loads(web.calls[1].request.body or b"") == {"owner": "acme", "repo": "api", "prNumber": 1847}
    run("delivery --items 20 --url https://koalr.test/api/v1")
    assert web.calls[2].request.url == f"{BASE}/api/v1/forecast/delivery?items=20"


class TestAllPages:
    @pytest.fixture
    def pages(self, web: responses.RequestsMock) -> Iterator[responses.RequestsMock]:
        row = body("pull-requests")["data"][0]

        def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            number = int(str(request.url).split("page=")[1].split("&")[0])
            rows = [row | {"id": f"{number}-{at}", "title": "=1+1"} for at in range(100 if number < 3 else 1)]
            return 200, {}, json.dumps({"data": rows, "total": 201, "page": number, "pageSize": 100})

        web.remove("GET", f"{BASE}/api/v1/pull-requests")
        web.add_callback("GET", f"{BASE}/api/v1/pull-requests", answer)
        return iter([web])

    def test_are_walked(self, pages: Iterator[responses.RequestsMock], capsys: pytest.CaptureFixture[str]) -> None:
        (web,) = pages
        assert run("pull-requests --all") == exits.OK
        assert "201 of 201" in capsys.readouterr().out
        assert len(web.calls) == 3

    def test_are_one_body(self, pages: object, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("pull-requests --all --json") == exits.OK
        printed = json.loads(capsys.readouterr().out)
        assert (len(printed["data"]), printed["total"]) == (201, 201)

    def test_are_csv_that_no_spreadsheet_runs(self, pages: object, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("pull-requests --all --csv") == exits.OK
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert len(rows) == 201
        assert rows[0]["title"] == "'=1+1"
        assert (rows[0]["cycleTimeSecs"], rows[0]["mergedAt"]) == ("86400", "2026-03-14T14:11:00Z")
        assert rows[0]["simulated"] == ""


@pytest.mark.parametrize("command", ["deployments", "deployments --all", "incidents", "teams"])
def test_no_rows_are_heads_alone(web: responses.RequestsMock, capsys: pytest.CaptureFixture[str], command: str) -> None:
    web.replace("GET", f"{BASE}/api/v1/{command.split()[0]}", json={"data": [], "total": 0})
    assert run(command) == exits.OK
    assert capsys.readouterr().out.endswith("0 of 0\n")
    assert run(f"{command} --csv") == exits.OK
    assert capsys.readouterr().out.startswith("id,")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("dora --days 0", exits.USAGE),
        ("dora --wait nan", exits.USAGE),
        ("delivery --items 0", exits.USAGE),
        ("risk acme/api", exits.USAGE),
        ("risk acme/api/x#1", exits.USAGE),
        ("risk", exits.USAGE),
        ("risk --owner acme --repo api", exits.USAGE),
        ("dora --url ftp://x", exits.REFUSED),
    ],
)
def test_wrong_arguments_are_one_line_and_a_status(
    capsys: pytest.CaptureFixture[str], command: str, expected: int
) -> None:
    assert run(command) == expected
    assert re.fullmatch(r"error: [^\n]+\n", capsys.readouterr().err)


@pytest.mark.parametrize("command", ["", "nothing", "delivery", "dora --days x", f"dora --key {KEY}", "teams --team x"])
def test_what_is_no_command_is_wrong_usage(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(command)
    assert ended.value.code == exits.USAGE


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"status": 400}, exits.BAD_REQUEST),
        ({"status": 401}, exits.REFUSED),
        ({"status": 403}, exits.REFUSED),
        ({"status": 404}, exits.NOT_FOUND),
        ({"status": 418}, exits.UNEXPECTED),
        ({"status": 429}, exits.RATE_LIMITED),
        ({"status": 500}, exits.UNREACHABLE),
        ({"status": 200, "body": "<html>"}, exits.REFUSED),
        ({"status": 200, "body": "{}"}, exits.UNEXPECTED),
        ({"body": requests.ConnectionError("x")}, exits.UNREACHABLE),
        ({"body": requests.Timeout("x")}, exits.UNREACHABLE),
    ],
)
def test_each_failure_has_its_status_and_one_line(
    web: responses.RequestsMock, capsys: pytest.CaptureFixture[str], answer: dict[str, Any], expected: int
) -> None:
    if answer.get("status", 200) >= 400:
        answer["json"] = {"error": {"code": "c", "message": "told why", "requestId": "req_1"}}
    web.replace("GET", f"{BASE}/api/v1/flow", **answer)
    assert run("flow") == expected
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(r"error: [^\n]+\n", shown.err)
    assert ("told why (request req_1)" in shown.err) is ("json" in answer)


def test_a_queued_question_is_a_matter_of_the_limit() -> None:
    assert exits.exit_status(PendingError("x", place=1, expected_at=NOW)) == exits.RATE_LIMITED


def test_a_limit_says_when_to_come_back(web: responses.RequestsMock, capsys: pytest.CaptureFixture[str]) -> None:
    web.replace("GET", f"{BASE}/api/v1/flow", status=429, headers={"Retry-After": "3000"})
    assert run("flow --wait 0") == exits.RATE_LIMITED
    assert re.search(r"Ask again at \d\d:\d\d:\d\d UTC\.", capsys.readouterr().err)


def test_without_a_key_the_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KOALR_API_KEY")
    assert run("dora") == exits.REFUSED
    assert "KOALR_API_KEY" in capsys.readouterr().err


def test_a_server_without_status_is_not_found(web: responses.RequestsMock, capsys: pytest.CaptureFixture[str]) -> None:
    web.get(f"{BASE}/api/v1/status", status=404)
    assert run("status") == exits.NOT_FOUND
    assert "does not say what its data lack" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "headers", "noted"),
    [
        ("dora --team t1", {}, True),
        ("dora --team t1", {"X-Koalr-Team": "t1"}, False),
        ("flow --team t1", {}, False),
        ("dora", {}, False),
    ],
)
def test_figures_that_may_not_be_the_teams_are_noted(
    web: responses.RequestsMock,
    capsys: pytest.CaptureFixture[str],
    command: str,
    headers: dict[str, str],
    noted: bool,
) -> None:
    web.replace("GET", f"{BASE}/api/v1/metrics/dora", json=body("dora"), headers=headers)
    assert run(command) == exits.OK
    assert ("note: this API does not say" in capsys.readouterr().err) is noted


class TestTerminals:
    @pytest.fixture(autouse=True)
    def terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(line, "on_terminal", lambda: True)
        monkeypatch.setenv("COLUMNS", "60")
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.delenv("NO_COLOR", raising=False)

    def hostile(self, web: responses.RequestsMock) -> None:
        title = "\x1b]0;owned\x07 \x9b31m \u202egnp.exe \ud800 " + "long " * 40
        row = body("pull-requests")["data"][0] | {"title": title, "author": "王小明"}
        web.replace("GET", f"{BASE}/api/v1/pull-requests", json={"data": [row], "total": 1})

    def test_a_table_fits_the_terminal_as_far_as_words_can_be_cut(
        self, web: responses.RequestsMock, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("COLUMNS", "110")
        self.hostile(web)
        run("pull-requests")
        printed = capsys.readouterr().out
        assert "…" in printed
        heads, row, _total = printed.replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
        assert len(heads) <= 110
        assert len(row) + 3 <= 110, "three characters of the author are two columns wide"

    @pytest.mark.parametrize("options", ["", "--json", "--csv"])
    def test_nothing_of_others_moves_the_cursor(
        self, web: responses.RequestsMock, capsys: pytest.CaptureFixture[str], options: str
    ) -> None:
        self.hostile(web)
        assert run(f"pull-requests {options}") == exits.OK
        printed = capsys.readouterr().out.replace("\x1b[1m", "", 1).replace("\x1b[0m", "", 1)
        assert all(character.isprintable() or character == "\n" for character in printed)

    def test_an_error_of_others_moves_nothing_either(
        self, web: responses.RequestsMock, capsys: pytest.CaptureFixture[str]
    ) -> None:
        web.replace("GET", f"{BASE}/api/v1/flow", status=404, json={"error": {"message": "a\x1b[2Jb\nc"}})
        run("flow")
        assert re.fullmatch(r"error: [^\n\x1b]+\n", capsys.readouterr().err)

    def test_json_reads_back_as_it_came(self, web: responses.RequestsMock, capsys: pytest.CaptureFixture[str]) -> None:
        self.hostile(web)
        run("pull-requests --json")
        assert json.loads(capsys.readouterr().out)["data"][0]["title"].startswith("\x1b]0;owned\x07 \x9b31m \u202egnp")

    @pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_heads_are_bold_unless_told_otherwise(
        self,
        web: responses.RequestsMock,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        name: str,
        value: str,
    ) -> None:
        run("flow")
        assert capsys.readouterr().out.startswith("\x1b[1mwindow")
        monkeypatch.setenv(name, value)
        run("flow")
        assert capsys.readouterr().out.startswith("window")


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Koalr, "__init__", interrupted)
    assert run("flow") == exits.INTERRUPTED
    assert capsys.readouterr().err == ""


def test_a_closed_pipe_is_quiet() -> None:
    script = (
        "import responses, sys\n"
        "from koalr_api.command.line import main\n"
        "from tests.contract.bodies import body\n"
        "rows = body('pull-requests')['data'] * 5000\n"
        "with responses.RequestsMock() as web:\n"
        f"    web.get('{BASE}/api/v1/pull-requests', json={{'data': rows, 'total': 5000}})\n"
        "    sys.exit(main(['pull-requests']))\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait(timeout=30) == exits.PIPE_CLOSED


def test_a_wait_that_is_none_is_named_as_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("flow --wait -1") == exits.USAGE
    assert capsys.readouterr().err == "error: --wait must be 0 or more, got -1.0\n"


def test_it_runs_as_a_module_and_says_its_statuses() -> None:
    done = subprocess.run([sys.executable, "-m", "koalr_api", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert "8 an answer that does not fit" in done.stdout


def written_to(output: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command whose output the shell sends elsewhere."""
    script = (
        "import responses, sys\n"
        "from koalr_api.command.line import main\n"
        "from tests.contract.bodies import body\n"
        "with responses.RequestsMock(assert_all_requests_are_fired=False) as web:\n"
        f"    web.get('{BASE}/api/v1/teams', json=body('teams'))\n"
        "    sys.exit(main(sys.argv[1:]))\n"
    )
    command = ["sh", "-c", f'exec "$@" {output}', "sh", sys.executable, "-c", script, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_a_full_disk_is_one_line_and_a_status(form: tuple[str, ...]) -> None:
    done = written_to(">/dev/full", "teams", *form)
    assert done.stderr == "error: the output cannot be written (No space left on device).\n"
    assert done.returncode == exits.OUTPUT_FAILED


def test_a_closed_output_is_one_line_and_a_status() -> None:
    done = written_to(">&-", "teams")
    assert done.stderr == "error: the output cannot be written (Bad file descriptor).\n"
    assert done.returncode == exits.OUTPUT_FAILED
