"""What a sync says and does when GitHub sets limits, refuses, or answers nonsense; and that secrets stay where they are."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from koalr_server.errors import InputError
from koalr_server.sync.github.pull_parts import CHECKS_PERMISSION
from koalr_server.sync.github.transport import Transport, anonymous
from tests.integration.server.github_server import TOKEN, World, refusal
from tests.integration.server.github_world import ANTS, NOW, Serving, without_graph
from tests.integration.server.memory_store import MemoryStore
from tests.integration.server.test_github_sync import bodies, events, read


def test_the_end_of_the_hour_is_waited_for_and_said(serving: Serving) -> None:
    there, store, said = without_graph(serving()), MemoryStore(), list[str]()
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
        ("/check-runs", 403, f"pull requests: GitHub answered FORBIDDEN; the token needs {CHECKS_PERMISSION}"),
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
    there, store = without_graph(serving()), MemoryStore()
    there.refused = {"/check-runs": 403}
    assert read(there, store).refused == {
        f"pull requests: GitHub answered 403; the token needs {CHECKS_PERMISSION}": [ANTS]
    }
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
