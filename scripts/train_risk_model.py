"""Makes the shipped risk model from public change metrics: python -m scripts.train_risk_model DIR --on DATE.

DIR holds files NAME_k_feature.csv or .csv.gz with the columns that `risk evaluate` takes (docs/risk-evaluation.md says where
they come from). Only the first 70 % of each, in the order of time, are learnt from. The same files give the same model.
"""

import argparse
import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from koalr_server.ingest.labelled_changes import read_labelled_changes
from koalr_server.risk.changes import LabelledChanges
from koalr_server.risk.comparison import compare
from koalr_server.risk.documents import SHIPPED, model_text
from koalr_server.risk.evaluation import auc, decile_rho
from koalr_server.risk.fitting import STRENGTHS, ridge_logistic
from koalr_server.risk.model import FEATURES, FloatArray, RiskModel, Term
from koalr_server.risk.refitting import ALMOST_FREE, SIZE

NAME = "change-metrics-2"
SUFFIX = "_k_feature.csv"
# How strongly a set's own weights are penalised before their signs are compared: enough to still noise, no more.
SIGN_STRENGTH = 0.01
DECIMALS = 4
BLANK = RiskModel(
    name=NAME,
    intercept=0.0,
    terms=tuple(Term(feature, "none" if feature == "fix" else "log1p", 0.0, 1.0) for feature in FEATURES),
    score_points=(0.0, 1.0),
)
SIZE_PLACE = FEATURES.index(SIZE)
# What stands in these columns of the public sets is not what the server measures under the name (docs/CHANGE_METRICS.md): a
# weight learnt from the one would be put on the other.
OTHERWISE_DEFINED = ("rexp",)

Sets = dict[str, LabelledChanges]


def read_sets(folder: Path) -> Sets:
    """Every file of the folder by the name before its suffix, in alphabetical order."""
    found = {}
    for path in sorted(folder.iterdir()):
        name, suffix, _ = path.name.partition(SUFFIX)
        if suffix:
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", newline="") as stream:
                found[name] = read_labelled_changes(stream, path.name)
    return found


def learn(parts: list[LabelledChanges], strength: float) -> RiskModel:
    """One model of several projects, each as important as the others and measured by its own centre and scale.

    Weights start from lines added alone. A feature to which projects give opposite signs keeps weight 0: there is
    nothing about it that a new project could be told.
    """
    adapted = [BLANK.adapted_to(part.columns) for part in parts]
    distances = [model.standardised(part.columns) for model, part in zip(adapted, parts, strict=True)]
    kept = agreeing(distances, parts)
    columns, outcomes = np.concatenate(distances)[:, kept], np.concatenate([part.outcomes for part in parts])
    alike = np.concatenate([np.full(len(part), 1 / len(part)) for part in parts])
    start = np.zeros(len(kept))
    place = kept.index(SIZE_PLACE)
    start[place] = ridge_logistic(columns[:, [place]], outcomes, strength=ALMOST_FREE, row_weights=alike).weights[0]
    fit = ridge_logistic(columns, outcomes, strength=strength, prior=start, row_weights=alike)
    weights = np.zeros(len(FEATURES))
    weights[kept] = fit.weights
    return mapped(averaged(adapted, weights, fit.intercept), parts)


def agreeing(distances: list[FloatArray], parts: list[LabelledChanges]) -> list[int]:
    """The places of features that every project, fitted alone, gives the same sign, if ours are the same; lines added always."""
    fits = [
        ridge_logistic(columns, part.outcomes, strength=SIGN_STRENGTH)
        for columns, part in zip(distances, parts, strict=True)
    ]
    signs = np.sign([fit.weights for fit in fits])
    same = np.abs(signs.sum(axis=0)) == len(parts)
    return [
        place
        for place, feature in enumerate(FEATURES)
        if feature == SIZE or (same[place] and feature not in OTHERWISE_DEFINED)
    ]


