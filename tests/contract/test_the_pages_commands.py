"""The curl commands of the API page work as printed, host and key aside, and answer in the bodies it shows."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from koalr_server.clock import Calendar
from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.contract.bodies import ENDPOINTS, FOLDER, body
from tests.contract.test_server_writes_the_page import misfits
from tests.integration.server.conftest import Api
from tests.integration.server.loaded import import_rows
from tests.running import running

COMMANDS: list[dict[str, Any]] = json.loads((Path(FOLDER) / "commands.json").read_text(encoding="utf-8"))
HOST, KEY = "https://api.koalr.com", "YOUR_API_KEY"
NOW = datetime(2026, 3, 15, tzinfo=UTC)
# What the page speaks of: the teams Platform and Growth, and #1847 of acme/api.
PULLS = [
    {
        "repo": "acme/api",
        "number": 1847 - back,
        "title": f"Change {back}",
        "author": "jsmith",
        "createdAt": f"2026-02-{28 - back:02}T10:00:00Z",
        "mergedAt": f"2026-02-{28 - back:02}T18:00:00Z",
        "additions": 10 + back,
        "deletions": 2,
        "changedFiles": 3,
    }
    for back in range(25)
]


@pytest.fixture(scope="module")
def acme() -> Iterator[Api]:
    database = Database.in_memory()
    teams = [{"name": name, "createdAt": "2025-11-01T00:00:00Z"} for name in ("Platform", "Growth")]
    members = [{"team": "Platform", "login": "jsmith"}]
    import_rows(database, {"teams": teams, "members": members, "pull_requests": PULLS})
    with running(create_server(Service(database, Calendar(as_of=NOW)))) as base_url:
        found = Api(base_url, LocalAccess(database), "")
        found.key = found.new_key()
        yield found
    database.close()


def arguments(command: dict[str, Any], api: Api) -> list[str]:
    """The command's words after `curl`, with our host and key in the place of the printed ones."""
    words = ["-s"]
    if "method" in command:
        words += ["-X", command["method"]]
    for name, value in command["headers"].items():
        words += ["-H", f"{name}: {value.replace(KEY, api.key)}"]
    if "data" in command:
        words += ["-d", command["data"]]
    return [*words, command["url"].replace(HOST, api.base_url)]


def run(command: dict[str, Any], api: Api) -> Any:
    """What the command prints, as JSON; without curl on this machine the same request is made by other means."""
    curl = shutil.which("curl")
    if curl is None:
        headers = {name: value.replace(KEY, api.key) for name, value in command["headers"].items()}
        url = command["url"].replace(HOST, api.base_url)
        return requests.request(
            command.get("method", "GET"), url, headers=headers, data=command.get("data"), timeout=20
        ).json()
    done = subprocess.run([curl, *arguments(command, api)], capture_output=True, text=True, timeout=30, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command["url"].removeprefix(HOST))
def test_the_command_prints_the_documented_body(acme: Api, command: dict[str, Any]) -> None:
    path = command["url"].removeprefix(HOST).partition("?")[0]
    (endpoint,) = [each for each in ENDPOINTS if each["path"] == path]
    assert endpoint["method"] == command.get("method", "GET")
    printed = run(command, acme)
    assert "error" not in printed
    assert misfits(body(endpoint["file"].removesuffix(".json")), printed) == []


def test_without_its_key_the_command_prints_an_error(acme: Api) -> None:
    printed = run(COMMANDS[0] | {"headers": {}}, acme)
    assert printed["error"]["code"] == "unauthorized"
