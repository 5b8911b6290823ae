"""A first visit to GitHub: who one is there, and which permissions answer. Each question is asked once, without patience."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from koalr_server.errors import InputError
from koalr_server.sync.github.connection import HEADERS
from koalr_server.sync.github.credentials import Credentials
from koalr_server.sync.github.patience import Reply
from koalr_server.sync.github.permissions import PERMISSIONS, Permission
from koalr_server.sync.github.transport import Bearer, Transport

# Of pull requests and issues the closed ones too; who does not know the parameter leaves it alone.
ONE: Mapping[str, str | int] = {"per_page": 1, "state": "all"}
MOVED = (301, 302, 307, 308)
EMPTY_REPOSITORY = 409
# Without an account behind it, as of an App or a workflow, /user is refused.
NOBODY = (403, 404)


@dataclass(frozen=True, slots=True)
class Tried:
    """A permission and what came of asking: None if it answers, else a sentence."""

    permission: Permission
    fault: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit found.

    Args:
        login: of the account; None for an App or a workflow.
        repository: the one that was asked about; None if there is none to see.
        requests_left: of this hour, `requests_an_hour` in all; None where GitHub does not limit.
        fault: why there was no visit, a sentence without the token; None if there was one.
    """

    login: str | None = None
    repository: str | None = None
    tried: tuple[Tried, ...] = ()
    requests_left: int | None = None
    requests_an_hour: int | None = None
    fault: str | None = None


@dataclass(slots=True)
class _Door:
    """Asks, and remembers the last limits it was told."""

    base_url: str
    token: str = field(repr=False)
    transport: Transport = field(default_factory=Transport)
    limits: Mapping[str, str] = field(default_factory=dict)

    def ask(self, path: str) -> Reply | str:
        """The answer, or the sentence why there is none."""
        reply = self.transport.send("GET", self.base_url + path, Bearer(self.token), ONE, HEADERS)
        if isinstance(reply, Reply) and "X-RateLimit-Remaining" in reply.headers:
            self.limits = reply.headers
        return reply


def visit(
    base_url: str, credentials: Credentials, organisation: str | None, repository: str | None, now: datetime
) -> Visit:
    """Ask who one is, and one question for each permission that an organisation or a repository needs.

    Args:
        base_url: as of address.base_url.
    """
    transport = Transport()

    def exchange(path: str, token: str) -> Mapping[str, Any]:
        reply = transport.send("POST", base_url + path, Bearer(token), headers=HEADERS)
        body = _parsed(reply)
        if not isinstance(reply, Reply) or reply.status != 201 or not isinstance(body, dict):
            raise InputError(f"GitHub gave the App no token: {_fault(reply) or 'no JSON'}.")
        return body

    try:
        door = _Door(base_url, credentials.token(now, exchange), transport)
    except InputError as error:
        return Visit(fault=str(error))
    who = door.ask("/user")
    if isinstance(who, str) or (who.status != 200 and who.status not in NOBODY):
        return Visit(fault=_unwelcome(who))
    named, fault = (repository, None) if organisation is None else _first_repository(door, organisation)
    nothing = [] if named else [Tried(PERMISSIONS[0], fault or "no repository is to be seen")]
    tried = (*nothing, *_tried(door, organisation, named))
    return Visit(
        _text(_parsed(who), "login"),
        named,
        tried,
        _number(door.limits.get("X-RateLimit-Remaining")),
        _number(door.limits.get("X-RateLimit-Limit")),
    )


def _tried(door: _Door, organisation: str | None, repository: str | None) -> Iterator[Tried]:
    places = {"organisation": quote(organisation or "", safe=""), "repository": quote(repository or "", safe="/")}
    for permission in PERMISSIONS:
        if not (organisation if permission.of_organisation else repository):
            continue
        if "{head}" in permission.question and "head" not in places:
            yield Tried(permission, "there is no pull request to ask about")
            continue
        reply = door.ask(permission.question.format(**places))
        if permission.question.endswith("/pulls") and (head := _head(_parsed(reply))):
            places["head"] = quote(head, safe="")
        yield Tried(permission, _fault(reply))


def _first_repository(door: _Door, organisation: str) -> tuple[str | None, str | None]:
    """A repository of an organisation or a person, or why there is none."""
    login = quote(organisation, safe="")
    reply = door.ask(f"/orgs/{login}/repos")
    if isinstance(reply, Reply) and reply.status == 404:
        reply = door.ask(f"/users/{login}/repos")
    body = _parsed(reply)
    return (_text(body[0], "full_name") if isinstance(body, list) and body else None), _fault(reply)


def _head(body: Any) -> str | None:  # noqa: ANN401 - JSON
    head = body[0].get("head") if isinstance(body, list) and body and isinstance(body[0], dict) else None
    return _text(head, "sha")


def _fault(reply: Reply | str) -> str | None:
    """What is wrong with an answer; None for one that opens the resource."""
    if isinstance(reply, str):
        return reply
    if reply.status in (200, EMPTY_REPOSITORY):
        return None
    if reply.status in MOVED:
        return "it has moved; give its present name"
    if "X-GitHub-SSO" in reply.headers:
        return "the token is not authorised for the organisation's single sign-on"
    if reply.status == 429 or reply.headers.get("X-RateLimit-Remaining") == "0":
        return "the hour's requests are used up"
    return f"GitHub answered {reply.status}"


def _unwelcome(reply: Reply | str) -> str:
    if isinstance(reply, Reply) and reply.status == 401:
        return "GitHub does not accept the token (401): it is wrong, has expired or was revoked; make a new one."
    return f"GitHub cannot be asked: {_fault(reply)}. Check the address and the network, then try again."


def _parsed(reply: Reply | str) -> Any:  # noqa: ANN401 - JSON
    if isinstance(reply, str) or reply.status not in (200, 201):
        return None
    try:
        return json.loads(reply.text)
    except (ValueError, RecursionError):
        return None


def _text(body: Any, name: str) -> str | None:  # noqa: ANN401 - JSON
    told = body.get(name) if isinstance(body, dict) else None
    return told if isinstance(told, str) else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
