"""Who sent a delivery (pure)."""

from collections.abc import Mapping, Sequence

from koalr_server.sources.signatures import hmac_sha256, require_match, usable

SECRET_SETTING = "KOALR_GITHUB_WEBHOOK_SECRET"  # noqa: S105 - the name of a setting
HEADER = "X-Hub-Signature-256"
PREFIX = "sha256="


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
    """Let a body pass that one of the secrets signed: HMAC-SHA256 of the raw bytes, also of a form's.

    Raises:
        Refusal: no secret is set, or the signature is missing or of none of the secrets.
    """
    known = usable(secrets, "GitHub", SECRET_SETTING)
    signature = headers.get(HEADER.lower(), "").strip()
    offered = [signature.removeprefix(PREFIX)] if signature.startswith(PREFIX) else []
    expected = [hmac_sha256(secret.encode("utf-8", "surrogateescape"), body).hex() for secret in known]
    require_match(offered, expected, HEADER, SECRET_SETTING)
