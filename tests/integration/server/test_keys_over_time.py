"""Keys as time goes by: rotated with a grace period, revoked, and when they were last used."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from koalr_server.errors import InputError
from koalr_server.http.keyring import Keyring
from koalr_server.keys import new_key
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from tests.integration.server.conftest import Api
from tests.integration.server.test_command_line import KEY, koalr, serving


@dataclass
class Ring:
    """A keyring over an empty store, with a clock that only the test moves."""

    access: LocalAccess
    database: Database
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.keyring = Keyring(self.database, {}, lambda: self.now)

    def create(self, **more: Any) -> str:
        key = new_key()
        arguments = {"key": key, "name": "ring", "scopes": ["read"], "teams": [], "limit": 7}
        self.access.call("create_key", arguments | more)
        return key

    def rotate(self, key: str, grace_secs: float) -> str:
        fresh = new_key()
        self.access.call("rotate_key", {"key_id": self.row(key)["key_id"], "key": fresh, "grace_secs": grace_secs})
        return fresh

    def row(self, key: str) -> dict[str, Any]:
        """What `keys list` knows of a key."""
        return next(row for row in self.access.call("list_keys", {})["keys"] if row["hint"] == key[-4:])

    def last_use(self, key: str) -> str | None:
        """When a key was last used, once all notes are stored: a write waits for those before it."""
        self.database.write(lambda _: None)
        found: str | None = self.row(key)["last_used_at"]
        return found

    def works(self, key: str) -> bool:
        return self.keyring.authenticate(key) is not None


@pytest.fixture
def ring() -> Iterator[Ring]:
    database = Database.in_memory()
    yield Ring(LocalAccess(database), database)
    database.close()


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something comes true within two seconds; notes are stored without anybody waiting for them."""
    deadline = time.monotonic() + 2
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_rotated_key_works_to_the_end_of_its_grace_and_its_successor_from_the_start(ring: Ring) -> None:
    old = ring.create(scopes=["read", "write"])
    new = ring.rotate(old, grace_secs=3600)
    started = ring.now
    assert ring.works(old)
    assert ring.works(new)
    ring.now = started + timedelta(seconds=3597)
    assert ring.works(old)
    ring.now = started + timedelta(seconds=3602)
    assert not ring.works(old)
    ring.now = started + timedelta(days=365)
    assert ring.works(new)


def test_a_successor_may_do_what_its_predecessor_might(ring: Ring) -> None:
    ring.database.write(lambda cursor: cursor.execute("INSERT INTO teams VALUES ('t1', 'One', NULL)") and None)
    old = ring.create(scopes=["read", "write"], teams=["One"], limit=17)
    found = ring.keyring.authenticate(ring.rotate(old, grace_secs=0))
    assert found is not None
    assert (found.scopes, found.team_ids, found.requests_per_minute) == ({"read", "write"}, {"t1"}, 17)
    assert found.expires_at is None


def test_without_grace_the_old_key_ends_at_once(ring: Ring) -> None:
    old = ring.create()
    new = ring.rotate(old, grace_secs=0)
    assert (ring.works(old), ring.works(new)) == (False, True)


def test_a_key_in_its_grace_can_still_be_revoked(ring: Ring) -> None:
    old = ring.create()
    ring.rotate(old, grace_secs=3600)
    ring.access.call("revoke_key", {"key_id": ring.row(old)["key_id"]})
    assert not ring.works(old)


def test_a_second_rotation_and_one_of_a_revoked_key_are_refused_with_the_reason(ring: Ring) -> None:
    once, never = ring.create(), ring.create()
    ring.rotate(once, grace_secs=3600)
    with pytest.raises(InputError, match=r"was rotated already and ends at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\.$"):
        ring.rotate(once, grace_secs=3600)
    ring.access.call("revoke_key", {"key_id": ring.row(never)["key_id"]})
    with pytest.raises(InputError, match="is revoked; create a new one with `keys create`"):
        ring.rotate(never, grace_secs=3600)


def test_last_use_is_noted_once_a_minute(ring: Ring) -> None:
    key = ring.create()
    assert ring.last_use(key) is None
    started = ring.now
    for seconds, noted in ((0, 0), (30, 0), (59, 0), (61, 61), (90, 61), (3600, 3600)):
        ring.now = started + timedelta(seconds=seconds)
        assert ring.works(key)
        expected = (started + timedelta(seconds=noted)).strftime("%Y-%m-%d %H:%M:%S")
        assert ring.last_use(key) == expected, seconds


def test_a_key_nobody_knows_leaves_no_note(ring: Ring) -> None:
    key = ring.create()
    assert not ring.works(new_key())
    assert ring.last_use(key) is None


def test_neither_a_new_key_nor_noting_its_use_changes_an_etag(api: Api) -> None:
    before = api.get("/flow", days=77).headers["ETag"]
    key = api.new_key()
    assert api.get("/flow", key, days=77).headers["ETag"] == before
    rows = lambda: {row["hint"]: row["last_used_at"] for row in api.access.call("list_keys", {})["keys"]}  # noqa: E731
    assert soon(lambda: rows()[key[-4:]] is not None)
    assert api.get("/flow", days=77).headers["ETag"] == before


def status(url: str, key: str) -> int:
    return requests.get(f"{url}/api/v1/teams", headers={"X-Koalr-Key": key}, timeout=20).status_code


def ids(data: Path) -> dict[str, str]:
    """Key ids by the last four characters, as `keys list` prints them."""
    rows = koalr("keys", "list", "--data", str(data)).stdout.splitlines()
    return {row.split()[1].removeprefix("…"): row.split()[0] for row in rows}


def test_rotating_and_revoking_beside_a_running_server_take_effect_at_once(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        old = koalr("keys", "create", "--name", "ci", "--data", str(tmp_path)).stdout.strip()
        assert status(url, old) == 200
        rotated = koalr("keys", "rotate", ids(tmp_path)[old[-4:]], "--grace", "1", "--data", str(tmp_path))
        new = rotated.stdout.strip()
        assert KEY.fullmatch(new)
        assert "the old key works until" in rotated.stderr
        assert (status(url, old), status(url, new)) == (200, 200)
        listed = koalr("keys", "list", "--data", str(tmp_path)).stdout
        assert "works until" in listed
        assert "last used" in listed
        assert old not in listed + rotated.stderr
        koalr("keys", "revoke", ids(tmp_path)[old[-4:]], "--data", str(tmp_path))
        assert (status(url, old), status(url, new)) == (401, 200)


def test_rotating_works_without_a_server_and_mistakes_are_one_sentence(tmp_path: Path) -> None:
    old = koalr("keys", "create", "--name", "ci", "--data", str(tmp_path)).stdout.strip()
    old_id = ids(tmp_path)[old[-4:]]
    new = koalr("keys", "rotate", old_id, "--grace", "0", "--data", str(tmp_path)).stdout.strip()
    again = koalr("keys", "rotate", old_id, "--data", str(tmp_path))
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (1, "", 1)
    assert "was rotated already" in again.stderr
    koalr("keys", "revoke", ids(tmp_path)[new[-4:]], "--data", str(tmp_path))
    revoked = koalr("keys", "rotate", ids(tmp_path)[new[-4:]], "--data", str(tmp_path))
    assert (revoked.returncode, revoked.stdout, revoked.stderr.count("\n")) == (1, "", 1)
    assert "is revoked; create a new one" in revoked.stderr
    with serving(tmp_path) as url:
        assert (status(url, old), status(url, new)) == (401, 401)