def averaged(adapted: list[RiskModel], weights: FloatArray, intercept: float) -> RiskModel:
    """The weights with the mean centre and scale of the projects, in as many decimals as a person reads."""
    terms = tuple(
        replace(
            BLANK.terms[place],
            centre=round(float(np.mean([model.terms[place].centre for model in adapted])), DECIMALS),
            scale=round(float(np.mean([model.terms[place].scale for model in adapted])), DECIMALS),
            weight=round(float(weights[place]), DECIMALS),
        )
        for place in range(len(FEATURES))
    )
    return replace(BLANK, intercept=round(intercept, DECIMALS), terms=terms)


def mapped(model: RiskModel, parts: list[LabelledChanges]) -> RiskModel:
    """With the score map that is the mean of the projects' own."""
    maps = [model.adapted_to(part.columns).score_points for part in parts]
    return replace(model, score_points=tuple(np.mean(maps, axis=0).round(DECIMALS).tolist()))


def ranking(model: RiskModel, known: LabelledChanges, judged: LabelledChanges) -> dict[str, float]:
    """How the model, adapted to known changes without outcomes, ranks the judged ones."""
    scores = model.adapted_to(known.columns).probabilities(judged.columns)
    ours, size = auc(scores, judged.outcomes), auc(judged.columns[SIZE], judged.outcomes)
    return {"auc": ours, "linesAdded": size, "gain": ours - size, "decileRho": decile_rho(scores, judged.outcomes)}


def chosen_strength(parts: list[LabelledChanges]) -> float:
    """The weakest penalty with which no project, left out of the fit, ranks worse than by lines added; else the strongest."""
    for strength in reversed(STRENGTHS):
        if all(
            ranking(learn(without(parts, place), strength), part, part)["gain"] >= 0 for place, part in enumerate(parts)
        ):
            return strength
    return STRENGTHS[0]


def without(parts: list[LabelledChanges], place: int) -> list[LabelledChanges]:
    return parts[:place] + parts[place + 1 :]


def left_out(sets: Sets, name: str) -> dict[str, Any]:
    """Learnt from the other projects, strength included, and judged on this one."""
    others = [changes for other, changes in sets.items() if other != name]
    strength = chosen_strength(others)
    model, whole = learn(others, strength), sets[name]
    return {
        "strength": strength,
        "terms": [term.feature for term in model.terms if term.weight],
        "whole": ranking(model, whole, whole),
        "last30Percent": ranking(model, *whole.split()),
    }


def train(sets: Sets, on: str) -> RiskModel:
    """The model to ship, with what it learnt from and how well it did."""
    parts = {name: changes.split()[0] for name, changes in sets.items()}
    strength = chosen_strength(list(parts.values()))
    model = learn(list(parts.values()), strength)
    told = [
        {
            "name": name,
            "rows": len(part),
            "bugShare": round(float(part.outcomes.mean()), DECIMALS),
            "sketch": part.sketch(),
        }
        for name, part in parts.items()
    ]
    model = replace(model, training={"on": on, "part": "first 70 % by date", "strength": strength, "sets": told})
    later = {name: compare(changes, model) for name, changes in sets.items()}
    evaluation = {
        "leftOut": {name: left_out(sets, name) for name in sets},
        "last30Percent": {
            name: {figure: figures[figure] for figure in ("auc", "aucAboveLinesAdded", "decileRho")}
            for name, figures in later.items()
        },
    }
    return replace(model, evaluation=brief(evaluation))


def brief(figures: dict[str, Any]) -> dict[str, Any]:
    """The same in as many decimals as a person reads."""
    return {
        name: brief(value) if isinstance(value, dict) else round(value, DECIMALS) if isinstance(value, float) else value
        for name, value in figures.items()
    }


def main() -> None:
    """Train, write the document, print it."""
    parser = argparse.ArgumentParser(description="Make the shipped risk model.")
    parser.add_argument("folder", type=Path, metavar="DIR", help=f"holds NAME{SUFFIX}[.gz], two or more")
    parser.add_argument("--on", required=True, metavar="DATE", help="the date the model will say it was made on")
    parser.add_argument("--out", type=Path, default=SHIPPED, metavar="FILE", help="default: the shipped file")
    options = parser.parse_args()
    text = model_text(train(read_sets(options.folder), options.on))
    options.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
