"""What a team decides about the meaning of what its tools say (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings of sources; each list holds names with `*` and `?`, compared without regard to case.

    Args:
        production_environments: environments that are production (`KOALR_PRODUCTION_ENVIRONMENTS`); none leaves it to their names
            and to GitHub (sources/environments.py).
        deploy_workflows: GitHub workflows whose runs are deployments to production (`KOALR_DEPLOY_WORKFLOWS`).
        deploy_releases: tags whose GitHub releases are deployments to production (`KOALR_DEPLOY_RELEASES`).
        incident_labels: labels that make a GitHub issue an incident (`KOALR_INCIDENT_LABELS`).
        started_states: labels, and states of a project's board, that mean somebody works on an issue (`KOALR_STARTED_STATES`).
        done_states: states of a project's board that mean an issue is done (`KOALR_DONE_STATES`).
    """

    production_environments: Sequence[str] = ()
    deploy_workflows: Sequence[str] = ()
    deploy_releases: Sequence[str] = ()
    incident_labels: Sequence[str] = ("incident", "outage")
    started_states: Sequence[str] = ("in progress", "doing", "in development", "in review")
    done_states: Sequence[str] = ("done", "closed", "shipped")


def among(name: str | None, patterns: Sequence[str]) -> bool:
    """Whether a name is one of those meant."""
    return name is not None and any(fnmatchcase(name.strip().lower(), pattern.strip().lower()) for pattern in patterns)
