"""One request and its answer, or the sentence that says why there is none."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

import requests

from koalr_server.sync.github.answer import Unanswered
from koalr_server.sync.github.patience import Reply
from koalr_server.sync.github.public import PublicAdapter

CONNECT_SECS, READ_SECS = 10, 60
# A page of a hundred pull requests is some 3 MB, a report of 28 days some 50 KB a person.
MOST_BYTES = 64 * 2**20
MOST_REPORT_BYTES = 512 * 2**20
CHUNK_BYTES = 64 * 1024
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
        most_bytes: int = MOST_BYTES,
        public: bool = False,
    ) -> Reply | str:
        """The answer, redirects as they are. Exceptions hold addresses, so their text goes nowhere.

        Args:
            content: sent as JSON.
            public: whether only an address of the internet is asked.

        Raises:
            Unanswered: the answer is larger than `most_bytes`.
        """
        try:
            with self._session(public).request(
                method,
                url,
                params=dict(parameters),
                headers=dict(headers),
                json=content,
                auth=auth,
                allow_redirects=False,
                timeout=(CONNECT_SECS, READ_SECS),
                stream=True,
            ) as response:
                answered = _content(response, most_bytes)
        except requests.exceptions.Timeout:
            return "GitHub did not answer in time"
        except requests.exceptions.SSLError:
            return "no encrypted connection to GitHub was possible"
        # It reads the address of a redirect even where it follows none, and fails on what is no address.
        except (requests.exceptions.RequestException, ValueError):
            return "the connection to GitHub failed"
        return Reply(response.status_code, response.headers, answered.decode("utf-8", "replace"))

    def _session(self, public: bool) -> requests.Session:
        name = "public" if public else "any"
        found: requests.Session | None = getattr(self._sessions, name, None)
        if found is None:
            found = requests.Session()
            if public:
                found.mount("https://", PublicAdapter())
            setattr(self._sessions, name, found)
        return found


def _content(response: requests.Response, most_bytes: int) -> bytes:
    """The whole body, unpacked; a small one may unpack to one without end."""
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content.extend(chunk)
        if len(content) > most_bytes:
            raise Unanswered(f"an answer was larger than {most_bytes // 2**20} MiB")
    return bytes(content)
