"""One request and its answer, or the sentence that says why there is none."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests

from koalr_server.sync.github.patience import Reply

CONNECT_SECS, READ_SECS = 10, 60
AGENT = {"User-Agent": "koalr-server"}
NO_PARAMETERS: Mapping[str, str | int] = {}

Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]

# It writes the addresses of requests at its lowest level, and those of reports are signed.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class Bearer(requests.auth.AuthBase):
    """Puts a token into its header. Given as `auth`, it also keeps a ~/.netrc from taking its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials, not even those of a ~/.netrc."""
    return request


class Transport:
    """Sends requests from several threads; sessions are not made to be shared, so each has its own."""

    def __init__(self) -> None:
        self._sessions = threading.local()

    def send(
        self,
        method: str,
        url: str,
        auth: Auth,
        parameters: Mapping[str, str | int] = NO_PARAMETERS,
        headers: Mapping[str, str] = AGENT,
        content: Mapping[str, Any] | None = None,
    ) -> Reply | str:
        """The answer, redirects as they are; `content` is sent as JSON. Exceptions hold addresses, so their text goes nowhere."""
        try:
            response = self._session().request(
                method,
                url,
                params=dict(parameters),
                headers=dict(headers),
                json=content,
                auth=auth,
                allow_redirects=False,
                timeout=(CONNECT_SECS, READ_SECS),
            )
        except requests.exceptions.Timeout:
            return "GitHub did not answer in time"
        except requests.exceptions.SSLError:
            return "no encrypted connection to GitHub was possible"
        # It reads the address of a redirect even where it follows none, and fails on what is no address.
        except (requests.exceptions.RequestException, ValueError):
            return "the connection to GitHub failed"
        return Reply(response.status_code, response.headers, response.content.decode("utf-8", "replace"))

    def _session(self) -> requests.Session:
        found = getattr(self._sessions, "session", None)
        if found is None:
            found = self._sessions.session = requests.Session()
        return found
