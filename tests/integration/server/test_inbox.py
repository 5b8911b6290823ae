"""Deliveries over HTTP: kept before they are acknowledged, read into the tables, whatever order they come in."""

import hashlib
import hmac
import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from koalr_server.errors import ConflictError
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.inbox.inbox import Inbox
from koalr_server.keys import new_key
from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store import settling
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, prune, table_of
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.settling import reprocess
from tests.contents import REPEATED, contents
from tests.running import running

OPERATIONS = Path(__file__).parents[3] / "docs" / "OPERATIONS.md"
SECRET = "shared-with-github"
RAW_DAYS = 90


@dataclass
class Server:
    """A server without data that takes deliveries."""

    url: str
    database: Database
    inbox: Inbox
    key: str
    deliveries: int = 0

    def post(self, body: Any, event: str = "pull_request", secret: str = SECRET, **headers: str) -> requests.Response:
        """Send a signed delivery of GitHub with an id of its own."""
        raw = json.dumps(body).encode()
        self.deliveries += 1
        signature = "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
        told = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": f"delivery-{self.deliveries}",
            "X-Hub-Signature-256": signature,
            "Content-Type": "application/json",
        }
        return requests.post(f"{self.url}/api/ingest/github", data=raw, headers=told | headers, timeout=10)

    def posted(self, source: str, body: Any, key: str | None = None) -> requests.Response:
        """Post records with a key."""
        headers = {"X-Koalr-Key": self.key if key is None else key}
        return requests.post(f"{self.url}/api/ingest/{source}", json=body, headers=headers, timeout=10)

    def read(self) -> None:
        """Wait until everything is in the tables."""
        deadline = time.monotonic() + 20
        while self.inbox.unread():
            assert time.monotonic() < deadline, "not read"
            time.sleep(0.01)


def create_key(database: Database, *scopes: str, teams: tuple[str, ...] = ()) -> str:
    key = new_key()
    arguments = {"key": key, "name": "test", "scopes": list(scopes), "teams": list(teams), "limit": 1000}
    LocalAccess(database).call("create_key", arguments)
    return key


@pytest.fixture
def server() -> Iterator[Server]:
    database = Database.in_memory()
    key = create_key(database, "read", "write")
    inbox = Inbox(database, Rules(), RAW_DAYS, gather_secs=0)
    inbox.start()
    with running(create_server(Service(database), inbox, {"github": (SECRET, "the-old-one")})) as url:
        yield Server(url, database, inbox, key)
    inbox.stop()
    database.close()


def pull(number: int, updated: str, **fields: Any) -> dict[str, Any]:
    told = {
        "number": number,
        "title": f"Change {number}",
        "user": {"login": "ada", "type": "User"},
        "state": "open",
        "draft": False,
        "created_at": "2026-01-05T09:00:00Z",
        "updated_at": updated,
        "head": {"sha": f"{number:040x}", "ref": "feature"},
        "base": {"ref": "main"},
        "labels": [],
    }
    return {"action": "edited", "repository": {"full_name": "acme/api"}, "pull_request": told | fields}


def review(number: int, review_id: int, state: str, at: str) -> dict[str, Any]:
    return pull(number, at) | {
        "action": "submitted",
        "review": {"id": review_id, "state": state, "user": {"login": "bob"}, "submitted_at": "2026-01-05T12:00:00Z"},
    }


STORY: list[tuple[str, dict[str, Any]]] = [
    ("pull_request", pull(1, "2026-01-05T09:00:00Z") | {"action": "opened"}),
    ("pull_request_review", review(1, 7, "approved", "2026-01-05T12:00:00Z")),
    ("pull_request_review", review(1, 7, "dismissed", "2026-01-05T13:00:00Z") | {"action": "dismissed"}),
    (
        "pull_request",
        pull(
            1,
            "2026-01-06T09:00:00Z",
            state="closed",
            merged=True,
            merged_at="2026-01-06T09:00:00Z",
            closed_at="2026-01-06T09:00:00Z",
            merge_commit_sha="a" * 40,
            title="Renamed",
        )
        | {"action": "closed"},
    ),
    ("pull_request", pull(2, "2026-01-05T10:00:00Z") | {"action": "opened"}),
]


