"""Rate limits by caller: a bounded number of them, those longest unheard of forgotten first."""

import threading
from ipaddress import IPv6Address, ip_address

from cachetools import LRUCache
from starlette.types import Scope

from koalr_server.limiter import SlidingLimit, Verdict

MOST_CALLERS = 10_000
# Whoever has one IPv6 address has all of its /64.
HOST_BITS = 64


class Limits:
    """The budgets of up to 10,000 callers. Callers of another kind have limits of their own: one kind must not crowd out another."""

    def __init__(self) -> None:
        self._budgets: LRUCache[str, SlidingLimit] = LRUCache(maxsize=MOST_CALLERS)
        self._lock = threading.Lock()

    def admit(self, caller: str, limit: int, now: float) -> Verdict:
        """Count one request of a caller.

        Args:
            limit: requests a minute.
            now: epoch seconds.
        """
        with self._lock:
            budget = self._budgets.get(caller)
            if budget is None or budget.limit != limit:
                budget = self._budgets[caller] = SlidingLimit(limit)
            return budget.admit(now)


def address(scope: Scope) -> str:
    """Where a request comes from, as far as it says who it is: an IPv4 address, or an IPv6 network."""
    client = scope.get("client")
    try:
        found = ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> HOST_BITS << HOST_BITS))
    return str(found)
