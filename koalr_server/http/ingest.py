"""POST /ingest/{source}: deliveries of other tools, checked, kept, and only then acknowledged (plain ASGI)."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from koalr_server.clock import wall_clock
from koalr_server.errors import StoreError
from koalr_server.http.errors import CODES, error_response
from koalr_server.http.gate import KEY_HEADER
from koalr_server.http.limits import Limits, address
from koalr_server.http.paths import local_path
from koalr_server.inbox.inbox import Inbox
from koalr_server.keys import ApiKey
from koalr_server.sources.observation import Delivery
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.source import Refusal, Source

log = logging.getLogger("koalr_server.http")

PATH = re.compile(r"/ingest/([^/]*)")
# GitHub sends up to 25 MB and nobody more.
MOST_BYTES = {"github": 25 * 2**20}
OTHERS_MOST_BYTES = 2**20
MOST_BYTES_IN_FLIGHT = 500 * 2**20
LONGEST_BODY_SECS = 30
FORM = "application/x-www-form-urlencoded"
RETRY = {"Retry-After": "10"}
# Deliveries of an address that may fail their check in a minute; those that pass are not counted.
MOST_REFUSALS_PER_MINUTE = 60
MOST_FAULTS_SHOWN = 3


class _Refused(Exception):
    """An answer other than 202."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


