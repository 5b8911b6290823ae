"""One plain sentence about a pull request's risk (pure)."""

from collections.abc import Sequence

from koalr_server.risk.contributions import Contribution
from koalr_server.risk.floors import Floor

ADVICE = {
    "critical": "Review very carefully and consider splitting or delaying it",
    "high": "Review carefully",
    "medium": "Review as usual",
    "low": "A short review will do",
}
MOST_REASONS = 3
NO_SCORE = (
    "No score — neither lines, files nor commits of this pull request are known; ingest its repository, or import it with "
    "additions, deletions and changedFiles."
)


def recommendation(tier: str | None, floors: Sequence[Floor], leading: Sequence[Contribution]) -> str:
    """What to do by the tier, and why: the floors that hold, then what raises the risk most, or what lowers a low one.

    Args:
        leading: the largest contributions, largest first.
    """
    if tier is None:
        return NO_SCORE
    calm = tier in ("low", "medium") and not floors
    raising = [one.phrase for one in leading if one.log_odds > 0]
    lowering = [one.phrase for one in leading if one.log_odds < 0]
    reasons = [floor.words for floor in floors]
    if raising and not (tier == "low" and lowering):
        reasons.append(f"the risk is raised by {_listed(raising[:MOST_REASONS])}")
    elif calm and lowering:
        reasons.append(f"the risk is lowered by {_listed(lowering[:MOST_REASONS])}")
    if not reasons:
        reasons.append("nothing known about it stands out")
    return f"{ADVICE[tier]} — {_listed(reasons)}."


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
