"""Connections to addresses of the internet alone: a report's address comes from an answer, and must not reach into this network."""

from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NewConnectionError

from koalr_server.sync.github.address import is_public


class _PublicConnection(HTTPSConnection):
    def _new_conn(self) -> Any:  # noqa: ANN401 - a socket, also to the library only in a comment
        connected = super()._new_conn()
        # Not the name: what it leads to is known for certain only now.
        if not is_public(connected.getpeername()[0]):
            connected.close()
            raise NewConnectionError(self, "not an address of the internet")
        return connected


class _PublicPool(HTTPSConnectionPool):
    ConnectionCls = _PublicConnection


class PublicAdapter(HTTPAdapter):
    """An adapter for https:// of requests.Session. Through a proxy it is the proxy that decides where one may go."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests does, with this pool."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _PublicPool}
