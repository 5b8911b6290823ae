"""Who sent a delivery (pure)."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from koalr_server.sources.source import Refusal

SECRET_SETTING = "KOALR_GITHUB_WEBHOOK_SECRET"  # noqa: S105 - the name of a setting
SIGNATURE = "x-hub-signature-256"
PREFIX = "sha256="


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
    """Let a body pass that one of the secrets signed: HMAC-SHA256 of the raw bytes, also of a form's.

    Raises:
        Refusal: no secret is set, or the signature is missing or of none of the secrets.
    """
    known = [secret for secret in secrets if secret]
    if not known:
        raise Refusal(
            f"No secret is set, so nobody can tell who sent this. Set {SECRET_SETTING} to the webhook's secret."
        )
    signature = headers.get(SIGNATURE, "").strip()
    if not signature.startswith(PREFIX):
        raise Refusal("The header X-Hub-Signature-256 is missing or is not sha256=...: give the webhook a secret.")
    given = signature.removeprefix(PREFIX).encode("utf-8", "replace")
    # Every secret is tried, so that the time taken does not tell which one fits.
    matches = [
        hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode(), given)
        for secret in known
    ]
    if not any(matches):
        raise Refusal(
            f"The signature in X-Hub-Signature-256 is of another secret or another body. Compare the webhook's with {SECRET_SETTING}."
        )
