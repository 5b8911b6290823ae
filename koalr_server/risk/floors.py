"""Scores that a pull request has at least, for what no statistics should talk away (pure; docs/OPERATIONS.md, settings)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FLOORED_SCORE = """greatest(
    risk_score,
    CASE WHEN has_schema_migration THEN nullif($floor_schema_migration, 0) END,
    CASE WHEN has_open_incident THEN nullif($floor_open_incident, 0) END,
    CASE WHEN failed_checks > 0 THEN nullif($floor_failed_checks, 0) END
)"""
"""SQL over pull_request_facts: the score as it is shown, by the same rule as `acting`."""


@dataclass(frozen=True, slots=True)
class Floor:
    """A floor that holds for a pull request: the score is at least this."""

    name: str
    score: int
    words: str


@dataclass(frozen=True, slots=True)
class Floors:
    """Least scores, 0 to 100, of pull requests that migrate a schema, meet an open incident, or fail checks; 0 is none."""

    schema_migration: int = 70
    open_incident: int = 70
    failed_checks: int = 80

    def parameters(self) -> dict[str, object]:
        """Parameters of FLOORED_SCORE."""
        return {f"floor_{name}": score for name, score in asdict(self).items()}

    def acting(self, row: Mapping[str, Any]) -> list[Floor]:
        """The floors that hold for a row of pull_request_signals, highest first."""
        held = [
            (row["failed_checks"], Floor("failedChecks", self.failed_checks, "checks are failing")),
            (row["schema_migration"], Floor("schemaMigration", self.schema_migration, "it migrates a database schema")),
            (row["open_incidents"], Floor("openIncident", self.open_incident, "an incident is open on its repository")),
        ]
        found = [floor for applies, floor in held if applies and floor.score]
        return sorted(found, key=lambda floor: -floor.score)


DEFAULT_FLOORS = Floors()


def floored(score: int | None, floors: list[Floor]) -> int | None:
    """The score as it is shown; a floor makes one where nothing else is known."""
    return max([floor.score for floor in floors] + ([] if score is None else [score]), default=None)
