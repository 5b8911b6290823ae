"""The settings of a client's memory."""

from typing import NamedTuple


class Rules(NamedTuple):
    """How long values serve and how failures are retried.

    Attributes:
        ttl_secs: a value is fresh for this, give or take a tenth by chance so that values do not expire together.
        stale_secs: a value older than this is never shown.
        max_retries: tries after the first while someone waits.
        retry_budget_secs: the last of them begins within so long of the first.
        most_entries, most_bytes: bounds of the memory.
    """

    ttl_secs: float = 60.0
    stale_secs: float = 86_400.0
    max_retries: int = 2
    retry_budget_secs: float = 2.0
    most_entries: int = 1024
    most_bytes: int = 64 * 1024 * 1024
