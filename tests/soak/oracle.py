"""What the same deliveries make in one file where nothing happens, and whether a shared store and its servers say the same."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests

from koalr_server.http.app import create_server
from koalr_server.http.service import Service
from koalr_server.keys import new_key
from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.gateway import LocalAccess
from koalr_server.store.settling import settle
from tests.contents import contents
from tests.deliveries import BEGAN, REPOSITORIES, Sent
from tests.integration.server.loaded import import_rows
from tests.running import running

TEAMS: dict[str, list[dict[str, Any]]] = {
    "repos": [
        {"repo": f"acme/app-{number}", "teams": ["Web" if number % 2 else "Platform"]} for number in range(REPOSITORIES)
    ],
    "members": [{"team": "Platform", "login": "ada"}, {"team": "Web", "login": "bob"}],
}
TOLD_AT_ONCE = 2000
METRICS = ("metrics/dora", "flow", "review-metrics", "value-stream", "forecast/delivery", "forecast/backlog")
LISTS = ("deployments", "pull-requests", "incidents")
WINDOWS = (7, 90)
# Now moves on every 30 s, perhaps between two questions.
TRIES = 4


@contextmanager
def oracle(folder: Path, sent: Sequence[Sent]) -> Iterator[Database]:
    """A store of one file that was told the teams, then every delivery in order."""
    with closing(Database.open(folder)) as database:
        import_rows(database, TEAMS)
        for start in range(0, len(sent), TOLD_AT_ONCE):
            part = sent[start : start + TOLD_AT_ONCE]
            table = table_of(Delivery("github", each.event, each.key, each.body) for each in part)
            database.write_beside(lambda cursor, table=table: add_deliveries(cursor, table, BEGAN) and None)
            while settle(database, Rules()):
                pass
        yield database


def differing_tables(shared: Database, expected: Database) -> list[str]:
    """What tables of two stores do not have in common, in sentences."""
    held = contents(shared)
    return [
        f"table {name}: {(ours - theirs).total()} rows of the shared store should not be there so, {(theirs - ours).total()} are "
        f"missing, such as {next(iter((ours - theirs) + (theirs - ours)))[:300]}"
        for name, theirs in contents(expected).items()
        if (ours := held[name]) != theirs
    ]


def keys_of(database: Database) -> Sequence[str]:
    """The keys of the deliveries that are kept, each as often as it is there."""
    return [row["key"].removeprefix("github:") for row in database.rows("SELECT key FROM deliveries")]


def differing_answers(urls: Sequence[str], key: str, expected: Database) -> list[str]:
    """What servers answer otherwise than one on the oracle's store does, in sentences."""
    own_key = new_key()
    arguments = {"key": own_key, "name": "oracle", "scopes": ["read"], "teams": [], "limit": 1_000_000}
    LocalAccess(expected).call("create_key", arguments)
    teams = [None, *(row["team_id"] for row in expected.rows("SELECT team_id FROM teams ORDER BY name"))]
    with running(create_server(Service(expected))) as own_url:
        return [
            f"{url} answers {path} otherwise: {difference}"
            for url in urls
            for path in _paths(teams)
            if (difference := _difference(f"{url}/api/v1/{path}", key, f"{own_url}/api/v1/{path}", own_key))
        ]


def _paths(teams: Sequence[str | None]) -> Iterator[str]:
    for team in teams:
        of_team = f"&teamId={team}" if team else ""
        for days in WINDOWS:
            yield from (f"{name}?days={days}{of_team}" for name in METRICS if not name.startswith("forecast"))
            yield from (f"{name}?days={days}&pageSize=100{of_team}" for name in LISTS)
        yield f"forecast/delivery?items=20{of_team}"
        yield f"forecast/backlog?{of_team}"


def _difference(url: str, key: str, own_url: str, own_key: str) -> str:
    """Nothing if both answers are the same within a few tries, else how they begin to differ."""
    for _ in range(TRIES):
        found, expected = _asked(url, key), _asked(own_url, own_key)
        if found == expected:
            return ""
    place = next((n for n, (one, other) in enumerate(zip(found, expected, strict=False)) if one != other), 0)
    return f"…{found[max(0, place - 60) : place + 60]}… is …{expected[max(0, place - 60) : place + 60]}…"


def _asked(url: str, key: str) -> str:
    # Of this moment: in one from memory days end up to half a minute ago, and a pull request may have left them since.
    answer = requests.get(url, headers={"X-Koalr-Key": key, "Cache-Control": "no-cache"}, timeout=60)
    assert answer.status_code == 200, f"{url}: {answer.status_code} {answer.text[:300]}"
    return json.dumps(answer.json(), sort_keys=True)
