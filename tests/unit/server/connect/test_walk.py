"""The walk with scripted answers: what is asked, said, tried, and what is never said."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from koalr_server.connect.ending import ending, unit
from koalr_server.connect.reading import given, permission_lines, visit_lines
from koalr_server.connect.receiving import CI, echo_line
from koalr_server.connect.signing import signed
from koalr_server.connect.walk import SOURCES as CHOICES
from koalr_server.connect.walk import choice, walk
from koalr_server.connect.webhooks import WEBHOOKS
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.source import Refusal
from koalr_server.sync.github.permissions import PERMISSIONS
from koalr_server.sync.github.visit import Tried, Visit
from koalr_server.sync.ping import Echo

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SECRETS = {
    "github": "shared-with-github",
    "pagerduty": "shared-with-pagerduty",
    "opsgenie": "a-token-of-ours",
    "incident-io": "whsec_" + base64.b64encode(b"shared with incident.io").decode(),
}
OTHERS = SECRETS | {"incident-io": "whsec_" + base64.b64encode(b"another").decode()}


@dataclass
class Script:
    """A terminal that answers from a list; secrets are marked with a star."""

    answers: list[str]
    said: list[str] = field(default_factory=list)

    def say(self, line: str = "") -> None:
        self.said.append(line)

    def ask(self, question: str) -> str:
        return self._next(question, "")

    def ask_secret(self, question: str) -> str:
        return self._next(question, "*")

    def _next(self, question: str, mark: str) -> str:
        self.said.append(question)
        if not self.answers:
            raise EOFError
        answer = self.answers.pop(0)
        assert answer.startswith("*") == bool(mark), f"{question!r} got {answer!r}"
        return answer.removeprefix("*")

    @property
    def text(self) -> str:
        return "\n".join(self.said)


@dataclass
class Elsewhere:
    """Everything outside, remembered."""

    environment: Mapping[str, str] = field(default_factory=dict)
    found: Visit = field(default_factory=lambda: Visit("ada", "acme/api", (), 4990, 5000))
    echo: Echo = field(default_factory=lambda: Echo(202))
    status: int = 0
    folder: str = "/var/lib/koalr"
    data: str | None = None
    visits: list[tuple[str, str | None, str | None, str | None]] = field(default_factory=list)
    pings: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)
    syncs: list[tuple[Sequence[str], str | None]] = field(default_factory=list)

    def now(self) -> datetime:
        return NOW

    def visit(self, url: str, token: str | None, organisation: str | None, repository: str | None) -> Visit:
        self.visits.append((url, token, organisation, repository))
        return self.found

    def ping(self, url: str, headers: Mapping[str, str], body: bytes) -> Echo:
        self.pings.append((url, headers, body))
        return self.echo

    def sync(self, words: Sequence[str], token: str | None) -> int:
        self.syncs.append((words, token))
        return self.status


def walked(answers: Sequence[str], outside: Elsewhere) -> Script:
    script = Script(list(answers))
    walk(script, outside)
    assert not script.answers
    return script


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", ["sync"]),
        ("2", ["github"]),
        (" 6, 1 ", ["sync", "deployments"]),
        ("3 3", ["pagerduty"]),
        ("all", list(CHOICES)),
        ("0", None),
        ("7", None),
        ("1-3", None),
        ("github", None),
    ],
)
def test_sources_are_chosen_by_number(text: str, chosen: Sequence[str] | None) -> None:
    assert choice(text) == chosen


def test_a_token_that_is_given_is_used_and_never_said() -> None:
    outside = Elsewhere()
    script = walked(["", "acme", "", "*ghp_secret", "y"], outside)
    assert outside.visits == [("https://api.github.com", "ghp_secret", "acme", None)]
    assert outside.syncs == [(["--org", "acme"], "ghp_secret")]
    assert "GitHub knows you as ada." in script.said
    assert "4,990 of 5,000 requests are left in this hour." in script.said
    assert "All of it came." in script.said
    assert "KOALR_GITHUB_TOKEN=<secret>" in script.said
    assert "ghp_secret" not in script.text


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, ()),
        ({"GH_TOKEN": "x", "GITHUB_TOKEN": "y"}, ("GITHUB_TOKEN",)),
        (
            {"KOALR_GITHUB_APP_ID": "1"},
            ("KOALR_GITHUB_APP_ID", "KOALR_GITHUB_APP_PRIVATE_KEY", "KOALR_GITHUB_APP_INSTALLATION"),
        ),
    ],
)
def test_credentials_of_the_environment_are_named(environment: Mapping[str, str], names: Sequence[str]) -> None:
    assert tuple(given(environment)) == names


def test_with_credentials_in_the_environment_no_token_is_asked_for() -> None:
    outside = Elsewhere({"GH_TOKEN": "ghp_there"})
    script = walked(["1", "acme/api", "https://ghe.example/api/v3", "n"], outside)
    assert outside.visits == [("https://ghe.example/api/v3", None, None, "acme/api")]
    assert outside.syncs == []
    assert "GH_TOKEN=<secret>" in script.said
    assert any("sync github --repo acme/api --url https://ghe.example/api/v3 --data" in line for line in script.said)
    assert "ghp_there" not in script.text


def test_without_a_token_nothing_is_tried_and_the_rest_goes_on() -> None:
    outside = Elsewhere()
    script = walked(["1", "acme", "", "*"], outside)
    assert (outside.visits, outside.syncs) == ([], [])
    assert "  python -m koalr_server doctor" in script.said


def test_answers_that_do_not_fit_are_asked_for_again() -> None:
    outside = Elsewhere()
    script = walked(["8", "1", "a b", "acme", "http://ghe.example", "", "*two words", "*ghp_x", "maybe", "no"], outside)
    for said in (
        "'8' is no choice",
        "'a b' is neither",
        "no address that a token",
        "no token has",
        "'maybe' is neither",
    ):
        assert said in script.text
    assert "two words" not in script.text


def test_an_address_with_a_password_is_not_repeated() -> None:
    assert "hunter2" not in walked(["1", "acme", "https://me:hunter2@ghe.example", "", "*"], Elsewhere()).text


def test_after_a_visit_that_failed_no_sync_is_offered() -> None:
    outside = Elsewhere(found=Visit(fault="GitHub does not accept the token."))
    script = walked(["1", "acme", "", "*ghp_x"], outside)
    assert "GitHub does not accept the token." in script.said
    assert outside.syncs == []


@pytest.mark.parametrize(("status", "said"), [(1, "the next run reads it"), (2, "Nothing could be read")])
def test_what_came_of_the_sync_is_said(status: int, said: str) -> None:
    assert said in walked(["1", "acme", "", "*ghp_x", ""], Elsewhere(status=status)).text


def test_a_sync_that_is_interrupted_ends_the_walk() -> None:
    with pytest.raises(KeyboardInterrupt):
        walked(["1", "acme", "", "*ghp_x", ""], Elsewhere(status=130))


def test_the_end_of_the_input_ends_the_walk_anywhere() -> None:
    answers = ["all", "acme", "", "*t", "y", "", "*a", "*b", "*c", "*whsec_eA==", "*key"]
    walked(answers, Elsewhere())
    for number in range(len(answers)):
        with pytest.raises(EOFError):
            walked(answers[:number], Elsewhere())


def test_what_is_not_open_is_said_with_its_permission() -> None:
    issues = next(each for each in PERMISSIONS if each.resource.startswith("issues"))
    found = Visit(None, "acme/\x1b[2Japi", (Tried(PERMISSIONS[0], None), Tried(issues, "GitHub answered 403")))
    told = list(visit_lines(found))
    assert told[0] == "GitHub takes the credentials; no account is behind them."
    assert told[1] == "Asked about acme/[2Japi:"
    assert "  yes  repositories" in told
    assert "  no   issues with their turns: GitHub answered 403. It needs repository: Issues." in told


def test_permissions_of_an_organisation_are_named_for_one_alone() -> None:
    assert "read:org" in "\n".join(permission_lines(organisation=True))
    assert "read:org" not in "\n".join(permission_lines(organisation=False))


@pytest.mark.parametrize("source", WEBHOOKS)
def test_a_webhook_is_tried_with_the_secret_of_the_environment(source: str) -> None:
    setting = SOURCES[source].secret_setting
    assert setting
    outside = Elsewhere({setting: f"{SECRETS[source]},the-old-one"})
    number = str(list(CHOICES).index(source) + 1)
    script = walked([number, "https://metrics.example"], outside)
    ((url, headers, body),) = outside.pings
    assert url == f"https://metrics.example/api/ingest/{source}"
    found = SOURCES[source]
    lowered = {name.lower(): value for name, value in headers.items()}
    found.verify(lowered, body, [SECRETS[source]], NOW)
    with pytest.raises(Refusal):
        found.verify(lowered, body, [OTHERS[source] + "x" if source != "incident-io" else OTHERS[source]], NOW)
    assert found.observe(found.event(lowered, body), json.loads(body)) == []
    assert f"  {setting} is set in this environment." in script.said
    assert f"{setting}=<secret>" in script.said
    assert SECRETS[source] not in script.text


def test_a_ping_that_is_sent_again_is_the_same_delivery() -> None:
    for source, secret in SECRETS.items():
        (first, body), (second, again) = (signed(source, secret, NOW), signed(source, secret, NOW.replace(hour=11)))
        keys = [
            SOURCES[source].delivery_key({name.lower(): value for name, value in headers.items()}, text)
            for headers, text in ((first, body), (second, again))
        ]
        assert keys[0] == keys[1]


def test_a_secret_that_cannot_sign_is_said_and_not_repeated() -> None:
    outside = Elsewhere()
    script = walked(["5", "", "*not-of-incident-io"], outside)
    assert outside.pings == []
    assert "they begin with whsec_" in script.text
    assert "not-of-incident-io" not in script.text


def test_a_server_in_clear_text_gets_no_secret() -> None:
    outside = Elsewhere()
    script = walked(["2", "http://metrics.example", "https://metrics.example", "*s"], outside)
    assert "no address that a secret may be sent to" in script.text
    assert [url for url, _, _ in outside.pings] == ["https://metrics.example/api/ingest/github"]


@pytest.mark.parametrize(
    ("source", "echo", "said"),
    [
        ("github", Echo(202), "accepted (202)"),
        ("github", Echo(None), "No server answers at http://here"),
        ("github", Echo(401, "fits no secret"), "Refused (401): fits no secret"),
        ("github", Echo(403, "set X"), "Set it where the server runs"),
        ("github", Echo(404), "is no server of ours"),
        ("github", Echo(409, "shows the sample"), "Not taken (409): shows the sample"),
        ("github", Echo(400, "bad"), "The server answered 400: bad"),
        ("github", Echo(500, "\x1b[2J"), "The server answered 500: [2J"),
        (CI, Echo(400, "The array holds 0"), "The key may write"),
        (CI, Echo(403, "This key may not write"), "Refused (403): This key may not write"),
    ],
)
def test_what_a_server_answers_is_explained(source: str, echo: Echo, said: str) -> None:
    assert said in echo_line(source, echo, "http://here")


def test_the_last_lines_hold_placeholders_and_names_that_a_shell_takes_as_one_word() -> None:
    told = list(ending(["--org", "acme"], ["GH_TOKEN"], ["KOALR_X"], "/data/100% mine", "mine; rm -rf x"))
    assert "GH_TOKEN=<secret>" in told
    assert "KOALR_X=<secret>" in told
    assert told[-1] == "  python -m koalr_server doctor --data 'mine; rm -rf x'"
    assert any("--data '/data/100%% mine'" in line for line in unit(["--org", "acme"], "/data/100% mine"))
