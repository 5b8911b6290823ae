"""Whether the cases behind a change can carry a judgement (pure)."""

import math
from collections.abc import Mapping

from components.judgement import few
from koalr_api import Dora, Incident, KoalrError, Page

CONFIDENCE_Z = 1.96
WITHIN_NOISE = "within noise"


def dora_doubts(dora: Dora, days: int, incidents: Page[Incident] | KoalrError | None = None) -> Mapping[str, str]:
    """By DORA metric, why its change cannot be judged; empty words where it can or the cases are not known.

    Args:
        days: length of the window.
        incidents: those that began in it. Their list is the only count of what the time to restore is a mean of.
    """
    changes = dora.lead_time_distribution.changes if dora.lead_time_distribution else None
    return {
        "deploy_frequency": few(_most_deployments(dora, days), "deploys"),
        "lead_time": few(changes, "changes"),
        "change_failure_rate": WITHIN_NOISE if rate_change_is_noise(dora, days) else "",
        "mttr": few(_restored(incidents), "incidents"),
    }


def _most_deployments(dora: Dora, days: int) -> float | None:
    """In the busier of the two windows: a fall to nothing from many is sound."""
    rates = [figures.deploy_frequency for figures in (dora, dora.previous) if figures is not None]
    return max((rate * days for rate in rates if rate is not None), default=None)


def _restored(incidents: Page[Incident] | KoalrError | None) -> int | None:
    """How many were resolved, as many as can be: those that are not in the list count."""
    if incidents is None or isinstance(incidents, KoalrError):
        return None
    resolved = sum(incident.resolved_at is not None for incident in incidents.data)
    return resolved + max(0, incidents.total - len(incidents.data))


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
