"""A risk model: the log-odds that a change brings a failure, as a sum of readable terms (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from koalr_server.risk.change_metrics import METRICS
from koalr_server.risk.score_map import score_points, scores_of

FEATURES = METRICS
"""What the shipped model may weigh: the 14 change metrics of docs/CHANGE_METRICS.md."""

TRANSFORMS = {"log1p": np.log1p, "none": np.positive}
LEAST_ADAPTED = 100
# A flag that is nearly never set must not become the loudest term just because its own spread is nearly 0.
LEAST_SCALE_RATIO = 0.25

FloatArray = npt.NDArray[np.float64]
Columns = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True)
class Term:
    """What one feature adds.

    Attributes:
        feature: its name.
        transform: a name of TRANSFORMS, applied first.
        centre, scale: mean and standard deviation of the transformed values; the average change stands at 0.
        weight: log-odds per standard deviation.
        bend: what is added to the weight above the average.
    """

    feature: str
    transform: str
    centre: float
    scale: float
    weight: float = 0.0
    bend: float = 0.0

    def transformed(self, values: FloatArray) -> FloatArray:
        """The values before centring; what the transform does not take, such as log1p of −2, becomes NaN or infinite."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(TRANSFORMS[self.transform](np.asarray(values, np.float64)))

    def standardised(self, values: FloatArray) -> FloatArray:
        """Standard deviations from the average change; 0 where unknown."""
        distances = (self.transformed(values) - self.centre) / self.scale
        return np.where(np.isfinite(distances), distances, 0.0)


@dataclass(frozen=True, slots=True)
class RiskModel:
    """A logistic model with the map from its probabilities to scores.

    Attributes:
        name: names the model in answers.
        intercept: log-odds of the average change.
        terms: one per feature.
        score_points: see `score_map.score_points`.
        training, evaluation: what it was fitted on and when, and how well it did; JSON objects, told and never computed with.
    """

    name: str
    intercept: float
    terms: tuple[Term, ...]
    score_points: tuple[float, ...]
    training: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Mapping[str, Any] = field(default_factory=dict)

    def probabilities(self, columns: Columns) -> FloatArray:
        """The probability per change, 0 to 1.

        NaN or an absent column is unknown: its term adds nothing, so that it counts as average and never as safe.

        Shape: columns (n,) by feature, at least one; the answer is (n,). Columns of features without a term are ignored.

        Raises:
            ValueError: there is no column, or they differ in length.
        """
        return chances(self.intercept + self.added(columns).sum(axis=1))

    def contributions(self, values: Mapping[str, float | None]) -> dict[str, float]:
        """Log-odds that each feature adds to an average change; 0 for what is unknown (None, NaN or absent)."""
        columns = {term.feature: np.array([values.get(term.feature)], np.float64) for term in self.terms}
        return dict(zip(columns, self.added(columns)[0].tolist(), strict=True))

    def scores(self, probabilities: FloatArray) -> npt.NDArray[np.int64]:
        """Whole numbers 0 to 100: the share of the changes the map was made from that have a lower probability."""
        return scores_of(probabilities, self.score_points)

    def added(self, columns: Columns) -> FloatArray:
        """The same as `contributions` for many changes; shape (n, terms)."""
        distances = self.standardised(columns)
        weights = np.array([term.weight for term in self.terms])
        bends = np.array([term.bend for term in self.terms])
        return np.asarray(distances * weights + np.maximum(distances, 0) * bends)

    def standardised(self, columns: Columns) -> FloatArray:
        """Each term's distance from the average change in standard deviations, 0 where unknown; shape (n, terms)."""
        lengths = sorted({len(values) for values in columns.values()})
        if len(lengths) != 1:
            raise ValueError(f"columns must be at least one and equally long, got lengths {lengths}")
        unknown = np.zeros(lengths[0])
        return np.column_stack(
            [term.standardised(columns[term.feature]) if term.feature in columns else unknown for term in self.terms]
        )

    def adapted_to(self, columns: Columns) -> "RiskModel":
        """The same weights with centre, scale and score map of a project's own changes, which need no outcomes.

        What is big or old differs between projects, and between commits and whole pull requests. A column with fewer than
        LEAST_ADAPTED known values keeps what it has, and so does the map below as many changes.
        """
        terms = tuple(_adapted(term, columns[term.feature]) if term.feature in columns else term for term in self.terms)
        return replace(self, terms=terms).mapped_to(columns)

    def mapped_to(self, columns: Columns) -> "RiskModel":
        """The same model with the score map of these changes, if they are at least LEAST_ADAPTED."""
        probabilities = self.probabilities(columns)
        if len(probabilities) < LEAST_ADAPTED:
            return self
        return replace(self, score_points=score_points(probabilities))

    def extended(self, transforms: Mapping[str, str], columns: Columns) -> "RiskModel":
        """With further features at weight 0, for a refit to find theirs.

        Args:
            transforms: a name of TRANSFORMS by feature; features the model has are left as they are.
            columns: known values of each, which give its centre and scale.
        """
        present = {term.feature for term in self.terms}
        plain = [
            Term(feature, transform, 0.0, 1.0) for feature, transform in transforms.items() if feature not in present
        ]
        further = tuple(_measured(term, columns[term.feature], 0.0) for term in plain)
        return replace(self, terms=self.terms + further)


def chances(log_odds: FloatArray) -> FloatArray:
    """Probabilities of log-odds, without overflow."""
    return np.asarray((1 + np.tanh(log_odds / 2)) / 2, np.float64)


def _adapted(term: Term, values: FloatArray) -> Term:
    known = np.count_nonzero(np.isfinite(term.transformed(values)))
    return term if known < LEAST_ADAPTED else _measured(term, values, LEAST_SCALE_RATIO * term.scale)


def _measured(term: Term, values: FloatArray, least_scale: float) -> Term:
    """With the centre and scale of these values; values that are all alike keep the term's scale."""
    transformed = term.transformed(values)
    known = transformed[np.isfinite(transformed)]
    if not len(known):
        return term
    constant = known.min() == known.max()
    scale = term.scale if constant else max(float(known.std()), least_scale)
    return replace(term, centre=float(known.mean()), scale=scale)
