"""What risk models are worth on a project's history: fitted on the past, judged on what came after (pure)."""

from dataclasses import asdict
from typing import Any

import numpy as np

from koalr_server.metrics.rounding import rounded
from koalr_server.risk.changes import LabelledChanges
from koalr_server.risk.evaluation import GROUPS, Difference, auc, auc_difference, decile_rho, reliability
from koalr_server.risk.model import FloatArray, RiskModel
from koalr_server.risk.refitting import SIZE, refitted, size_alone

LEAST_ROWS = 100
NOT_CALIBRATED = (
    "The shipped model's probabilities start from the share of bugs in its training sets, not in this file: "
    "its ranks may hold here, its probabilities are not calibrated."
)


def compare(changes: LabelledChanges, shipped: RiskModel) -> dict[str, Any]:
    """Models of the first 70 % of the changes, judged on the last 30 %.

    `shipped` is adapted to the first 70 % without their outcomes; `fitted` starts from lines added and knows them alone;
    `refitted` starts from the shipped model, as the server does. `linesAdded` ranks by that number and nothing else.

    Raises:
        ValueError: fewer than LEAST_ROWS changes, or a part in which all outcomes are alike.
    """
    train, test = changes.split()
    _check(changes, train, test)
    adapted = shipped.adapted_to(train.columns)
    models = {
        "shipped": adapted,
        "fitted": _refitted(size_alone(shipped, train.columns, train.outcomes), train),
        "refitted": _refitted(adapted, train),
    }
    size = test.columns[SIZE]
    scores = {name: model.probabilities(test.columns) for name, model in models.items()}
    ranked = {**scores, "linesAdded": size}
    return {
        "rows": len(changes),
        "trainRows": len(train),
        "testRows": len(test),
        "bugShare": {
            name: rounded(part.outcomes.mean()) for name, part in (("all", changes), ("train", train), ("test", test))
        },
        "auc": {name: rounded(auc(each, test.outcomes)) for name, each in ranked.items()},
        "aucAboveLinesAdded": {name: _gain(auc_difference(each, size, test.outcomes)) for name, each in scores.items()},
        "decileRho": {name: rounded(decile_rho(each, test.outcomes)) for name, each in ranked.items()},
        "reliability": {name: _table(each, test.outcomes) for name, each in scores.items()},
        "shippedModel": {
            "name": shipped.name,
            "trainedOn": shipped.training.get("on"),
            **_overlap(changes, test, shipped),
        },
        "notes": [NOT_CALIBRATED, *_repetition(changes.repeated())],
    }


def _refitted(prior: RiskModel, train: LabelledChanges) -> RiskModel:
    return refitted(prior, train.columns, train.outcomes, name="refitted", training={})


def _gain(difference: Difference) -> dict[str, Any]:
    verdict = "gains" if difference.low > 0 else "loses" if difference.high < 0 else "no certain difference"
    return {**{name: rounded(value) for name, value in asdict(difference).items()}, "verdict": verdict}


def _table(probabilities: FloatArray, outcomes: FloatArray) -> list[dict[str, Any]]:
    rows = (asdict(row) for row in reliability(probabilities, outcomes))
    return [{name: value if name == "count" else rounded(value) for name, value in row.items()} for row in rows]


def _overlap(changes: LabelledChanges, test: LabelledChanges, shipped: RiskModel) -> dict[str, Any]:
    """Which training sets of the shipped model the file holds changes of, and what that means for its figures."""
    if not changes.shas:
        return {
            "knows": None,
            "note": "The file names no commits (column _id or sha): it may have been trained on them.",
        }
    sets = [each for each in shipped.training.get("sets", []) if changes.shares_any(each["sketch"])]
    names = [each["name"] for each in sets]
    if not names:
        return {"knows": [], "note": "None of the commits sampled from its training sets is in this file."}
    if any(test.shares_any(each["sketch"]) for each in sets):
        seen = "and on some of the last 30 % here: this is no test of it"
    else:
        seen = "none of those sampled is in the last 30 % here, but the project is not new to it"
    return {
        "knows": names,
        "note": f"It was trained on changes of {' and '.join(names)}, {seen}; the same holds for refitted.",
    }


def _repetition(count: int) -> list[str]:
    rows = "1 row repeats" if count == 1 else f"{count:,} rows repeat"
    return [f"{rows} another row; what stands in both parts is no test."] if count else []


def _check(changes: LabelledChanges, *parts: LabelledChanges) -> None:
    if len(changes) < LEAST_ROWS:
        raise ValueError(f"there are {len(changes)} rows; at least {LEAST_ROWS} are needed")
    for name, part in zip(("first 70 %", "last 30 %"), parts, strict=True):
        if len(np.unique(part.outcomes)) < 2:
            raise ValueError(f"in the {name} every bug is {part.outcomes[0]:.0f}; both 0 and 1 are needed")
    assert min(len(part) for part in parts) >= GROUPS
