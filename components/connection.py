"""Where the dashboard's API is: the embedded server, or the one the environment names."""

import hashlib
import os
from dataclasses import dataclass, field

DEFAULT_API_URL = "https://api.koalr.com"


@dataclass(frozen=True, slots=True)
class Connection:
    """Base URL and key of the API. The key is left out of every printed form."""

    base_url: str
    api_key: str = field(repr=False)
    embedded: bool = False

    @property
    def fingerprint(self) -> str:
        """Tells address and key apart from others without holding them."""
        return hashlib.sha256(f"{self.base_url}\0{self.api_key}".encode()).hexdigest()[:16]


_connected: list[Connection] = []


def connect(connection: Connection) -> None:
    """Use this connection from now on; the launcher calls it once for the embedded server."""
    _connected[:] = [connection]


def current() -> Connection | None:
    """The connection in use, else the one KOALR_API_KEY and KOALR_API_URL describe, else None."""
    if _connected:
        return _connected[0]
    key = os.environ.get("KOALR_API_KEY")
    return Connection(os.environ.get("KOALR_API_URL") or DEFAULT_API_URL, key) if key else None
