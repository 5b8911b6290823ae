"""API keys: what they look like, and the only form in which one is stored (pure)."""

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime

PREFIX = "klr_live_"
ALPHABET = string.ascii_letters + string.digits
RANDOM_CHARACTERS = 40
DEFAULT_REQUESTS_PER_MINUTE = 60
SCOPES = ("read", "write")
PATTERN = re.compile(r"klr_live_[0-9A-Za-z]{32,128}")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What a request may do: scopes, the teams it is limited to (None: all), and its requests per minute."""

    key_id: str
    scopes: frozenset[str]
    team_ids: frozenset[str] | None
    requests_per_minute: int
    expires_at: datetime | None = None
    """Naive UTC; set once a key has been rotated."""


def new_key() -> str:
    """A fresh random key; 40 base-62 characters carry 238 bits."""
    return PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))


def key_hash(key: str) -> str:
    """SHA-256 in hex. A random key has too many bits to guess, so a slow hash would only slow down requests."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def hint(key: str) -> str:
    """The last four characters, enough to tell keys apart in a list."""
    return key[-4:]


def same_hash(left: str, right: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(left, right)
