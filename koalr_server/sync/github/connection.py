"""Asks GitHub's REST API, and its GraphQL, and does not give up early."""

import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from koalr_server.errors import InputError
from koalr_server.sync.gate import Gate
from koalr_server.sync.github import graph
from koalr_server.sync.github.address import graphql_url, may_download, same_origin
from koalr_server.sync.github.answer import Answer, GraphAnswer, Refused, Unanswered
from koalr_server.sync.github.credentials import Credentials
from koalr_server.sync.github.patience import MOST_FAULTS, Draw, Reply
from koalr_server.sync.github.persistence import Persistence, no_body
from koalr_server.sync.github.transport import AGENT, MOST_REPORT_BYTES, NO_PARAMETERS, Bearer, Transport, anonymous

HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28", **AGENT}
# Ids as webhooks have them, of things from before there were such ids too.
GRAPH_HEADERS = {**HEADERS, "X-Github-Next-Global-ID": "1"}
REDIRECTS = (301, 302, 307, 308)
MOST_REDIRECTS = 3
MOST_PAGES = 10_000
CONDITIONS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
NO_MARKS: Mapping[str, str] = {}


def nobody_counts() -> None:
    """What is called for a request that nobody counts."""


class Connection:
    """Questions to one API, from several threads.

    Args:
        base_url: as of address.base_url.
        clock: the current instant.
    """

    def __init__(
        self, base_url: str, credentials: Credentials, gate: Gate, clock: Callable[[], datetime], draw: Draw
    ) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._clock = clock
        self._persistence = Persistence(gate, clock, draw)
        self._transport = Transport()
        self._one_at_a_time = threading.Lock()

    def get(
        self,
        path: str,
        parameters: Mapping[str, str | int] = NO_PARAMETERS,
        marks: Mapping[str, str] = NO_MARKS,
        asked: Callable[[], None] = nobody_counts,
    ) -> Answer:
        """Ask for a path below the base, or for an address that an answer named.

        Args:
            asked: called for every request made.

        Raises:
            Refused: GitHub says no.
            Unanswered: every try failed.
            InputError: the token is not accepted.
            Stopped: the run was called off.
        """
        url = path if "://" in path else self._base_url + path
        reply, body = self._ask(url, parameters, marks, asked)
        for _ in range(MOST_REDIRECTS):
            if reply.status not in REDIRECTS:
                break
            url = urljoin(url, reply.headers.get("Location", ""))
            self._stay(url)
            reply, body = self._ask(url, NO_PARAMETERS, marks, asked)
        return self._answer(reply, body)

    def pages(
        self,
        path: str,
        parameters: Mapping[str, str | int] = NO_PARAMETERS,
        marks: Mapping[str, str] = NO_MARKS,
        asked: Callable[[], None] = nobody_counts,
    ) -> Iterator[Answer]:
        """The pages of a list, each asked for when it is needed; errors as of `get`."""
        answer = self.get(path, parameters, marks, asked)
        yield answer
        seen: set[str] = set()
        while answer.following:
            if answer.following in seen or len(seen) >= MOST_PAGES:
                raise Unanswered("the pages of a list did not come to an end")
            seen.add(answer.following)
            answer = self.get(answer.following, asked=asked)
            yield answer

    def ask(
        self,
        document: str,
        variables: Mapping[str, Any],
        asked: Callable[[], None] = nobody_counts,
        most_faults: int = MOST_FAULTS,
    ) -> GraphAnswer:
        """Ask GraphQL, one question at a time.

        Args:
            document: one query.
            most_faults: tries that may fail.

        Raises:
            Unsupported: this server does not know what is asked for.
            Refused, Unanswered, InputError, Stopped: as of `get`.
        """
        url, content = graphql_url(self._base_url), {"query": document, "variables": variables}

        def send() -> Reply | str:
            token = self._credentials.token(self._clock(), self._exchange)
            # GitHub grants GraphQL no more than a second of its time per second.
            with self._one_at_a_time:
                return self._transport.send("POST", url, Bearer(token), headers=GRAPH_HEADERS, content=content)

        reply, body = self._persistence.until_answered(send, asked, graph.look, most_faults=most_faults)
        self._answer(reply, None)
        return graph.read(reply, body)

    def download(self, url: str, asked: Callable[[], None] = nobody_counts) -> str:
        """The text behind a signed address, which is told nothing of the credentials.

        Raises:
            Unanswered: every try failed, the address is not encrypted or not of the internet, or nothing is there any more.
        """
        if not may_download(url, self._base_url):
            raise Unanswered("a report has an address that is not https")
        public = not same_origin(url, self._base_url)

        def send() -> Reply | str:
            return self._transport.send("GET", url, anonymous, most_bytes=MOST_REPORT_BYTES, public=public)

        reply, _ = self._persistence.until_answered(send, asked, parse=no_body)
        if reply.status != 200:
            raise Unanswered(f"the address of a report answered {reply.status}")
        return reply.text

    def _ask(
        self,
        url: str,
        parameters: Mapping[str, str | int],
        marks: Mapping[str, str],
        asked: Callable[[], None],
    ) -> tuple[Reply, Any]:
        def send() -> Reply | str:
            token = self._credentials.token(self._clock(), self._exchange)
            return self._transport.send("GET", url, Bearer(token), parameters, {**HEADERS, **marks})

        return self._persistence.until_answered(send, asked)

    def _exchange(self, path: str, token: str) -> Mapping[str, Any]:
        def send() -> Reply | str:
            return self._transport.send("POST", self._base_url + path, Bearer(token), headers=HEADERS)

        reply, body = self._persistence.until_answered(send, nobody_counts)
        if reply.status != 201 or not isinstance(body, dict):
            raise InputError(
                f"GitHub gave the App no token ({reply.status}): check KOALR_GITHUB_APP_ID, KOALR_GITHUB_APP_INSTALLATION and that the"
                " private key is one of this App."
            )
        return body

    def _answer(self, reply: Reply, body: Any) -> Answer:  # noqa: ANN401 - JSON
        if reply.status == 401:
            raise InputError(
                f"GitHub at {urlsplit(self._base_url).netloc} does not accept the credentials (401): the token is wrong, has expired or was"
                " revoked; make a new one and set KOALR_GITHUB_TOKEN."
            )
        if reply.status in REDIRECTS:
            raise Unanswered("GitHub's redirects did not come to an end")
        if reply.status not in (200, 204, 304):
            raise Refused(reply.status, reply.status == 403 and "X-GitHub-SSO" in reply.headers)
        marks = {ask: reply.headers[told] for told, ask in CONDITIONS.items() if reply.headers.get(told)}
        return Answer(reply.status != 304, body, marks, _read_at(reply), self._following(reply))

    def _following(self, reply: Reply) -> str | None:
        for link in requests.utils.parse_header_links(reply.headers.get("Link", "")):
            if link.get("rel") == "next":
                self._stay(link["url"])
                return str(link["url"])
        return None

    def _stay(self, url: str) -> None:
        if not same_origin(url, self._base_url):
            raise Unanswered("GitHub's answer leads to another host, which is not followed")


def _read_at(reply: Reply) -> str:
    try:
        return parsedate_to_datetime(reply.headers.get("Date", "")).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError):
        return ""
