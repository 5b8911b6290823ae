"""The command `sync github`: its summary, its exit status, its sentences, and where the token is not."""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from koalr_server.commands import syncing
from koalr_server.commands.line import build_parser
from koalr_server.sync.github.address import base_url
from koalr_server.sync.github.session import Surroundings
from koalr_server.sync.github.transport import Transport
from tests.integration.server.github_server import TOKEN, World
from tests.integration.server.github_world import ANTS, Serving, world
from tests.integration.server.memory_store import MemoryStore
from tests.integration.server.test_github_copilot_sync import with_copilot

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
    # Standard error shows progress, if the machine is slow.
    status, out, _ = command("--repo", ANTS, "--since", "2010-01-01", there=there)
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "acme/ants, since 2010-01-01"
    assert lines[1] == "  repositories   1 read; deliveries: 1 new, 0 known; 1 request"
    assert lines[2] == "  pull requests  49 read; deliveries: 275 new, 1 known; 4 requests"
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
    paths = [seen["url"].removeprefix(there.base_url.removesuffix("/v3")) for seen in there.seen]
    assert [path for path in paths if not path.startswith("/v3/")] == ["/graphql"] * 3


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
