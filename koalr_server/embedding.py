"""The server inside the dashboard's process: one store, one key that exists in memory only."""

from dataclasses import dataclass

from starlette.types import ASGIApp

from koalr_server.clock import Calendar
from koalr_server.commands.sampling import load_into
from koalr_server.http.app import create_api
from koalr_server.http.service import Service
from koalr_server.inbox.inbox import Inbox
from koalr_server.keys import ApiKey, key_hash, new_key
from koalr_server.sample import EDITION
from koalr_server.settings import Settings
from koalr_server.store.database import Database
from koalr_server.store.gateway import Gateway, LocalAccess, NoGateway, gateway_of, open_owned

# One dashboard serves many viewers with one key, over loopback.
EMBEDDED_REQUESTS_PER_MINUTE = 6000


@dataclass(slots=True)
class EmbeddedServer:
    """A running server without a port of its own: mount `api` at /api and call it with `key`."""

    api: ASGIApp
    key: str
    _database: Database
    _gateway: Gateway | NoGateway
    _inbox: Inbox

    @classmethod
    def start(cls, settings: Settings) -> "EmbeddedServer":
        """Open the data folder, filling an empty one with the sample, and answer commands.

        Raises:
            ServerError: the folder cannot be used; the text says why.
        """
        database = open_owned(settings.store, settings.engine_threads)
        access = LocalAccess(database)
        held = access.call("content", {})
        if held["content"] is None or (held["content"] == "sample" and held["sample_edition"] != EDITION):
            load_into(access, shifted=held["sample_shift"] != "none")
        gateway = gateway_of(settings.store, database)
        gateway.start()
        key = new_key()
        own = ApiKey("key_embedded", frozenset({"read"}), None, EMBEDDED_REQUESTS_PER_MINUTE)
        service = Service(
            database,
            Calendar(as_of=settings.as_of),
            extra_keys={key_hash(key): own},
            copilot_minutes_per_line=settings.copilot_minutes_per_line,
            risk_floors=settings.risk_floors,
        )
        inbox = Inbox(database, settings.rules, settings.raw_days)
        inbox.start()
        return cls(create_api(service, inbox, settings.webhook_secrets), key, database, gateway, inbox)

    def ready(self) -> bool:
        """Whether the store answers."""
        try:
            self._database.rows("SELECT 1")
        except Exception:  # whatever it is: a probe wants to know that it is, not what
            return False
        return True

    def stop(self) -> None:
        """Let go of the folder."""
        self._gateway.stop()
        self._inbox.stop()
        self._database.close()
