"""Whoever guesses keys is slowed down, whatever addresses they have; whoever has a good key never notices."""

import pytest

from koalr_server.http import limits
from koalr_server.http.app import create_server
from koalr_server.http.limits import Limits, address
from koalr_server.http.service import Service
from koalr_server.store.database import Database
from tests.asgi import Answer, ask
from tests.integration.server.test_inbox import create_key


class Asked:
    """A server whose clock stands still, and those who ask it."""

    def __init__(self) -> None:
        database = Database.in_memory()
        self.key = create_key(database, "read")
        self.app = create_server(Service(database), clock=lambda: 1_000_000.0)

    def ask(self, key: str, client: str = "203.0.113.9") -> Answer:
        """One request."""
        return ask(self.app, "GET", "/api/v1/teams", headers=[(b"x-koalr-key", key.encode())], client=client)


def test_a_good_key_works_behind_the_address_of_somebody_who_guesses() -> None:
    asked = Asked()
    guesses = [asked.ask(f"klr_live_{number:040}").status for number in range(200)]
    assert guesses.count(401) == 120  # a minute's worth and its burst
    assert set(guesses[120:]) == {429}
    assert asked.ask(asked.key).status == 200


def test_all_addresses_of_an_ipv6_network_are_one_who_guesses() -> None:
    asked = Asked()
    guesses = [asked.ask("klr_live_x", f"2001:db8:1:2::{number:x}").status for number in range(200)]
    assert guesses.count(401) == 120
    assert asked.ask("klr_live_x", "2001:db8:1:3::1").status == 401


def test_many_who_guess_do_not_make_the_use_of_a_key_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CALLERS", 10)
    asked = Asked()
    used = int(asked.ask(asked.key).headers["X-RateLimit-Remaining"])
    for number in range(50):
        asked.ask("klr_live_x", f"203.0.113.{number}")
    assert int(asked.ask(asked.key).headers["X-RateLimit-Remaining"]) == used - 1


def test_only_so_many_callers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_CALLERS", 10)
    remembered = Limits()
    for number in range(1_000):
        remembered.admit(str(number), 60, 0.0)
    assert len(remembered._budgets) == 10


@pytest.mark.parametrize(
    ("client", "known_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_who_a_caller_is_known_as(client: str | None, known_as: str) -> None:
    assert address({"client": client and (client, 1)}) == known_as
