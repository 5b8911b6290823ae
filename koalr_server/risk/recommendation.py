"""One plain sentence about a pull request's risk (pure)."""

from collections.abc import Sequence

from koalr_server.risk.contributions import Contribution
from koalr_server.risk.floors import Floor
from koalr_server.risk.signals import SIGNALS

ADVICE = {
    "critical": "Review very carefully and consider splitting or delaying it",
    "high": "Review carefully",
    "medium": "Review as usual",
    "low": "A short review will do",
}
MOST_REASONS = 3
MANY_UNKNOWN = 10
NO_SCORE = (
    "No score — neither the lines nor the files of this pull request are known; ingest its repository, or import it with "
    "additions, deletions and changedFiles."
)


def recommendation(tier: str | None, floors: Sequence[Floor], leading: Sequence[Contribution], unknown: int) -> str:
    """What to do by the tier, and why: the floors that hold, then what raises the risk most, or what lowers a low one.

    Args:
        leading: the largest contributions, largest first.
        unknown: signals without a value. Many make a low score worth less, and it says so.
    """
    if tier is None:
        return NO_SCORE
    calm = tier in ("low", "medium") and not floors
    raising = [one.phrase for one in leading if one.log_odds > 0]
    lowering = [one.phrase for one in leading if one.log_odds < 0]
    reasons = [floor.words for floor in floors]
    if raising and not (tier == "low" and lowering):
        reasons.append(f"the risk is higher with {_listed(raising[:MOST_REASONS])}")
    elif calm and lowering:
        reasons.append(f"the risk is lower with {_listed(lowering[:MOST_REASONS])}")
    if not reasons:
        reasons.append("nothing known about it stands out")
    doubt = (
        f"; {unknown} of its {len(SIGNALS)} signals are unknown" if tier == "low" and unknown >= MANY_UNKNOWN else ""
    )
    return f"{ADVICE[tier]} — {_listed(reasons)}{doubt}."


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