def tables(database: Database) -> dict[str, Counter[str]]:
    """All but what depends on how often something came."""
    return contents(database, REPEATED)


class TestADelivery:
    def test_becomes_rows(self, server: Server) -> None:
        for event, body in STORY:
            assert server.post(body, event).status_code == 202
        server.read()
        first, second = server.database.rows("SELECT * FROM pull_requests ORDER BY number")
        assert (first["title"], first["author"], str(first["merged_at"])) == ("Renamed", "ada", "2026-01-06 09:00:00")
        assert second["merged_at"] is None
        (reviewed,) = server.database.rows("SELECT * FROM reviews")
        assert (reviewed["reviewer"], reviewed["state"]) == ("bob", "dismissed")

    def test_is_kept_as_it_came_before_it_is_acknowledged(self, server: Server) -> None:
        server.post(STORY[0][1])
        (kept,) = server.database.rows("SELECT * FROM deliveries")
        assert json.loads(kept["body"]) == STORY[0][1]
        assert (kept["source"], kept["event"], kept["key"]) == ("github", "pull_request", "github:delivery-1")

    def test_that_comes_twice_is_kept_once_and_acknowledged_twice(self, server: Server) -> None:
        for _ in range(2):
            assert server.post(STORY[0][1], **{"X-GitHub-Delivery": "the-same"}).status_code == 202
        assert len(server.database.rows("SELECT 1 FROM deliveries")) == 1

    def test_of_an_event_nobody_knows_is_kept_and_counted(self, server: Server) -> None:
        assert server.post({"zen": "Half measures"}, "a_new_event").status_code == 202
        server.read()
        assert server.database.rows("SELECT event, fault, deliveries FROM idle_deliveries") == [
            {"event": "a_new_event", "fault": None, "deliveries": 1}
        ]

    def test_as_a_form_is_read_too(self, server: Server) -> None:
        body = "payload=" + requests.utils.quote(json.dumps(STORY[0][1]))
        signature = "sha256=" + hmac.new(SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
        headers = {
            "X-GitHub-Event": "pull_request",
            "X-Hub-Signature-256": signature,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        assert (
            requests.post(f"{server.url}/api/ingest/github", data=body, headers=headers, timeout=10).status_code == 202
        )
        server.read()
        assert len(server.database.rows("SELECT 1 FROM pull_requests")) == 1

    def test_is_what_the_api_answers(self, server: Server) -> None:
        sent = {"repo": "acme/api", "env": "production", "status": "success", "deployedAt": "2026-01-05T12:00:00Z"}
        assert server.posted("deployments", sent).status_code == 202
        server.read()
        answer = requests.get(
            f"{server.url}/api/v1/deployments?days=1095", headers={"X-Koalr-Key": server.key}, timeout=10
        ).json()
        assert [row["repo"] for row in answer["data"]] == ["acme/api"]

    @pytest.mark.parametrize("seed", range(6))
    def test_in_any_order_and_number_gives_the_same_tables(self, server: Server, seed: int) -> None:
        orderly = Database.in_memory()
        inbox = Inbox(orderly, Rules(), RAW_DAYS, gather_secs=0)
        inbox.start()
        with running(create_server(Service(orderly), inbox, {"github": (SECRET,)})) as url:
            ordered = Server(url, orderly, inbox, "")
            for event, body in STORY:
                ordered.post(body, event)
                ordered.read()
        chance = random.Random(seed)
        for event, body in chance.sample(STORY * 2, len(STORY) * 2):
            server.post(body, event)
            if chance.random() < 0.3:
                server.read()
        server.read()
        assert tables(server.database) == tables(orderly)
        inbox.stop()
        orderly.close()


class TestReprocessing:
    def test_gives_identical_tables(self, server: Server) -> None:
        for event, body in STORY:
            server.post(body, event)
        server.read()
        before = tables(server.database)
        assert reprocess(server.database, Rules()) == len(STORY)
        assert tables(server.database) == before

    def test_other_rules_make_other_records_of_the_same_deliveries(self, server: Server) -> None:
        issue = {
            "number": 9,
            "title": "API is down",
            "state": "open",
            "created_at": "2026-01-05T09:00:00Z",
            "updated_at": "2026-01-05T09:00:00Z",
            "labels": [{"name": "broken"}],
            "user": {"login": "ada"},
        }
        server.post({"action": "opened", "repository": {"full_name": "acme/api"}, "issue": issue}, "issues")
        server.read()
        assert not server.database.rows("SELECT 1 FROM incidents")
        again = Inbox(server.database, Rules(incident_labels=("broken",)), RAW_DAYS, gather_secs=0)
        again.start()
        deadline = time.monotonic() + 10
        while not server.database.rows("SELECT 1 FROM incidents") and time.monotonic() < deadline:
            time.sleep(0.01)
        again.stop()
        assert [row["title"] for row in server.database.rows("SELECT title FROM incidents")] == ["API is down"]
        assert not server.database.rows("SELECT 1 FROM work_items")

    def test_keeps_what_bodies_told_that_are_no_longer_kept(self, server: Server) -> None:
        for event, body in STORY:
            server.post(body, event)
        server.read()
        before = tables(server.database)
        server.database.write_beside(lambda cursor: prune(cursor, datetime(2100, 1, 1), 2))
        assert reprocess(server.database, Rules()) == len(STORY) - 2
        assert tables(server.database) == before

    def test_takes_records_away_that_a_better_reader_no_longer_makes(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.post(STORY[0][1])
        server.read()
        monkeypatch.setattr(settling, "assemble", lambda _told, _rules: {})
        reprocess(server.database, Rules())
        assert not server.database.rows("SELECT 1 FROM pull_requests")


class TestWhatComesLater:
    def test_is_read_after_everything_was_pruned(self, server: Server) -> None:
        server.post(STORY[0][1])
        server.read()
        server.database.write_beside(lambda cursor: prune(cursor, datetime(2100, 1, 1), 10))
        server.post(*STORY[4][::-1])
        server.read()
        assert [row["number"] for row in server.database.rows("SELECT number FROM pull_requests ORDER BY 1")] == [1, 2]

    def test_is_read_though_a_delivery_before_it_cannot_be(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = pull(13, "2026-01-05T09:00:00Z")
        original = settling.assemble

        def assemble(told: Any, rules: Rules) -> Any:
            told = list(told)
            if told and told[0].key.endswith("#13"):
                raise TypeError("not prepared for this")
            return original(told, rules)

        monkeypatch.setattr(settling, "assemble", assemble)
        for body in (STORY[0][1], bad, STORY[4][1]):
            server.post(body)
        server.read()
        assert [row["number"] for row in server.database.rows("SELECT number FROM pull_requests ORDER BY 1")] == [1, 2]
        assert [row["fault"] for row in server.database.rows("SELECT fault FROM idle_deliveries")] == ["TypeError"]

    def test_is_not_read_twice_by_two_who_read_at_once(self, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        database = Database.in_memory()
        table = table_of([Delivery("github", "ping", "1", b"{}"), Delivery("github", "ping", "2", b"{}")])
        database.write_beside(lambda cursor: add_deliveries(cursor, table, datetime(2026, 1, 5)))
        original = settling.read
        second: list[int] = []

        def read(batch: Any) -> Any:
            told = original(batch)
            monkeypatch.setattr(settling, "read", original)
            second.append(settling.settle(database, Rules()).total())
            return told

        monkeypatch.setattr(settling, "read", read)
        assert not settling.settle(database, Rules())
        assert second == [2]
        assert database.rows("SELECT deliveries FROM idle_deliveries") == [{"deliveries": 2}]
        database.close()

    def test_is_accepted_though_a_waiting_sender_went_away(self, server: Server) -> None:
        first = server.inbox.accept(Delivery("github", "ping", "gone", b"{}"))
        first.cancel()
        assert server.post(STORY[0][1]).status_code == 202


class TestARefusal:
    def refused(self, answer: requests.Response, status: int, words: str) -> None:
        assert answer.status_code == status
        assert words in answer.json()["error"]["message"]
        assert answer.json()["error"]["requestId"] == answer.headers["X-Request-Id"]
        assert SECRET not in answer.text

    def test_of_a_wrong_signature(self, server: Server) -> None:
        self.refused(server.post(STORY[0][1], secret="guessed"), 401, "fits no secret")
        assert not server.database.rows("SELECT 1 FROM deliveries")

    def test_of_a_missing_signature(self, server: Server) -> None:
        answer = requests.post(f"{server.url}/api/ingest/github", json={}, timeout=10)
        self.refused(answer, 401, "X-Hub-Signature-256")

    def test_does_not_concern_the_older_of_two_secrets(self, server: Server) -> None:
        assert server.post(STORY[0][1], secret="the-old-one").status_code == 202

    def test_of_a_source_without_a_secret_names_the_setting(self, server: Server) -> None:
        answer = requests.post(f"{server.url}/api/ingest/pagerduty", json={}, timeout=10)
        self.refused(answer, 403, "KOALR_PAGERDUTY_WEBHOOK_SECRET")

    def test_of_an_unknown_source_names_those_there_are(self, server: Server) -> None:
        answer = requests.post(f"{server.url}/api/ingest/gitea", json={}, timeout=10)
        self.refused(answer, 404, "incident-io")

    def test_of_another_method(self, server: Server) -> None:
        answer = requests.get(f"{server.url}/api/ingest/github", timeout=10)
        self.refused(answer, 405, "POST")
        assert answer.headers["Allow"] == "POST"

    def test_of_what_is_not_json(self, server: Server) -> None:
        raw = b"{not json"
        signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signature, "X-GitHub-Event": "push"}
        answer = requests.post(f"{server.url}/api/ingest/github", data=raw, headers=headers, timeout=10)
        self.refused(answer, 400, "not JSON")

    def test_of_a_body_that_is_too_large(self, server: Server) -> None:
        answer = requests.post(f"{server.url}/api/ingest/github", data=b" " * (26 * 2**20), timeout=30)
        self.refused(answer, 413, "25 MiB")

    def test_of_a_key_that_may_only_read(self, server: Server) -> None:
        self.refused(server.posted("deployments", {}, create_key(server.database, "read")), 403, "--scope write")
        self.refused(server.posted("deployments", {}, "klr_live_unknown"), 401, "X-Koalr-Key")

    def test_of_a_record_says_what_is_wrong(self, server: Server) -> None:
        answer = server.posted(
            "deployments", {"repo": "acme/api", "status": "fine", "deployedAt": "2026-01-05T12:00:00Z"}
        )
        self.refused(answer, 400, "success, failure, in_progress, cancelled")

    def test_of_an_address_that_keeps_guessing_slows_it_down(self, server: Server) -> None:
        answers = [server.post(STORY[0][1], secret="guessed") for _ in range(61)]
        assert [answer.status_code for answer in answers] == [401] * 60 + [429]
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert server.post(STORY[0][1]).status_code == 202, "what is in order is never slowed down"

    def test_of_a_body_that_is_too_large_for_a_tool_with_small_ones(self, server: Server) -> None:
        headers = {"X-Koalr-Key": server.key}
        answer = requests.post(f"{server.url}/api/ingest/deployments", data=b" " * 2**21, headers=headers, timeout=30)
        self.refused(answer, 413, "1 MiB")

    def test_of_a_form_with_many_fields(self, server: Server) -> None:
        raw = ("a=1&" * 20).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/x-www-form-urlencoded"}
        self.refused(
            requests.post(f"{server.url}/api/ingest/github", data=raw, headers=headers, timeout=10), 400, "JSON"
        )

    def test_of_the_sample_where_deliveries_are_kept(self, server: Server) -> None:
        server.post({"zen": "Keep it"}, "ping")
        access = LocalAccess(server.database)
        assert access.call("content", {})["content"] == "real"
        with pytest.raises(ConflictError, match="real data"):
            access.call("load_sample", {"shift": "none"})

    def test_of_a_store_with_the_sample(self, server: Server) -> None:
        server.database.write(
            lambda cursor: cursor.execute(
                "INSERT INTO meta VALUES ('content', 'sample'), ('sample_shift', 'none'), ('sample_ends_at', '2025-03-31T00:00:00')"
            )
        )
        self.refused(server.post(STORY[0][1]), 409, "sample")


def test_a_server_that_was_killed_reads_at_its_next_start_what_it_acknowledged(server: Server) -> None:
    silent = Database.in_memory()
    accepting = Inbox(silent, Rules(), RAW_DAYS, gather_secs=0)
    accepting._acceptance.start()  # and nobody reads, as if the process had ended
    with running(create_server(Service(silent), accepting, {"github": (SECRET,)})) as url:
        Server(url, silent, accepting, "").post(STORY[0][1])
    accepting._acceptance.stop()
    assert not silent.rows("SELECT 1 FROM pull_requests")
    following = Inbox(silent, Rules(), RAW_DAYS, gather_secs=0)
    following.start()
    Server("", silent, following, "").read()
    following.stop()
    assert len(silent.rows("SELECT 1 FROM pull_requests")) == 1
    silent.close()


def test_how_much_is_not_read_yet_is_a_figure(server: Server) -> None:
    server.post(STORY[0][1])
    server.read()
    assert "koalr_inbox_unread 0.0" in figures(server)


def figures(server: Server) -> list[str]:
    return requests.get(f"{server.url}/api/metrics", headers={"X-Koalr-Key": server.key}, timeout=10).text.splitlines()


def test_what_becomes_of_deliveries_is_figures(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    event, body = STORY[0]
    server.post(body, event, **{"X-GitHub-Delivery": "twice"})
    server.post(body, event, **{"X-GitHub-Delivery": "twice"})
    server.post({"zen": "Keep it simple."}, "ping")
    server.post(body, event, secret="guessed")
    server.posted("nowhere", {})
    server.read()
    monkeypatch.setattr(settling, "assemble", lambda _told, _rules: 1 / 0)
    server.post(STORY[1][1], STORY[1][0])
    server.read()
    expected = {
        f'koalr_inbox_deliveries_total{{event="{event}",outcome="accepted",source="github"}} 1.0',
        f'koalr_inbox_deliveries_total{{event="{event}",outcome="duplicate",source="github"}} 1.0',
        'koalr_inbox_refused_total{reason="unauthorized",source="github"} 1.0',
        'koalr_inbox_refused_total{reason="not_found",source="other"} 1.0',
        f'koalr_inbox_read_total{{event="{event}",outcome="told",source="github"}} 1.0',
        'koalr_inbox_read_total{event="ping",outcome="told_nothing",source="github"} 1.0',
        f'koalr_inbox_read_total{{event="{STORY[1][0]}",outcome="set_aside",source="github"}} 1.0',
        'koalr_inbox_acknowledgement_seconds_count{source="github"} 4.0',
    }
    # What was read is counted a moment after it is in the tables.
    deadline = time.monotonic() + 20
    while missing := expected.difference(figures(server)):
        assert time.monotonic() < deadline, missing
        time.sleep(0.05)


def test_every_figure_is_documented_and_every_documented_one_is_shown(server: Server) -> None:
    server.post(STORY[0][1])
    server.post(STORY[0][1], secret="guessed")
    shown = {line.split()[2] for line in figures(server) if line.startswith("# TYPE koalr_")}
    documented = set(re.findall(r"^\| `(koalr_\w+)` \|", OPERATIONS.read_text(encoding="utf-8"), re.MULTILINE))
    assert documented == {name for name in shown if not name.endswith("_created")}


def team(number: int, name: str, action: str) -> dict[str, Any]:
    return {
        "action": action,
        "organization": {"login": f"org-{number}"},
        "team": {"id": number, "name": name, "slug": name},
    }


def member(number: int, name: str, login: str) -> dict[str, Any]:
    return team(number, name, "added") | {"scope": "team", "member": {"login": login}}


def test_teams_of_one_name_in_two_organisations_are_two_and_leave_alone(server: Server) -> None:
    for number in (1, 2):
        server.post(team(number, "Core", "created"), "team")
        server.post(member(number, "Core", f"person-{number}"), "membership")
        server.read()
    ids = {row["team_id"] for row in server.database.rows("SELECT team_id FROM teams")}
    assert ids == {"github:1", "github:2"}
    assert len(server.database.rows("SELECT 1 FROM members")) == 2
    server.post(team(1, "Core", "deleted"), "team")
    server.read()
    assert server.database.rows("SELECT team_id, login FROM members") == [{"team_id": "github:2", "login": "person-2"}]
    assert [row["team_id"] for row in server.database.rows("SELECT team_id FROM teams")] == ["github:2"]
