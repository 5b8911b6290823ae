"""Deliveries put straight into a store and read, without a server."""

import json
from datetime import datetime
from typing import Any

from koalr_server.sources.observation import Delivery
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.rules import Rules
from koalr_server.store.database import Database
from koalr_server.store.deliveries import add_deliveries, table_of
from koalr_server.store.settling import agree_on_rules, settle

RECEIVED_AT = datetime(2026, 4, 1)


def github(event: str, body: Any) -> Delivery:
    """A delivery of GitHub."""
    return _delivery("github", event, body)


def posted(source: str, body: Any) -> Delivery:
    """What a script posts; it has to be in order."""
    assert not SOURCES[source].check(body)
    return _delivery(source, "", body)


def keep(database: Database, *deliveries: Delivery) -> None:
    """Keep them, and leave them unread."""
    table = table_of(deliveries)
    database.write_beside(lambda cursor: add_deliveries(cursor, table, RECEIVED_AT))


def take(database: Database, rules: Rules, *deliveries: Delivery) -> None:
    """Keep and read them."""
    keep(database, *deliveries)
    agree_on_rules(database, rules)
    while settle(database, rules):
        pass


def _delivery(source: str, event: str, body: Any) -> Delivery:
    raw = json.dumps(body).encode()
    return Delivery(source, event, SOURCES[source].delivery_key({}, raw), raw)
