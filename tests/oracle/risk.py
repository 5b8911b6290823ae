"""The score of a pull request, read slowly: the shipped document term by term, then the floors."""

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.oracle.risk_signals import Signals, signals
from tests.oracle.rows import Organisation, Row, required_instant

SHIPPED = Path(__file__).parents[2] / "koalr_server" / "risk" / "default_model.json"
READ_BY_MODEL = {
    "ns": "subsystemsChanged",
    "nd": "directoriesChanged",
    "nf": "filesChanged",
    "entropy": "entropyBits",
    "la": "linesAdded",
    "ld": "linesDeleted",
    "lt": "linesInFiles",
    "fix": "isFix",
    "ndev": "priorAuthors",
    "age": "daysSinceChange",
    "nuc": "priorChanges",
    "exp": "authorExperience",
    "rexp": "authorRecentExperience",
    "sexp": "authorSubsystemExperience",
}


def pr_risk(org: Organisation, now: datetime | str, repo: str, number: int) -> Row:
    """The documented fields but the recommendation, by the shipped model; it is in force while little was merged before."""
    moment = required_instant(now)
    (row,) = [one for one in org["pull_requests"] if (one["repo"], int(one["number"])) == (repo, number)]
    found = signals(org, moment, row)
    probability = shipped_probability(found)
    score = max([*floors(found), *([] if probability is None else [points_below(probability)])], default=None)
    return {
        "prNumber": number,
        "repo": repo,
        "riskScore": score,
        "tier": tier(score),
        "signals": {name: value for name, value in found.items() if name != "entropyBits"},
        "probability": None if probability is None else round(probability, 6),
    }


def tier(score: int | None) -> str | None:
    if score is None:
        return None
    return "low" if score < 40 else "medium" if score < 70 else "high" if score < 90 else "critical"


def floors(found: Signals) -> list[int]:
    held = [(found["schemaMigration"], 70), (found["openIncidents"], 70), (found["failedChecks"], 80)]
    return [least for applies, least in held if applies]


def shipped_probability(found: Signals) -> float | None:
    """By the document; unknown values add nothing, and of a change of unknown size there is nothing to say."""
    document: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))
    values = {feature: found[name] for feature, name in READ_BY_MODEL.items()}
    if values["la"] is None and values["nf"] is None:
        return None
    log_odds = document["intercept"]
    for term in document["terms"]:
        value = values[term["feature"]]
        if value is not None:
            read = math.log1p(value) if term["transform"] == "log1p" else float(value)
            distance = (read - term["centre"]) / term["scale"]
            log_odds += term["weight"] * distance + term["bend"] * max(0.0, distance)
    return 1 / (1 + math.exp(-log_odds))


def points_below(probability: float) -> int:
    """The percentage of points below, straight lines between them; equal points count as the first of them."""
    points = json.loads(SHIPPED.read_text(encoding="utf-8"))["scorePoints"]
    last = len(points) - 1
    if probability < points[0]:
        return 0
    if probability > points[-1]:
        return 100
    above = next(place for place, point in enumerate(points) if point >= probability)
    if points[above] == probability:
        return round(100 * points.index(probability) / last)
    below = points.index(points[above - 1])
    share = (probability - points[below]) / (points[above] - points[below])
    return round(100 * (below + share * (above - below)) / last)
