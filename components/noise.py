"""Whether a change of a rate is more than chance (pure)."""

import math

from koalr_api import Dora

CONFIDENCE_Z = 1.96


def rate_change_is_noise(dora: Dora, days: int) -> bool:
    """True if the counts behind a change of the failure rate cannot carry it (two-proportion test at 95 %)."""
    before = dora.previous
    if before is None or dora.change_failure_rate is None or before.change_failure_rate is None:
        return False
    now_count = (dora.deploy_frequency or 0) * days
    before_count = (before.deploy_frequency or 0) * days
    if not now_count or not before_count:
        return True
    return share_change_is_noise(dora.change_failure_rate, now_count, before.change_failure_rate, before_count)


def share_change_is_noise(now: float, now_count: float, before: float, before_count: float) -> bool:
    """True if two shares (0 to 1) of so many cases differ no more than chance would have it."""
    pooled = (now * now_count + before * before_count) / (now_count + before_count)
    spread = math.sqrt(max(0.0, pooled * (1 - pooled)) * (1 / now_count + 1 / before_count))
    return spread == 0 or abs(now - before) / spread < CONFIDENCE_Z
