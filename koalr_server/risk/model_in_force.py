"""The model by which the pull requests of a quarter are scored, made from what was known when it began (pure)."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from koalr_server.risk.calibration import fault, ranks_worse
from koalr_server.risk.documents import default_model, model_text, read_model
from koalr_server.risk.evaluation import ReliabilityRow, auc, reliability
from koalr_server.risk.model import LEAST_ADAPTED, Columns, FloatArray, RiskModel
from koalr_server.risk.refitting import refitted
from koalr_server.risk.signals import SIGNALS

LEAST_FAILURES = 30
LEAST_SETTLED = 300
FITTED_PERCENT = 70
FITTED_NAME = "own-outcomes-1"
TRANSFORMS = {
    signal.feature: "none" if signal.unit in ("share", "signed share", "yes or no") else "log1p" for signal in SIGNALS
}
UNCALIBRATED = "not calibrated on your data"


@dataclass(frozen=True, slots=True)
class KnownChanges:
    """What was known of pull requests when a quarter began, in the order of their merges.

    Attributes:
        columns: by feature, shape (n,), NaN where unknown.
        outcomes: 0 to 1, the part each has in a failure; NaN where that was not settled yet. Shape (n,).
        merged_at: naive UTC, shape (n,).
    """

    columns: Columns
    outcomes: FloatArray
    merged_at: npt.NDArray[np.datetime64]

    def settled(self) -> "KnownChanges":
        """Those whose outcome was known."""
        return self.rows(np.flatnonzero(~np.isnan(self.outcomes)))

    def rows(self, places: npt.NDArray[np.intp]) -> "KnownChanges":
        """Some of them."""
        columns = {feature: values[places] for feature, values in self.columns.items()}
        return KnownChanges(columns, self.outcomes[places], self.merged_at[places])

    def __len__(self) -> int:
        return len(self.outcomes)


@dataclass(frozen=True, slots=True)
class ModelInForce:
    """A quarter's model with what it may claim.

    Attributes:
        quarter: its first day.
        calibrated: whether it was refitted on the organisation's own outcomes and held-out ones bear its probabilities out.
        settled: pull requests with a known outcome behind it.
        merged_by: the last of them, None unless refitted.
        reason: why it is not calibrated.
        reliability: predicted beside observed for pull requests the refit had not seen, None without one.
    """

    quarter: datetime
    model: RiskModel
    calibrated: bool = False
    settled: int = 0
    merged_by: datetime | None = None
    reason: str | None = None
    reliability: tuple[ReliabilityRow, ...] | None = None

    @property
    def label(self) -> str:
        """What may be said about its probabilities."""
        if not self.calibrated or self.merged_by is None:
            return UNCALIBRATED
        return f"calibrated on {self.settled:,} pull requests merged by {self.merged_by:%Y-%m-%d}"

    def moved(self, shift: timedelta) -> "ModelInForce":
        """The same with its dates moved, as the sample's are when they are shown."""
        merged_by = None if self.merged_by is None else self.merged_by + shift
        return replace(self, quarter=self.quarter + shift, merged_by=merged_by)

    def text(self) -> str:
        """As a JSON document; `read_model_in_force` of it is the same."""
        document = {
            "quarter": self.quarter.isoformat(),
            "calibrated": self.calibrated,
            "settled": self.settled,
            "mergedBy": None if self.merged_by is None else self.merged_by.isoformat(),
            "reason": self.reason,
            "reliability": None if self.reliability is None else [asdict(row) for row in self.reliability],
            "model": json.loads(model_text(self.model)),
        }
        return json.dumps(document)


def read_model_in_force(text: str) -> ModelInForce:
    """The model of a document."""
    document = json.loads(text)
    merged_by, rows = document["mergedBy"], document["reliability"]
    return ModelInForce(
        quarter=datetime.fromisoformat(document["quarter"]),
        model=read_model(json.dumps(document["model"])),
        calibrated=document["calibrated"],
        settled=document["settled"],
        merged_by=None if merged_by is None else datetime.fromisoformat(merged_by),
        reason=document["reason"],
        reliability=None if rows is None else tuple(ReliabilityRow(**row) for row in rows),
    )


def quarter_of(moment: datetime) -> datetime:
    """The first day of a moment's quarter."""
    return datetime(moment.year, moment.month - (moment.month - 1) % 3, 1)  # noqa: DTZ001 - the store keeps naive UTC


def shipped_model(moment: datetime) -> ModelInForce:
    """The model while nothing was merged yet."""
    nothing = {signal.feature: np.empty(0) for signal in SIGNALS}
    return model_in_force(quarter_of(moment), KnownChanges(nothing, np.empty(0), np.empty(0, "datetime64[s]")))


def model_in_force(quarter: datetime, known: KnownChanges) -> ModelInForce:
    """Refit the shipped model if enough outcomes are known and it helps, else adapt or just take it."""
    # What it was trained on stands in the shipped document; a copy per quarter need not repeat it.
    shipped = replace(default_model(), training={}, evaluation={})
    settled = known.settled()
    failures = float(settled.outcomes.sum())
    plain = ModelInForce(quarter, shipped.adapted_to(known.columns), settled=len(settled))
    if len(settled) < LEAST_SETTLED or failures < LEAST_FAILURES:
        return replace(
            plain,
            reason=f"{int(failures)} failures among {len(settled):,} pull requests are known; a refit takes "
            f"{LEAST_FAILURES} among {LEAST_SETTLED}.",
        )
    return _refitted(plain, shipped, settled)


def _refitted(plain: ModelInForce, shipped: RiskModel, settled: KnownChanges) -> ModelInForce:
    """Judged on the last part of the pull requests, made from all of them."""
    first, last = np.split(np.arange(len(settled)), [len(settled) * FITTED_PERCENT // 100])
    seen, unseen = settled.rows(first), settled.rows(last)
    if not seen.outcomes.any() or not unseen.outcomes.any():
        return replace(plain, reason="All known failures lie close together in time; a refit could not be checked.")
    if seen.outcomes.min() == 1 or unseen.outcomes.min() == 1:
        return replace(
            plain, reason="For a part of the known pull requests everything failed; a refit could not be checked."
        )
    predicted = _fit(shipped, seen).probabilities(unseen.columns)
    others = shipped.adapted_to(seen.columns).probabilities(unseen.columns)
    if ranks_worse(predicted, others, unseen.outcomes):
        own, other = (auc(each, unseen.outcomes) for each in (predicted, others))
        return replace(
            plain,
            reason=f"A refit ranked {len(unseen):,} later pull requests worse (AUC {own:.2f}) than the shipped model ({other:.2f}).",
        )
    reason = fault(predicted, unseen.outcomes)
    return replace(
        plain,
        model=_fit(shipped, settled),
        calibrated=reason is None,
        merged_by=settled.merged_at[-1].astype("datetime64[s]").item(),
        reason=reason,
        reliability=tuple(reliability(predicted, unseen.outcomes)),
    )


def _fit(shipped: RiskModel, changes: KnownChanges) -> RiskModel:
    # A signal that is unknown or the same throughout has nothing to teach.
    telling = {feature: transform for feature, transform in TRANSFORMS.items() if _varies(changes.columns[feature])}
    return refitted(
        shipped.extended(telling, changes.columns), changes.columns, changes.outcomes, name=FITTED_NAME, training={}
    )


def _varies(values: FloatArray) -> bool:
    known = values[~np.isnan(values)]
    return len(known) >= LEAST_ADAPTED and bool(known.min() < known.max())
