"""What a sync says and does when GitHub sets limits, refuses, or answers nonsense; and that secrets stay where they are."""

import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from koalr_server.commands import syncing
from koalr_server.commands.line import build_parser
from koalr_server.errors import InputError
from koalr_server.sync.github.address import base_url
from koalr_server.sync.github.copilot import missing_days
from koalr_server.sync.github.pulls import CHECKS_PERMISSION
from koalr_server.sync.github.session import Surroundings
from koalr_server.sync.github.transport import Transport, anonymous
from tests.integration.server.github_server import TOKEN, World, refusal
from tests.integration.server.github_world import ANTS, NOW, world
from tests.integration.server.memory_store import MemoryStore
from tests.integration.server.test_github_sync import Serving, bodies, events, read, serving

__all__ = ["serving"]

COPILOT = Path(__file__).parents[2] / "fixtures" / "copilot"


def test_the_end_of_the_hour_is_waited_for_and_said(serving: Serving) -> None:
    there, store, said = serving(), MemoryStore(), list[str]()
    there.hourly = 200
    report = read(there, store, said=said)
    assert not report.missing
    hours = [sentence for sentence in said if "hourly" in sentence]
    assert hours[0] == "The hourly rate limit is almost used up; waiting until 2022-05-01 13:00:01 UTC"
    # A twentieth is left to others, but what was under way when it ran low.
    assert there.left >= 0
    assert len(hours) == report.requests // 190


def test_a_secondary_limit_stops_everybody_for_a_minute_and_is_said(serving: Serving) -> None:
    there, said = serving(), list[str]()
    there.accidents = {20: lambda _, __: refusal(403, "You have exceeded a secondary rate limit")}
    assert not read(there, MemoryStore(), said=said).missing
    assert [sentence.split(";")[0] for sentence in said] == ["GitHub asks for a pause (secondary rate limit)"]
    assert there.time.clock() >= NOW + timedelta(seconds=60)


def test_a_limit_without_end_leaves_the_run_incomplete(serving: Serving) -> None:
    there = serving()
    there.refused = {"/releases": 429}
    report = read(there, MemoryStore())
    assert list(report.missing) == ["releases: GitHub asks for a pause (secondary rate limit), 13 times"]
    assert report.tallies["issues"].read == 26


@pytest.mark.parametrize(
    ("part", "status", "said"),
    [
        (f"{ANTS}/pulls", 403, "pull requests: GitHub answered 403; the token needs Pull requests: read"),
        ("/check-runs", 403, f"pull requests: GitHub answered 403; the token needs {CHECKS_PERMISSION}"),
        (f"{ANTS}/commits?", 404, "commits: GitHub answered 404; the token needs Contents: read"),
        (f"{ANTS}/deployments", 404, "deployments: GitHub answered 404; the token needs Deployments: read"),
        (f"{ANTS}/releases", 451, "releases: GitHub answered 451; the token needs Contents: read"),
        (f"{ANTS}/issues", 403, "issues: GitHub answered 403; the token needs Issues: read"),
    ],
)
def test_a_missing_permission_is_named_once_and_the_rest_goes_on(
    serving: Serving, part: str, status: int, said: str
) -> None:
    there, store = serving(), MemoryStore()
    if part.endswith("?"):
        del there.lists[f"/repos/{part[:-1]}"]
    else:
        there.refused = {part: status}
    report = read(there, store)
    assert report.refused[said] == [ANTS]
    assert not report.missing
    assert len(events(store)) >= 6


