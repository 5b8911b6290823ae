"""The rows of the lists: deployments, pull requests, incidents, teams."""

from dataclasses import dataclass
from datetime import datetime

from koalr_api.model import Model
from koalr_api.pages import Page


@dataclass(frozen=True, slots=True)
class Deployment(Model):
    """One row of GET /deployments."""

    id: str
    """Stable id."""
    repo: str
    """owner/name."""
    env: str
    """Environment, as its sender named it."""
    status: str
    """success, failure, in_progress or cancelled."""
    deployed_at: datetime | None
    """When it finished; None while it has not."""
    lead_time_secs: float | None
    """Seconds, median, from first commit to production over the changes it shipped first."""
    sha: str | None = None
    """Commit."""
    ref: str | None = None
    """Tag or version."""
    failed: bool | None = None
    """Whether it is known to have failed, also later."""
    failure: str | None = None
    """How: incident, rollback or revert."""


@dataclass(frozen=True, slots=True)
class PullRequest(Model):
    """One row of GET /pull-requests."""

    id: str
    """Stable id."""
    number: int
    """Number in its repository."""
    title: str
    """As its author wrote it."""
    repo: str
    """owner/name."""
    author: str | None
    """Login."""
    merged_at: datetime | None
    """When it was merged."""
    cycle_time_secs: float | None
    """Seconds from first commit to merge."""
    risk_score: float | None
    """0 to 100, as `pr_risk.score` answers."""
    simulated: bool | None = None
    """True for an invented one of the sample organisation."""
    reverted_by: str | None = None
    """What took it back: #number or sha."""


@dataclass(frozen=True, slots=True)
class Incident(Model):
    """One row of GET /incidents."""

    id: str
    """Stable id."""
    title: str
    """As its source wrote it."""
    severity: str | None
    """As its source names it."""
    status: str
    """open, resolved, or as its source names it."""
    started_at: datetime
    """When it began."""
    resolved_at: datetime | None
    """When it ended; None while open."""
    mttr_secs: float | None
    """Seconds from start to resolution; None while open."""
    repo: str | None = None
    """owner/name, where known."""


@dataclass(frozen=True, slots=True)
class Team(Model):
    """One row of GET /teams."""

    id: str
    """Stable id, for `team_id`."""
    name: str
    """Its name."""
    member_count: int
    """Number of people in it."""
    created_at: datetime | None
    """When it was created, where known."""


@dataclass(frozen=True, slots=True)
class Organisation(Model):
    """Whose data a server holds."""

    name: str
    """Its name."""
    sample: bool
    """Whether it is the invented sample."""
    newest_fact_at: datetime | None
    """The newest deployment or merge."""
    loaded_at: datetime | None
    """When data last came in."""
    notice: str | None = None
    """Where the sample comes from."""
    now: datetime | None = None
    """The moment the figures are of."""


@dataclass(frozen=True, slots=True)
class Teams(Page[Team]):
    """GET /teams."""

    organisation: Organisation | None = None
    """Whose teams they are."""
    limited: bool | None = None
    """Whether the key is for these teams alone."""
