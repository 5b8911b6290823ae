"""The risk score of one pull request with its signals (docs/RISK.md)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from koalr_server.clock import NO_SHIFT
from koalr_server.metrics.rounding import rounded
from koalr_server.metrics.scope import BY_AUTHOR, Query, Scope
from koalr_server.risk.code_ownership import compliances
from koalr_server.risk.contributions import Contribution, contributions
from koalr_server.risk.floors import Floors, floored
from koalr_server.risk.model_in_force import ModelInForce, read_model_in_force, shipped_model
from koalr_server.risk.moment_signals import JUDGED_COLUMNS, moment_signals
from koalr_server.risk.recommendation import recommendation
from koalr_server.risk.signals import features, measured

TIER_STARTS = ((90, "critical"), (70, "high"), (40, "medium"), (0, "low"))
MOST_NAMED = 5

# A store read from a clone may know a repository by its bare name; that is taken if it knows none by the full one.
FULLY_NAMED = """
SELECT repo FROM (SELECT repo FROM pull_request_facts UNION ALL SELECT repo FROM commits UNION ALL SELECT repo FROM repos)
WHERE lower(repo) = lower($owner || '/' || $name)
"""
FIND = f"""
SELECT repo FROM pull_request_facts
WHERE number = $number AND coalesce(created_at, first_commit_at, $now) <= $now
  AND (lower(repo) = lower($owner || '/' || $name) OR lower(repo) = lower($name) AND NOT EXISTS ({FULLY_NAMED}))
ORDER BY repo = $owner || '/' || $name DESC, repo
"""  # noqa: S608 - composed of this package's own constants
ALLOWED = f"SELECT {BY_AUTHOR} AS allowed FROM pull_request_facts WHERE repo = $repo AND number = $number"  # noqa: S608
# Its merge or closing, or now while neither has come.
JUDGED_AT = "least($now::TIMESTAMP, coalesce(merged_at, closed_at)) AS judged_at"
ROW = f"""
SELECT s.*, p.judged_at FROM pull_request_signals s
JOIN (SELECT repo, number, {JUDGED_AT} FROM pull_request_facts) p ON p.repo = s.repo AND p.number = s.number
WHERE s.repo = $repo AND s.number = $number
"""  # noqa: S608 - composed of this package's own constants
JUDGED_NOW = f"""
SELECT {JUDGED_COLUMNS}, {JUDGED_AT} FROM pull_request_facts WHERE repo = $repo AND number = $number
"""  # noqa: S608 - composed of this package's own constants
MODEL = "SELECT document FROM risk_models WHERE quarter <= $moment ORDER BY quarter DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Question:
    """Which pull request: its number, and its repository as owner and bare name, in any case."""

    number: int
    name: str
    owner: str


class NotAllowedError(Exception):
    """The pull request belongs to none of the teams in scope."""


def risk(
    query: Query, question: Question, now: datetime, scope: Scope, floors: Floors, shift: timedelta = NO_SHIFT
) -> dict[str, Any] | None:
    """The documented fields, and what the score rests on (docs/API.md); None if there is no such pull request.

    A pull request is judged at its merge or closing, one still open at `now` (naive UTC).

    Args:
        shift: how far the dates in the answer are moved from those in the store.

    Raises:
        NotAllowedError: it exists outside the scope.
    """
    named = {"number": question.number, "name": question.name, "owner": question.owner, "now": now}
    repo = _repo(question, [row["repo"] for row in query(FIND, named)])
    if repo is None:
        return None
    which = {"repo": repo, "number": question.number, "now": now}
    if not all(row["allowed"] for row in query(ALLOWED, {**which, **scope.parameters()})):
        raise NotAllowedError
    row = next(iter(query(ROW, which)), None)
    if row is None:  # a load took it away since it was found
        return None
    merged_at = row["merged_at"]
    if merged_at is None or merged_at > now:
        row |= _as_of_now(query, which)
    return _answer(row, _model(query, row["judged_at"]).moved(shift), floors)


def tier(score: int | None) -> str | None:
    """low, medium, high or critical, read off the score as it is shown."""
    return None if score is None else next(name for start, name in TIER_STARTS if score >= start)


def _repo(question: Question, candidates: list[str]) -> str | None:
    full = [repo for repo in candidates if repo.lower() == f"{question.owner}/{question.name}".lower()]
    bare = [repo for repo in candidates if "/" not in repo]
    if full:
        return full[0]
    return bare[0] if len(bare) == 1 else None


def _as_of_now(query: Query, which: Mapping[str, Any]) -> dict[str, Any]:
    """The signals that depend on the moment, for a pull request that is not merged yet."""
    found = next(iter(query(moment_signals(JUDGED_NOW), which)), {})
    approved = compliances(query, JUDGED_NOW, which).get((which["repo"], which["number"]))
    return {**found, "codeowners_compliance": approved}


def _model(query: Query, moment: datetime) -> ModelInForce:
    """The one of the moment's quarter; the last one before, if that has none yet."""
    found = query(MODEL, {"moment": moment})
    return read_model_in_force(found[0]["document"]) if found else shipped_model(moment)


def _answer(row: Mapping[str, Any], used: ModelInForce, floors: Floors) -> dict[str, Any]:
    values = features(row)
    probability, score = _scored(used, values)
    held = floors.acting(row)
    shown = floored(score, held)
    added = contributions(row, used.model)
    leading = sorted((one for one in added if one.told), key=lambda one: -abs(one.log_odds))[:MOST_NAMED]
    return {
        "prNumber": row["number"],
        "repo": row["repo"],
        "riskScore": shown,
        "tier": tier(shown),
        "signals": {one.signal.name: _shown(one.value) for one in added},
        "recommendation": recommendation(tier(shown), held, leading, sum(one.value is None for one in added)),
        "probability": rounded(probability),
        "baseLogOdds": rounded(used.model.intercept),
        "calibrated": used.calibrated,
        "label": used.label,
        "calibrationReason": used.reason,
        "model": {
            "name": used.model.name,
            "quarter": _quarter(used.quarter),
            "since": used.quarter.date().isoformat(),
        },
        "reliability": None if used.reliability is None else [_rounded(asdict(line)) for line in used.reliability],
        "floors": [
            {"name": floor.name, "score": floor.score, "raised": score is None or floor.score > score} for floor in held
        ],
        "topContributions": [
            {"name": one.signal.name, "contribution": rounded(one.log_odds), "words": one.words} for one in leading
        ],
        "signalDetails": [_detail(one) for one in added],
    }


def _scored(used: ModelInForce, values: Mapping[str, float | None]) -> tuple[float | None, int | None]:
    """Probability and score before floors; nothing if too little is known, for a score of an average change would be made up."""
    if not measured(values):
        return None, None
    columns = {name: np.array([np.nan if value is None else value]) for name, value in values.items()}
    probabilities = used.model.probabilities(columns)
    return float(probabilities[0]), int(used.model.scores(probabilities)[0])


def _detail(one: Contribution) -> dict[str, Any]:
    signal = one.signal
    return {
        "name": signal.name,
        "category": signal.category,
        "value": _shown(one.value),
        "unit": signal.unit,
        "contribution": rounded(one.log_odds),
        "words": signal.said(one.value),
        "missing": f"Unknown; it needs {signal.needs}." if one.value is None else None,
    }


def _shown(value: Any) -> Any:  # noqa: ANN401 - a JSON scalar
    return rounded(value) if isinstance(value, float) else value


def _rounded(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _shown(value) for name, value in line.items()}


def _quarter(start: datetime) -> str:
    return f"{start.year}-Q{(start.month + 2) // 3}"