def test_a_refused_part_is_not_asked_for_again_with_every_pull_request(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.refused = {"/check-runs": 403}
    read(there, store)
    # Six ask at the same time before the first is refused.
    assert len([path for path in there.requests if "/check-runs" in path]) <= 6
    assert events(store)["pull_request_check_runs"] == 0
    assert events(store)["pull_request"] == 49


def test_single_sign_on_is_named(serving: Serving) -> None:
    there = serving()

    def sso(_: World, request: Request) -> Response:
        return refusal(403, "Resource protected by organization SAML enforcement.", {"X-GitHub-SSO": "required; url=x"})

    there.accidents = {2: sso}
    (said,) = read(there, MemoryStore()).refused
    assert (
        said
        == "pull requests: authorise the token for the organisation's single sign-on, on the page of the token (403)"
    )


@pytest.mark.parametrize(("part", "status"), [("/commits", 409), ("/issues", 410)])
def test_what_a_repository_does_not_have_is_no_failure(serving: Serving, part: str, status: int) -> None:
    there = serving()
    there.refused = {part: status}
    report = read(there, MemoryStore())
    assert (report.missing, report.refused) == ({}, {})


def test_a_token_that_is_not_accepted_ends_the_run_with_one_sentence(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.refused = {f"{ANTS}/issues": 401}
    with pytest.raises(InputError) as refused:
        read(there, store)
    assert "does not accept the credentials (401): the token is wrong, has expired or was revoked" in str(refused.value)
    assert TOKEN not in str(refused.value)
    assert store.settled == len(store.deliveries) > 0


@pytest.mark.parametrize("body", [{}, None, 7, "x", [1, None, "x"], [{}], [{"number": 1}], {"message": "odd"}])
def test_answers_of_another_shape_fail_nothing_else(serving: Serving, body: Any) -> None:
    there, store = serving(), MemoryStore()
    there.objects[f"/repos/{ANTS}/pulls"] = body
    there.objects[f"/repos/{ANTS}/commits"] = body
    there.objects[f"/repos/{ANTS}/pulls/53"] = body
    assert read(there, store).tallies["issues"].read == 26


def test_a_page_on_another_host_is_not_asked_for(serving: Serving) -> None:
    there = serving()

    def elsewhere(_: World, request: Request) -> Response:
        link = {"Link": '<https://elsewhere.example/pulls?page=2>; rel="next"'}
        return Response("[]", headers=link, media_type="application/json")

    there.accidents = {2: elsewhere}
    report = read(there, MemoryStore())
    assert list(report.missing) == ["pull requests: GitHub's answer leads to another host, which is not followed"]


@pytest.mark.parametrize("target", ["https://elsewhere.example/repos/x", "//elsewhere.example", "http://[x", ""])
def test_a_redirect_is_followed_on_the_same_host_only(serving: Serving, target: str) -> None:
    there = serving()
    there.accidents = {1: lambda _, __: Response(status_code=301, headers={"Location": target})}
    report = read(there, MemoryStore())
    # An empty one leads back to the same address; one that cannot be read is asked for again.
    assert bool(report.missing) is ("elsewhere" in target)
    assert all("elsewhere" not in seen["url"] for seen in there.seen)


def test_a_renamed_repository_is_found_under_its_new_name(serving: Serving) -> None:
    there, store = serving(), MemoryStore()
    there.accidents = {1: lambda _, __: Response(status_code=301, headers={"Location": f"/repos/{ANTS}"})}
    read(there, store, "acme/old")
    assert {body["repository"]["full_name"] for body in bodies(store, "pull_request")} == {ANTS}


@contextmanager
def hanging_up() -> Iterator[str]:
    """A server that closes every connection before it answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def serve() -> None:
            listener.settimeout(0.05)
            while not over.is_set():
                try:
                    listener.accept()[0].close()
                except TimeoutError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            thread.join()


def test_a_connection_that_is_reset_is_a_sentence_without_an_address() -> None:
    with hanging_up() as url:
        assert Transport().send("GET", url, anonymous) == "the connection to GitHub failed"
    assert Transport().send("GET", url, anonymous) == "the connection to GitHub failed"


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

    def answered(request: Request) -> Response:
        if "sig" not in request.query_params:
            return answer(request)
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


Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs the command on a store in memory, against a world if there is one."""
    store = MemoryStore()

    @contextmanager
    def opened(folder: Path) -> Iterator[MemoryStore]:
        yield store

    monkeypatch.setattr(syncing, "open_access", opened)
    for name in ("KOALR_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)

    def ran(*words: str, token: str | None = TOKEN, there: World | None = None) -> tuple[int, str, str]:
        if token:
            monkeypatch.setenv("GH_TOKEN", token)
        address = ("--url", there.base_url) if there else ()
        options = build_parser().parse_args(["sync", "github", *words, *address, "--data", str(tmp_path)])
        around = Surroundings(there.time.clock, there.time.sleep, lambda: 0.5) if there else Surroundings()
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err, ExitStack() as stack:
            if there:
                stack.enter_context(pytest.MonkeyPatch.context()).setattr(
                    "koalr_server.sync.github.session.Surroundings", lambda: around
                )
            status = syncing.run(options)
        return status, out.getvalue(), err.getvalue()

    return ran


def test_the_summary_counts_by_resource_and_the_second_run_has_nothing_new(serving: Serving, command: Command) -> None:
    there = serving()
    status, out, err = command("--repo", ANTS, "--since", "2010-01-01", there=there)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "acme/ants, since 2010-01-01"
    assert lines[1] == "  repositories   1 read; deliveries: 1 new, 0 known; 1 request"
    assert lines[2] == "  pull requests  49 read; deliveries: 226 new, 1 known; 247 requests"
    assert re.fullmatch(r"  took \d+\.\d s, \d+ requests", lines[-1])
    status, out, _ = command("--repo", ANTS, "--since", "2010-01-01", there=there)
    assert status == 0
    assert "pull requests  0 read; deliveries: 0 new, 0 known; 1 request\n" in out


def test_an_enterprise_server_is_asked_below_its_base(command: Command) -> None:
    there = world()
    there.prefix = "/api/v3"
    with there.running():
        there.page_size = 20
        status, out, _ = command("--org", "acme", "--since", "2010-01-01", there=there)
    assert status == 0
    assert "pull requests  49 read;" in out
    assert all("/api/v3/" in seen["url"] for seen in there.seen)


def test_incomplete_is_status_1_and_nothing_at_all_status_2(serving: Serving, command: Command) -> None:
    there = serving()
    there.refused = {"/releases": 502}
    status, out, _ = command("--repo", ANTS, there=there)
    assert status == 1
    assert "  incomplete: releases: GitHub answered 502, 6 times (acme/ants)\n" in out
    status, out, _ = command("--repo", "acme/none", there=there)
    assert status == 2
    assert "  incomplete: repositories: GitHub answered 404; there is none of this name" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--repo", "acme"), "--repo 'acme' is no repository; write OWNER/NAME, such as acme/api."),
        (("--repo", "acme/.."), "--repo 'acme/..' is no repository"),
        (("--repo", "acme/a?b"), "--repo 'acme/a?b' is no repository"),
        (("--org", "a/b"), "--org 'a/b' is no name of an organisation; write it as in github.com/NAME."),
        (
            ("--org", "a", "--since", "soon"),
            "--since 'soon' is neither a date like 2025-01-01 nor 1 to 36500 days like 90d.",
        ),
        (("--org", "a", "--since", "0d"), "--since '0d' is neither"),
        (("--org", "a", "--since", "99999d"), "--since '99999d' is neither"),
        (
            ("--org", "a", "--url", "http://ghe.example"),
            "would send the token in clear text; write https://ghe.example.",
        ),
    ],
)
def test_what_cannot_be_read_is_one_sentence_and_status_2(command: Command, words: tuple[str, ...], said: str) -> None:
    status, out, err = command(*words)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert err.count("\n") == 1


def test_without_credentials_it_says_how_to_get_some(command: Command) -> None:
    status, _, err = command("--org", "acme", token=None)
    assert status == 2
    assert "set KOALR_GITHUB_TOKEN (or run with GH_TOKEN=$(gh auth token))" in err


def test_the_token_is_in_the_header_and_nowhere_else(
    serving: Serving,
    command: Command,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login me password not-this-one\n")
    (home / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("NETRC", raising=False)
    there = serving()
    with_copilot(there)
    there.refused = {"/releases": 502, "/deployments": 403}
    with caplog.at_level(logging.DEBUG):
        _, out, err = command("--org", "acme", there=there)
    told = out + err + caplog.text
    assert TOKEN not in told
    assert "a-signature" not in told
    assert not any(TOKEN in seen["url"] for seen in there.seen)
    assert {seen.get("authorization") for seen in there.seen if "sig=" not in seen["url"]} == {f"Bearer {TOKEN}"}
    assert not any(TOKEN.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_an_interrupted_run_says_that_the_next_one_goes_on(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("koalr_server.sync.github.session.read_github", interrupted)
    status, _, err = command("--repo", ANTS)
    assert status == 130
    assert err == "interrupted; what was read is kept, and the next sync goes on from there\n"


def test_the_address_of_github_is_the_default(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Transport, "send", lambda self, method, url, *rest: asked.append(url) or "nothing")
    monkeypatch.setattr("koalr_server.sync.gate.Gate.pause", lambda self, seconds: None)
    assert command("--repo", "acme/api")[0] == 2
    assert set(asked) == {base_url("https://api.github.com") + "/repos/acme/api"}
