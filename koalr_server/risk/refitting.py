"""A model fitted to a project's own outcomes, starting from one that exists (pure)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from koalr_server.risk.fitting import Fit, averaged_fit, ridge_logistic
from koalr_server.risk.model import Columns, FloatArray, RiskModel

SIZE = "la"
# Projects drift: an outcome from half the history ago tells half as much.
HALF_LIFE_RATIO = 0.5
ALMOST_FREE = 1e-6


def refitted(
    prior: RiskModel, columns: Columns, outcomes: FloatArray, *, name: str, training: Mapping[str, Any]
) -> RiskModel:
    """The prior adapted to a project's changes, its weights and bends drawn towards what came of them.

    The more changes, the further. Features new to the prior (`RiskModel.extended`) start from weight 0.

    Args:
        columns: by feature, shape (n,), in the order of time.
        outcomes: shape (n,), 0 or 1.
        training: what to say about the changes; `rows` and `converged` are added.

    Raises:
        ValueError: all outcomes are alike.
    """
    adapted = prior.adapted_to(columns)
    distances = adapted.standardised(columns)
    design = np.column_stack([distances, np.maximum(distances, 0)])
    start = np.array([term.weight for term in adapted.terms] + [term.bend for term in adapted.terms])
    fit = averaged_fit(design, outcomes, prior=start, row_weights=recency(len(outcomes)))
    told = {**training, "rows": len(outcomes), "converged": fit.converged}
    return replace(_with(adapted, fit), name=name, training=told, evaluation={}).mapped_to(columns)


def size_alone(model: RiskModel, columns: Columns, outcomes: FloatArray) -> RiskModel:
    """The model reduced to lines added, the yardstick of the field: where a fit without a prior of its own starts."""
    straight = tuple(replace(term, weight=0.0, bend=0.0) for term in model.terms)
    adapted = replace(model, terms=straight).adapted_to(columns)
    place = [term.feature for term in adapted.terms].index(SIZE)
    distances = adapted.standardised(columns)[:, [place]]
    fit = ridge_logistic(distances, outcomes, strength=ALMOST_FREE, row_weights=recency(len(outcomes)))
    terms = list(adapted.terms)
    terms[place] = replace(terms[place], weight=float(fit.weights[0]))
    return replace(adapted, intercept=fit.intercept, terms=tuple(terms)).mapped_to(columns)


def recency(rows: int) -> FloatArray:
    """Weights of rows in the order of time: 1 for the last, half of it HALF_LIFE_RATIO of the rows before."""
    return np.asarray(0.5 ** (np.arange(rows)[::-1] / (HALF_LIFE_RATIO * rows)))


def _with(model: RiskModel, fit: Fit) -> RiskModel:
    weights, bends = np.split(fit.weights, 2)
    terms = tuple(
        replace(term, weight=float(weight), bend=float(bend))
        for term, weight, bend in zip(model.terms, weights, bends, strict=True)
    )
    return replace(model, intercept=fit.intercept, terms=terms)
