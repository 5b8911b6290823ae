"""Connections on which a whole answer has a deadline, not only the wait for its next byte.

A read timeout begins anew with every byte, so a server that sends one now and then would hold a thread for hours. Every
read from the socket goes through here, of headers and bodies, chunked or not, encrypted or not.
"""

import http.client
import io
import socket
import time
from typing import TYPE_CHECKING, Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# An answer may take so many read timeouts in all.
DEADLINE_TIMEOUTS = 2.0


class _TimedReader(io.RawIOBase):
    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._raw = connected.makefile("rb", buffering=0)
        self._timeout_secs = connected.gettimeout()
        self._began = time.monotonic()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        if self._timeout_secs is not None:
            left_secs = self._began + DEADLINE_TIMEOUTS * self._timeout_secs - time.monotonic()
            if left_secs <= 0:
                raise TimeoutError("the answer took too long as a whole")
            self._socket.settimeout(min(self._timeout_secs, left_secs))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_TimedReader(sock))


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedSecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _TimedPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TimedSecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TimedSecureConnection


POOLS: dict[str, type] = {"http": _TimedPool, "https": _TimedSecurePool}


class TimedAdapter(HTTPAdapter):
    """An adapter for requests.Session whose answers have a deadline of two read timeouts."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests does, with these pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.ProxyManager:
        """As requests does; a SOCKS proxy has pools of its own, which keep the timeout per byte only."""
        found: urllib3.ProxyManager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            found.pool_classes_by_scheme = POOLS
        return found
