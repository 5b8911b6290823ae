"""How a delivery shows that it comes from its tool, and what tells it from others (pure)."""

import hashlib
import hmac
import json
from collections.abc import Sequence

from koalr_server.sources.source import Refusal


def hmac_sha256(secret: bytes, content: bytes) -> bytes:
    """The 32 bytes that whoever knows the secret can compute from the content."""
    return hmac.new(secret, content, hashlib.sha256).digest()


def usable(secrets: Sequence[str], tool: str, setting: str) -> list[str]:
    """The secrets that are not empty; anybody can sign with an empty one.

    Raises:
        Refusal: there is none.
    """
    kept = [secret for secret in secrets if secret]
    if not kept:
        raise Refusal(f"No secret of {tool} is known here, so nothing it sends is let in; set {setting} to the secret.")
    return kept


def require_match(offered: Sequence[str], expected: Sequence[str], header: str, setting: str) -> None:
    """Let pass if one of the offered texts is one of the expected ones; all pairs are compared, each in constant time.

    Args:
        header: where the offered ones come from, for the sentence.

    Raises:
        Refusal: nothing was offered, or nothing fits.
    """
    if not offered:
        raise Refusal(
            f"{header} is missing or not in the form of docs/WEBHOOKS.md; the tool sends it once it has the secret."
        )
    # As bytes, because compare_digest takes no text beyond ASCII and a header can hold any.
    matches = [
        hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
        for one in offered
        for other in expected
    ]
    if not any(matches):
        raise Refusal(f"{header} fits no secret that is known here; compare the secret in the tool with {setting}.")


def digest(body: bytes) -> str:
    """A key for a body without an id: the SHA-256 of its JSON without regard to white space and order of names."""
    try:
        content = json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        content = body
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
