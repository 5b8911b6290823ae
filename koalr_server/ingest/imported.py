"""What reading a file came to."""

from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(slots=True)
class Imported:
    """Tables by kind for the `load` operation, a sentence per bad part of the file, and what else to know."""

    tables: dict[str, pa.Table]
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
