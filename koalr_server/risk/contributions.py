"""What each signal adds to a pull request's risk, in log-odds and in words (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from koalr_server.risk.model import RiskModel
from koalr_server.risk.signals import SIGNALS, Signal, Value, features

# Below this a signal moves a probability by less than one part in a hundred: not worth a sentence.
LEAST_TOLD = 0.05


@dataclass(frozen=True, slots=True)
class Contribution:
    """A signal's value, None if unknown, and the log-odds it adds to those of an average change.

    Unknown signals, and those the model does not weigh, add 0.
    """

    signal: Signal
    value: Value
    log_odds: float
    below_average: bool = False

    @property
    def told(self) -> bool:
        """Whether it is large enough to be named."""
        return abs(self.log_odds) >= LEAST_TOLD

    @property
    def phrase(self) -> str:
        """The value in words, and that it is little where it is: "only 2 files changed", "no lines added"."""
        said = self.signal.said(self.value)
        if not self.below_average or self.signal.unit in ("yes or no", "signed share"):
            return said
        if self.value == 0:
            return said if self.signal.unit == "share" else self.signal.words[-1].format("no")
        return f"only {said}"

    @property
    def words(self) -> str:
        """Such as "higher risk with 812 lines added"."""
        return f"{'higher' if self.log_odds > 0 else 'lower'} risk with {self.phrase}"


def contributions(row: Mapping[str, Any], model: RiskModel) -> list[Contribution]:
    """One for each signal of a row of pull_request_signals, in the order of the catalogue."""
    values = features(row)
    added = model.contributions(values)
    columns = {name: np.array([np.nan if value is None else value]) for name, value in values.items()}
    distances = dict(zip(added, model.standardised(columns)[0].tolist(), strict=True))
    return [
        Contribution(signal, row[signal.column], added.get(signal.feature, 0.0), distances.get(signal.feature, 0.0) < 0)
        for signal in SIGNALS
    ]
