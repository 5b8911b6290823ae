"""Which pull requests a quarter's model is made from, and what was known to have become of each, by loops over all rows."""

from datetime import datetime, timedelta
from fractions import Fraction

from tests.oracle.changes import Change, read_changes
from tests.oracle.failures import incident_signs
from tests.oracle.incidents import read_incidents, rolled_back_at
from tests.oracle.reverts import Reverts, read_reverts
from tests.oracle.rows import Organisation
from tests.oracle.shipping import Shipment, read_shipments

END_OF_TIME = datetime(2100, 1, 1)
TrainingRow = tuple[datetime, str, int, Fraction | None]
"""Merge, repository, number, and the part it has in a failure; None where that is too early to say."""


def training_rows(org: Organisation, quarter: datetime) -> list[TrainingRow]:
    """In the order of their merges."""
    changes = read_changes(org, END_OF_TIME)
    reverts = read_reverts(changes)
    blames = [(shipment, sign) for shipment, sign in failures(org) if sign < quarter]
    two_years_before = quarter.replace(year=quarter.year - 2)
    return sorted(
        (change.merged_at, change.repo, change.number, outcome(change, quarter, reverts, blames))
        for change in changes
        if change.number is not None and not change.is_bot and two_years_before <= change.merged_at < quarter
    )


def failures(org: Organisation) -> list[tuple[Shipment, datetime]]:
    """Every deployment that had an incident or was rolled back, with when that was first known."""
    shipments = read_shipments(org, END_OF_TIME)
    incidents = read_incidents(org, shipments, END_OF_TIME)
    found = []
    for shipment in shipments:
        undone = rolled_back_at(shipment.deployment, shipments)
        signs = incident_signs(shipment.deployment, shipments, incidents) + ([] if undone is None else [undone])
        if signs:
            found.append((shipment, min(signs)))
    return found


def outcome(
    change: Change, quarter: datetime, reverts: Reverts, blames: list[tuple[Shipment, datetime]]
) -> Fraction | None:
    """1 if it was taken back; else an even part of the failure of the deployment that first carried it; else 0."""
    if quarter - change.merged_at <= timedelta(days=30):
        return None
    for revert, targets in reverts:
        if change in targets and revert.merged_at < quarter:
            return Fraction(1)
    for shipment, _ in blames:
        if change in shipment.changes:
            return Fraction(1, len(shipment.changes))
    return Fraction(0)
