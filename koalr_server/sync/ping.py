"""One delivery to a server of ours, to see whether it is let in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from koalr_server.sync.github.transport import AGENT, CONNECT_SECS, anonymous

READ_SECS = 15
LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Echo:
    """What a server answered: its status, and the message of an error; status None if none answered."""

    status: int | None
    message: str = ""


def ping(url: str, headers: Mapping[str, str], body: bytes) -> Echo:
    """Post a body. Exceptions hold addresses and headers, so their text goes nowhere."""
    try:
        response = requests.post(
            url,
            data=body,
            headers={**AGENT, **headers},
            auth=anonymous,
            allow_redirects=False,
            timeout=(CONNECT_SECS, READ_SECS),
        )
    except (requests.exceptions.RequestException, ValueError):
        return Echo(None)
    return Echo(response.status_code, _message(response))


def _message(response: requests.Response) -> str:
    try:
        told: Any = response.json()
    except (ValueError, RecursionError):
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    message = error.get("message") if isinstance(error, dict) else None
    return message[:LONGEST_MESSAGE] if isinstance(message, str) else ""
