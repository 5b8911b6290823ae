"""`connect` as a person runs it: against the fake GitHub, a real server, a store in a folder."""

import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from koalr_server.commands import connecting
from koalr_server.commands.line import build_parser
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.inbox.inbox import Inbox
from koalr_server.keys import new_key
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess, open_access
from koalr_server.sync.github.credentials import APP, TOKENS
from tests.integration.server.github_server import TOKEN, World
from tests.integration.server.github_world import ANTS, Serving
from tests.integration.server.test_command_line import koalr
from tests.running import running

SECRET = "shared-with-github"
Connect = Callable[..., tuple[int, str, str]]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connect:
    """Runs the command with piped answers."""
    for name in (*TOKENS, *APP, "KOALR_GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)

    def ran(*answers: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{answer}\n" for answer in answers)))
        options = build_parser().parse_args(["connect", "--data", str(tmp_path / "data")])
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            status = connecting.run(options)
        return status, out.getvalue(), err.getvalue()

    return ran


@pytest.fixture
def server() -> Iterator[tuple[str, str]]:
    """A server that knows GitHub's secret, with a key that may write: address and key."""
    database = Database.in_memory()
    key = new_key()
    arguments = {"key": key, "name": "ci", "scopes": ["write"], "teams": [], "limit": 1000}
    LocalAccess(database).call("create_key", arguments)
    inbox = Inbox(database, Rules(), 90, gather_secs=0)
    inbox.start()
    with running(create_server(Service(database), inbox, {"github": (SECRET,)})) as url:
        yield url, key
    assert database.rows("SELECT count(*) AS n FROM deployments")[0]["n"] == 0
    inbox.stop()
    database.close()


def with_runs(there: World) -> World:
    there.lists[f"/repos/{ANTS}/actions/runs"] = []
    there.objects["/user"] = {"login": "octocat"}
    return there


def test_it_visits_github_reads_it_and_keeps_no_token(
    serving: Serving, connect: Connect, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    there = with_runs(serving())
    there.refused = {"/issues": 403}
    there.hourly = 5000
    with caplog.at_level(logging.DEBUG):
        status, out, err = connect("1", "acme", there.base_url, TOKEN, "y")
    assert status == 0
    assert "GitHub knows you as octocat.\n" in out
    assert " of 5,000 requests are left in this hour.\n" in out
    assert "Asked about acme/ants:\n" in out
    opened = [line.removeprefix("  yes  ") for line in out.splitlines() if line.startswith("  yes  ")]
    assert [words.split(",")[0] for words in opened[:3]] == ["repositories", "pull requests", "checks of the head"]
    assert "  no   issues with their turns: GitHub answered 403. It needs repository: Issues.\n" in out
    assert "  no   Copilot seats: GitHub answered 404. It needs organisation: GitHub Copilot Business.\n" in out
    assert "  deployments    " in out
    assert TOKEN not in out + err + caplog.text
    assert not any(TOKEN.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    with open_access(tmp_path / "data", create=False) as store:
        assert store.call("content", {})["content"] == "real"


def test_a_visit_asks_each_question_once_and_reads_nothing(serving: Serving, connect: Connect, tmp_path: Path) -> None:
    there = with_runs(serving())
    there.refused = {"/releases": 502}
    status, out, _ = connect("1", ANTS, there.base_url, TOKEN, "n")
    assert status == 0
    head = next(path for path in there.requests if "/check-runs" in path).removesuffix("/check-runs")
    path = f"/repos/{ANTS}"
    asked = ["/user", path, f"{path}/pulls", f"{head}/check-runs", f"{head}/status"]
    asked += [f"{path}/{name}" for name in ("commits", "deployments", "releases", "actions/runs", "issues")]
    assert there.requests == asked
    assert "GitHub answered 502" in out
    assert not (tmp_path / "data").exists()


def test_a_person_in_the_place_of_an_organisation_is_visited_too(serving: Serving, connect: Connect) -> None:
    there = with_runs(serving())
    there.lists["/users/ada/repos"] = there.lists["/orgs/acme/repos"]
    assert "Asked about acme/ants:\n" in connect("1", "ada", there.base_url, TOKEN, "n")[1]
    assert "  no   repositories: GitHub answered 404." in connect("1", "nobody", there.base_url, TOKEN, "n")[1]


def test_a_wrong_token_is_said_and_no_sync_offered(serving: Serving, connect: Connect) -> None:
    there = with_runs(serving())
    status, out, _ = connect("1", "acme", there.base_url, "ghp_wrong")
    assert status == 0
    assert "GitHub does not accept the token (401)" in out
    assert "ghp_wrong" not in out
    assert there.requests == ["/user"]


def test_credentials_that_cannot_be_used_are_said(
    serving: Serving, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOALR_GITHUB_APP_ID", "1")
    assert "A GitHub App needs" in connect("1", "acme", serving().base_url)[1]


def test_where_nothing_answers_it_says_so(connect: Connect) -> None:
    status, out, _ = connect("1,2", "acme", "http://127.0.0.1:9", TOKEN, "http://127.0.0.1:9", SECRET)
    assert status == 0
    assert "GitHub cannot be asked: the connection to GitHub failed." in out
    assert "No server answers at http://127.0.0.1:9." in out


def test_a_server_takes_the_ping_of_the_right_secret_alone(connect: Connect, server: tuple[str, str]) -> None:
    url, _ = server
    assert "A signed ping was accepted (202)." in connect("2", url, SECRET)[1]
    assert "A signed ping was accepted (202)." in connect("2", url, SECRET)[1]
    wrong = connect("2", url, "another")[1]
    assert "Refused (401): X-Hub-Signature-256 fits no secret that is known here;" in wrong
    assert "another" not in wrong.replace("The server has another secret", "")
    unset = connect("4", url, "a-token")[1]
    assert "Refused (403): Deliveries of opsgenie are refused until KOALR_OPSGENIE_WEBHOOK_SECRET is set here" in unset


def test_a_key_of_ci_is_tried_without_recording_anything(connect: Connect, server: tuple[str, str]) -> None:
    url, key = server
    assert "The key may write" in connect("6", url, key)[1]
    assert "Refused (401)" in connect("6", url, "klr_live_" + "x" * 40)[1]


def test_the_end_of_the_input_is_one_sentence_and_status_1(connect: Connect) -> None:
    status, _, err = connect("1", "acme")
    assert status == 1
    assert err.strip() == connecting.LEFT


def test_ctrl_c_is_one_sentence_and_status_130(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_question: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    status, _, err = connect()
    assert (status, err.strip()) == (130, connecting.LEFT)


def test_secrets_at_a_terminal_are_asked_for_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Typed(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Typed("seen\n"))
    monkeypatch.setattr("getpass.getpass", lambda question: f"unseen: {question}")
    assert connecting.Console().ask_secret("Token: ") == "unseen: Token: "


def test_it_is_a_command(tmp_path: Path) -> None:
    answer = koalr("connect", "--data", str(tmp_path), stdin="9\n")
    assert answer.returncode == 1
    assert "'9' is no choice; write numbers from 1 to 6, such as 1,3." in answer.stdout
    assert answer.stderr.count("\n") == 2
