"""What an answer of GraphQL asks for, and what it holds (pure).

It comes with the status 200 whatever happened: `errors` say it, by their `type`, or by the code of a query that the server does
not understand. Data may stand beside errors, with null where they happened.

https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from koalr_server.sync.github.answer import GraphAnswer, Refused, Unsupported
from koalr_server.sync.github.patience import SECONDARY_WORDS, Draw, Reply, Verdict, backoff_secs, limited

Errors = list[Mapping[str, Any]]

LIMITS = ("RATE_LIMITED", "RATE_LIMIT")
DENIALS = ("INSUFFICIENT_SCOPES", "FORBIDDEN")
# What is gone is null, which says enough.
BELIEVED = (*DENIALS, "NOT_FOUND")
LONGEST_WORD = 40


def look(reply: Reply, body: Any, pauses: int, faults: int, now: datetime, draw: Draw) -> Verdict:  # noqa: ANN401 - JSON
    """What to do about an answer of status 200; arguments as of patience.verdict."""
    errors = _errors(body)
    said = " ".join(str(error.get("message")) for error in errors)
    if any(error.get("type") in LIMITS for error in errors) or any(words in said.lower() for words in SECONDARY_WORDS):
        return limited(replace(reply, status=429, text=said), pauses, now, draw)
    if _unsupported(body, errors):
        return Verdict("take")
    strange = [error for error in errors if error.get("type") not in BELIEVED]
    if strange or (not errors and not isinstance(_data(body), dict)):
        # A timeout, more than GitHub computes at once, a fault of its own: half an answer would pass for a whole one.
        why = f"GitHub's GraphQL answered {_word(strange[0]) if strange else 'no data'}"
        return Verdict("again", backoff_secs(faults, draw), why)
    return Verdict("take")


def read(reply: Reply, body: Any) -> GraphAnswer:  # noqa: ANN401 - JSON
    """What an answer that is taken holds.

    Raises:
        Unsupported: the server does not know what was asked for.
    """
    errors = _errors(body)
    if _unsupported(body, errors):
        raise Unsupported
    denials = tuple(_refused(reply, error) for error in errors if error.get("type") in DENIALS)
    data = _data(body)
    return GraphAnswer(data if isinstance(data, dict) else {}, denials)


def _refused(reply: Reply, error: Mapping[str, Any]) -> Refused:
    single_sign_on = "X-GitHub-SSO" in reply.headers or "saml" in str(error.get("message")).lower()
    return Refused(403, single_sign_on, _word(error), _path(error))


def _unsupported(body: Any, errors: Errors) -> bool:  # noqa: ANN401
    """Whether the query was not even begun. Errors of such a kind have a code and no type."""
    return _data(body) is None and any("type" not in error and _code(error) for error in errors)


def _errors(body: Any) -> Errors:  # noqa: ANN401
    told = body.get("errors") if isinstance(body, dict) else None
    return [error for error in told if isinstance(error, dict)] if isinstance(told, list) else []


def _data(body: Any) -> Any:  # noqa: ANN401
    return body.get("data") if isinstance(body, dict) else None


def _code(error: Mapping[str, Any]) -> Any:  # noqa: ANN401
    extensions = error.get("extensions")
    return extensions.get("code") if isinstance(extensions, dict) else None


def _path(error: Mapping[str, Any]) -> list[str]:
    told = error.get("path")
    return [name for name in told if isinstance(name, str)] if isinstance(told, list) else []


def _word(error: Mapping[str, Any]) -> str:
    """The type of an error; messages hold names of scopes and whatever else."""
    told = error.get("type")
    known = isinstance(told, str) and told.isascii() and told.isidentifier() and len(told) <= LONGEST_WORD
    return str(told) if known else "an error"
