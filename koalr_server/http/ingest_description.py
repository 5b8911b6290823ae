"""POST /ingest/{source} for the OpenAPI description: it is answered before the framework sees it (ingest.py)."""

from collections.abc import Mapping
from typing import Any

from koalr_server.http.errors import CODES
from koalr_server.sources.github.signature import HEADER as GITHUB_SIGNATURE
from koalr_server.sources.incident_io import ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from koalr_server.sources.opsgenie import TOKEN_HEADER
from koalr_server.sources.pagerduty import SIGNATURE_HEADER as PAGERDUTY_SIGNATURE
from koalr_server.sources.posted import KEY_HEADER as IDEMPOTENCY_KEY

PATH = "/ingest/{source}"
ERROR_BODY = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}

REFUSALS: Mapping[int, str] = {
    400: "The body is not JSON, broke off, or is a record that cannot be taken; the message says what to mend",
    401: "The signature, the token or the key is missing or wrong",
    403: "No secret is set here for this source, or the key may not write",
    404: "No such source; the message names those there are",
    405: "Another method than POST",
    408: "The body took longer than 30 s, or others needed its room; send it again",
    409: "The server shows the sample organisation, which takes none",
    413: "The body is larger than 25 MiB of GitHub, 1 MiB of others",
    429: "Too many refused deliveries from this address in a minute; those that are in order are never slowed down",
    503: "The store cannot be written; send it again",
}

HEADERS: Mapping[str, str] = {
    "X-GitHub-Event": "What GitHub calls the event",
    "X-GitHub-Delivery": "GitHub's id of the delivery, the same when it is sent again",
    GITHUB_SIGNATURE: "GitHub: HMAC-SHA-256 of the body as it is sent, after `sha256=`",
    PAGERDUTY_SIGNATURE: "PagerDuty: HMAC-SHA-256 of the body, after `v1=`; several with commas",
    TOKEN_HEADER: "Opsgenie: the token, unless it is in `Authorization: Bearer`",
    ID_HEADER: "incident.io: the id of the delivery",
    TIMESTAMP_HEADER: "incident.io: when it was sent, seconds since 1970; at most 5 minutes from the clock here",
    SIGNATURE_HEADER: "incident.io: HMAC-SHA-256 of id, time and body, after `v1,`; several with spaces",
    IDEMPOTENCY_KEY: "deployments, incidents: up to 200 characters by which, with the body, a call is known again",
}

EXAMPLES: Mapping[str, Any] = {
    "github": {
        "action": "opened",
        "repository": {"full_name": "acme/api"},
        "pull_request": {
            "number": 12,
            "title": "Faster checkout",
            "user": {"login": "ada"},
            "draft": False,
            "state": "open",
            "created_at": "2026-03-02T10:00:00Z",
            "updated_at": "2026-03-02T10:00:00Z",
        },
    },
    "pagerduty": {
        "event": {
            "id": "01DEMO",
            "event_type": "incident.triggered",
            "occurred_at": "2026-03-02T10:00:00Z",
            "data": {
                "id": "Q1",
                "type": "incident",
                "title": "Checkout answers 500",
                "created_at": "2026-03-02T10:00:00Z",
                "service": {"summary": "api"},
                "urgency": "high",
            },
        }
    },
    "opsgenie": {
        "action": "Create",
        "alert": {
            "alertId": "052652ac-5d1c-464a-812a-7dd18bbfba8c",
            "message": "Disk full",
            "priority": "P2",
            "createdAt": 1772445600123,
            "updatedAt": 1772445600123000456,
            "details": {"service": "acme/api"},
        },
    },
    "incident-io": {
        "event_type": "public_incident.incident_created_v2",
        "public_incident.incident_created_v2": {
            "id": "01HF8K2TYRXG4PQA5NW7B9C0D1",
            "name": "Checkout answers 500",
            "created_at": "2026-03-02T10:00:00Z",
            "updated_at": "2026-03-02T10:00:00Z",
            "mode": "standard",
            "severity": {"name": "Major", "rank": 2},
            "incident_status": {"name": "Investigating", "category": "live"},
        },
    },
    "deployments": {
        "repo": "acme/api",
        "env": "production",
        "status": "success",
        "id": "901",
        "sha": "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "deployedAt": "2026-03-02T10:00:00Z",
    },
    "incidents": {
        "id": "outage-17",
        "title": "Checkout answers 500",
        "severity": "SEV1",
        "repo": "acme/api",
        "startedAt": "2026-03-02T10:00:00Z",
    },
}

DESCRIPTION = """Keeps what a tool or a script sends and answers once it is kept; it is read into the tables within seconds.

GitHub, PagerDuty, Opsgenie and incident.io show the secret that is set for them here; scripts that post deployments and incidents
show a key with the write scope. WEBHOOKS.md says how each is set up and what its bodies become."""


def operations() -> dict[str, Any]:
    """The path item."""
    source = {
        "name": "source",
        "in": "path",
        "required": True,
        "description": "Who sends it",
        "schema": {"type": "string", "enum": list(EXAMPLES), "examples": ["deployments"]},
    }
    headers = [
        {"name": name, "in": "header", "required": False, "description": meaning, "schema": {"type": "string"}}
        for name, meaning in HEADERS.items()
    ]
    examples = {name: {"summary": name, "value": body} for name, body in EXAMPLES.items()}
    body = {"schema": {"anyOf": [{"type": "object"}, {"type": "array"}]}, "examples": examples}
    return {
        "post": {
            "tags": ["ingest"],
            "summary": "Take a delivery",
            "description": DESCRIPTION,
            "operationId": "ingest",
            "parameters": [source, *headers],
            "requestBody": {"required": True, "content": {"application/json": body}},
            "responses": {"202": _accepted(), **{str(status): _refusal(status) for status in REFUSALS}},
            "security": [{}, {"ApiKey": []}],
        }
    }


def _accepted() -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"status": {"type": "string", "const": "accepted"}},
        "required": ["status"],
        "additionalProperties": False,
    }
    content = {"application/json": {"schema": schema, "example": {"status": "accepted"}}}
    return {"description": "It is kept, now or since it came before", "headers": _headers(202), "content": content}


def _refusal(status: int) -> dict[str, Any]:
    described = f"{REFUSALS[status]} (`{CODES[status]}`)"
    return {"description": described, "headers": _headers(status), "content": ERROR_BODY}


def _headers(status: int) -> dict[str, Any]:
    """Those of an answer, by what they say."""
    told = {"X-Request-Id": "By which the log knows the request", "Cache-Control": "no-store"}
    if status in (408, 429, 503):
        told["Retry-After"] = "Seconds to wait"
    if status == 405:
        told["Allow"] = "POST"
    return {name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in told.items()}
