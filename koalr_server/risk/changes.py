"""Changes whose outcome is known, in the order of time (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from koalr_server.risk.model import FloatArray

SKETCH_SIZE = 32
SKETCH_DIGITS = 12


@dataclass(frozen=True, slots=True)
class LabelledChanges:
    """Rows of a project's history.

    Attributes:
        columns: by feature, shape (n,), NaN where unknown.
        outcomes: 1 if the change brought a bug, else 0, shape (n,).
        shas: one per row, or none at all.
    """

    columns: dict[str, FloatArray]
    outcomes: FloatArray
    shas: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.outcomes)

    def rows(self, part: slice) -> "LabelledChanges":
        """A span of them."""
        columns = {feature: values[part] for feature, values in self.columns.items()}
        return LabelledChanges(columns, self.outcomes[part], self.shas[part])

    def split(self, percent: int = 70) -> tuple["LabelledChanges", "LabelledChanges"]:
        """The first so many percent, rounded down, and the rest."""
        end = len(self) * percent // 100
        return self.rows(slice(end)), self.rows(slice(end, None))

    def repeated(self) -> int:
        """How many rows are of a commit that another row before is of; where not all are named, the same throughout."""
        named = self.shas if self.shas and all(self.shas) else ()
        rows = np.column_stack([*self.columns.values(), self.outcomes])
        return len(self) - len(set(named) or {row.tobytes() for row in rows})

    def sketch(self) -> list[str]:
        """The beginnings of the smallest shas: few, yet nearly any file with a tenth of the same changes shares one."""
        return sorted({sha[:SKETCH_DIGITS] for sha in self.shas})[:SKETCH_SIZE]

    def shares_any(self, sketch: Sequence[str]) -> bool:
        """Whether a sketched change is among these."""
        return not {sha[:SKETCH_DIGITS] for sha in self.shas}.isdisjoint(sketch)


def in_time_order(
    dates: FloatArray, columns: dict[str, FloatArray], outcomes: FloatArray, shas: Sequence[str]
) -> LabelledChanges:
    """Sorted by date (epoch seconds); changes of one second keep their order."""
    order = np.argsort(dates, kind="stable")
    sorted_columns = {feature: values[order] for feature, values in columns.items()}
    return LabelledChanges(sorted_columns, outcomes[order], tuple(shas[place] for place in order) if shas else ())
