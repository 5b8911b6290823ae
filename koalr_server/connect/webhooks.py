"""Tools that send webhooks: where they are set up there, by whom, for which events, and what they feed (pure data).

docs/WEBHOOKS.md and docs/SOURCES.md say the same; tests compare them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

INCIDENT_PAGES = ("DORA", "Incidents", "PR risk", "Weekly summary")


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook of a tool.

    Args:
        source: name in `SOURCES`, which knows the setting of the secret.
        where: the way through the tool's menus.
        right: who may add it there.
        events: which ones to choose, in the tool's words.
        secret: how the two sides come to share one.
        proof: where the tool shows what this server answered.
        pages: of the dashboard, that get figures.
    """

    source: str
    title: str
    where: str
    right: str
    events: Sequence[str]
    secret: str
    proof: str
    pages: Sequence[str]


_ALL = (
    Webhook(
        "github",
        "GitHub",
        "Settings › Webhooks › Add webhook",
        "an owner of the organisation, or an admin of the repository",
        (
            *("pull requests", "pull request reviews", "pushes", "deployments", "deployment statuses", "issues"),
            *("check runs", "statuses", "releases", "workflow runs", "repositories", "teams", "memberships"),
        ),
        "choose one, such as of `openssl rand -hex 32`, and enter it under Secret; content type application/json",
        "Recent Deliveries of the webhook",
        (
            *("Overview", "DORA", "Flow", "Value stream", "Forecast", "Reviews", "PR risk"),
            *("Deployments", "Pull requests", "Weekly summary"),
        ),
    ),
    Webhook(
        "pagerduty",
        "PagerDuty",
        "Integrations › Generic Webhooks (v3) › New Webhook",
        "an account owner or admin; a manager for the services and teams that are theirs",
        (
            *("incident.triggered", "acknowledged", "unacknowledged", "resolved", "reopened", "priority_updated"),
            *("reassigned", "escalated", "delegated", "service_updated"),
        ),
        "PagerDuty shows it once, when the webhook is made",
        "Send Test Event of the webhook",
        INCIDENT_PAGES,
    ),
    Webhook(
        "opsgenie",
        "Opsgenie",
        "Settings › Integrations › Add integration › Webhook",
        "a role that sees Settings › Integrations",
        ("Create", "Acknowledge", "UnAcknowledge", "Close", "Delete", "Update Priority"),
        "choose a token, such as of `openssl rand -hex 32`, and add the custom header `X-Koalr-Token` with it; the address is HTTPS",
        "the logs of the integration",
        INCIDENT_PAGES,
    ),
    Webhook(
        "incident-io",
        "incident.io",
        "Settings › Webhooks › Add endpoint",
        "a role that sees Settings › Webhooks",
        (
            "public_incident.incident_created_v2",
            "public_incident.incident_updated_v2",
            "public_incident.incident_status_updated_v2",
        ),
        "copy the Signing secret of the endpoint; it begins with whsec_",
        "the endpoint's list of messages",
        INCIDENT_PAGES,
    ),
)

WEBHOOKS: Mapping[str, Webhook] = {each.source: each for each in _ALL}
