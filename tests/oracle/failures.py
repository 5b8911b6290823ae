"""When a production deployment is known to have failed."""

from datetime import datetime

from tests.oracle.changes import Change
from tests.oracle.deployments import Deployment
from tests.oracle.incidents import Incident, blamed_deployment, rolled_back_at
from tests.oracle.reverts import Reverts, is_revert
from tests.oracle.shipping import Shipment


def failed_at(
    shipment: Shipment, shipments: list[Shipment], incidents: list[Incident], reverts: Reverts
) -> datetime | None:
    """The earliest sign that a deployment failed: an incident, a rollback, or a shipped change taken back.

    Args:
        shipment: the deployment in question with the changes it first shipped.
        shipments: all of them, up to now.
        incidents: imported incidents and rollbacks, up to now.
        reverts: every change with what it takes back.
    """
    signs = [
        *incident_signs(shipment.deployment, shipments, incidents),
        rolled_back_at(shipment.deployment, shipments),
        *revert_signs(shipment, shipments, reverts),
    ]
    return min((sign for sign in signs if sign is not None), default=None)


def incident_signs(deployment: Deployment, shipments: list[Shipment], incidents: list[Incident]) -> list[datetime]:
    """Starts of the incidents attributed to a deployment."""
    return [
        incident.started_at
        for incident in incidents
        if not incident.is_rollback and blamed_deployment(incident, shipments) == deployment
    ]


def revert_signs(shipment: Shipment, shipments: list[Shipment], reverts: Reverts) -> list[datetime]:
    """Ends of the later deployments that shipped the revert of a change this one shipped.

    What is shipped together with its revert never was live in its first form.

    Taking back a revert brings the work in again: that is no failure of the deployment that shipped the revert.
    """
    counting = [one for one in shipment.changes if counts(one) and not is_revert(one, reverts)]
    undoing = [revert for revert, targets in reverts if any(target in counting for target in targets)]
    return [
        other.deployment.finished_at
        for other in shipments
        if other is not shipment
        and other.deployment.finished_at >= shipment.deployment.finished_at
        and any(change in undoing for change in other.changes)
    ]


def counts(change: Change) -> bool:
    """Direct commits by bots are no changes; pull requests by bots are, where speed is not the question."""
    return not (change.number is None and change.is_bot)