@dataclass(slots=True)
class Ingest:
    """Answers /ingest itself and passes everything else on.

    Args:
        inbox: where deliveries go.
        secrets: by source, those of the settings.
        authenticate: key text -> ApiKey, or None.
        sample: whether the store holds the sample.
        clock: epoch seconds.
        stopwatch: seconds, monotonic.
    """

    app: ASGIApp
    inbox: Inbox
    secrets: Mapping[str, tuple[str, ...]] = field(repr=False)
    authenticate: Callable[[str], ApiKey | None]
    sample: Callable[[], bool]
    clock: Callable[[], float] = time.time
    stopwatch: Callable[[], float] = time.perf_counter
    _arriving: dict[asyncio.Timeout, int] = field(default_factory=dict)
    _refusals: Limits = field(default_factory=Limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep a delivery and answer 202, or say what is wrong with it."""
        found = PATH.fullmatch(local_path(scope)) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        try:
            answer: Response = await self._answer(found[1], scope, receive)
        except _Refused as refused:
            self.inbox.figures.refused(found[1], CODES[refused.status])
            request_id = scope["state"]["request_id"]
            answer = error_response(refused.status, str(refused), request_id, headers=refused.headers)
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)

    async def _answer(self, name: str, scope: Scope, receive: Receive) -> Response:
        began = self.stopwatch()
        source = SOURCES.get(name)
        if source is None:
            raise _Refused(404, f"No source {name[:80]!r}; there are {', '.join(sorted(SOURCES))}.")
        if scope["method"] != "POST":
            message = f"{scope['method']} is not allowed on /ingest/{name}; allowed: POST."
            raise _Refused(405, message, {"Allow": "POST"})
        if self.sample():
            raise _Refused(
                409, "This server shows the sample organisation; start one with an empty data folder for your own data."
            )
        headers = {key.lower(): value for key, value in Headers(scope=scope).items()}
        try:
            self._admit_sender(source, headers)
            body = await self._received(source, receive, headers)
            self._admit_body(source, headers, body)
        except _Refused as refused:
            raise self._slowed(scope, refused) from None
        delivery = _delivery(source, headers, body)
        try:
            new = await asyncio.wrap_future(self.inbox.accept(delivery))
        except StoreError as error:
            # Why names places, which concern whoever reads the log alone.
            log.error("a delivery of %s could not be kept: %s", name, error)
            raise _Refused(503, "The delivery could not be kept; send it again in a while.", RETRY) from None
        self.inbox.figures.kept(delivery.source, delivery.event, new, self.stopwatch() - began)
        return JSONResponse({"status": "accepted"}, status_code=202)

    def _admit_sender(self, source: Source, headers: Mapping[str, str]) -> None:
        """What can be judged before a body is read: a key that may write, or that there is a secret to compare with."""
        if source.secret_setting is not None:
            if not self.secrets.get(source.name):
                raise _Refused(
                    403,
                    f"Deliveries of {source.name} are refused until {source.secret_setting} is set here, to the secret that the sender has.",
                )
            return
        key = self.authenticate(headers.get(KEY_HEADER.lower(), ""))
        if key is None:
            raise _Refused(401, f"The {KEY_HEADER} header is missing or holds no key of this server.")
        if "write" not in key.scopes or key.team_ids is not None:
            raise _Refused(
                403, "This key may not write; create one with `keys create --scope write` and without --team."
            )

    async def _received(self, source: Source, receive: Receive, headers: Mapping[str, str]) -> bytes:
        """The body, if it comes in time and there is room for it."""
        most = MOST_BYTES.get(source.name, OTHERS_MOST_BYTES)
        if _told_bytes(headers) > most:
            raise _too_large(most)
        patience = asyncio.timeout(LONGEST_BODY_SECS)
        try:
            async with patience:
                return await self._read(receive, most, patience)
        except TimeoutError:
            message = f"The body took longer than {LONGEST_BODY_SECS} s, or others needed its room; send it again."
            raise _Refused(408, message, {"Connection": "close"} | RETRY) from None
        finally:
            self._arriving.pop(patience, None)

    async def _read(self, receive: Receive, most: int, patience: asyncio.Timeout) -> bytes:
        """The whole body as it came; what is too large is not read to its end."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Refused(400, "The delivery broke off.")
            body.extend(message.get("body", b""))
            more = message.get("more_body", False)
            if len(body) > most:
                raise _too_large(most)
            self._arriving[patience] = len(body)
            self._make_room()
        return bytes(body)

    def _make_room(self) -> None:
        """End the deliveries that have been arriving longest: whoever is in earnest sends at once.

        What counts is what is here, not what was promised, and nobody has shown a secret yet: else a few who promise much
        and send nothing would keep everybody out.
        """
        excess = sum(self._arriving.values()) - MOST_BYTES_IN_FLIGHT
        for patience in list(self._arriving):
            if excess <= 0:
                return
            excess -= self._arriving.pop(patience)
            patience.reschedule(0)

    def _admit_body(self, source: Source, headers: Mapping[str, str], body: bytes) -> None:
        """A body that one of the secrets of its source has signed."""
        if source.secret_setting is None:
            return
        try:
            source.verify(headers, body, self.secrets[source.name], wall_clock())
        except Refusal as refusal:
            raise _Refused(401, str(refusal)) from None

    def _slowed(self, scope: Scope, refused: _Refused) -> _Refused:
        """A refusal, or that there were too many from there; what is in order is never slowed down."""
        if refused.status not in (401, 403):
            return refused
        verdict = self._refusals.admit(address(scope), MOST_REFUSALS_PER_MINUTE + 1, self.clock())
        if verdict.admitted and verdict.remaining > 0:
            return refused
        wait = verdict.retry_after_secs(self.clock())
        return _Refused(
            429, f"Too many refused deliveries from this address; retry in {wait} s.", {"Retry-After": str(wait)}
        )


def _told_bytes(headers: Mapping[str, str]) -> int:
    """How long a body says to be, 0 if it does not."""
    told = headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else 0


def _too_large(most: int) -> _Refused:
    return _Refused(413, f"The body is larger than {most // 2**20} MiB.", {"Connection": "close"})


def _delivery(source: Source, headers: Mapping[str, str], body: bytes) -> Delivery:
    try:
        text = _payload(source, headers, body)
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise _Refused(400, "The body is not JSON in UTF-8.") from None
    if faults := source.check(told):
        raise _Refused(400, " ".join(faults[:MOST_FAULTS_SHOWN]))
    return Delivery(source.name, source.event(headers, text), source.delivery_key(headers, text), text)


def _payload(source: Source, headers: Mapping[str, str], body: bytes) -> bytes:
    """The JSON of a body; in a form, as GitHub sends where nothing else was chosen, it is the field `payload`."""
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if source.name != "github" or media_type != FORM:
        return body
    fields: dict[bytes, list[bytes]] = parse_qs(body, max_num_fields=10)
    return fields.get(b"payload", [b""])[0]
