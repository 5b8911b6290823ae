"""What the findings are drawn from: counts and newest times of one scope (pure data).

Counts are of the last RECENT_DAYS days of the data unless they say "ever"; times are naive UTC, None if there is nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

RECENT_DAYS = 90
# What is lacking in fewer than this share is not worth a sentence.
LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many lack something; up to three names of where, the most affected first."""

    lacking: int = 0
    of: int = 0
    examples: tuple[str, ...] = ()

    @property
    def notable(self) -> bool:
        """Whether it is worth a sentence."""
        return self.lacking > 0 and self.lacking >= LEAST_SHARE * self.of


NONE = Part()


@dataclass(frozen=True, slots=True)
class DeploymentCounts:
    """Deployments of every kind (`listed`), and the successful ones to production (`shipped`)."""

    listed: int = 0
    newest_listed_at: datetime | None = None
    environments: tuple[str, ...] = ()
    shipped: int = 0
    shipping_repos: int = 0
    newest_shipped_at: datetime | None = None
    unknown_commit: Part = NONE
    """Production deployments whose content nobody knows."""
    unshipped_repos: Part = NONE
    """Repositories with merged pull requests that never were deployed to production."""


@dataclass(frozen=True, slots=True)
class PullRequestCounts:
    """Merged pull requests of people, and the reviews they got."""

    merged: int = 0
    merged_by_bots: int = 0
    newest_merged_at: datetime | None = None
    opened: int = 0
    """Pull requests whose opening is known, merged or not."""
    unstarted: Part = NONE
    """First commit unknown, as git alone leaves a squash."""
    unready: Part = NONE
    """Neither readyAt nor createdAt known."""
    unreviewed: Part = NONE
    """In a repository without a single review."""
    unlinked: Part = NONE
    """Naming no work item."""
    unknown_links: Part = NONE
    """Of those that name one: a work item nobody imported."""
    reviewed: int = 0
    newest_review_at: datetime | None = None
    unwaited: Part = NONE
    """Reviewed, but nobody knows since when they waited."""
    review_cycles: int = 0


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """People's changes that reached production."""

    deployed: int = 0
    newest_at: datetime | None = None
    led: int = 0
    """With a lead time."""
    bounded: Part = NONE
    """Squashes: their lead time is a lower bound, their time to merge unknown."""
    with_idea: int = 0
    with_merge_time: int = 0


@dataclass(frozen=True, slots=True)
class IncidentCounts:
    """Incidents, and the rollbacks that stand in for them."""

    imported_ever: int = 0
    started: int = 0
    rollbacks: int = 0
    resolved: int = 0
    """Resolved incidents, stand-ins among them."""
    newest_started_at: datetime | None = None
    unplaced: Part = NONE
    """Of no known repository."""
    overdue: Part = NONE
    """Open for more than two weeks, of all that are open."""


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """Work as flow sees it: work items, and pull requests where a team has no tracker."""

    finished: int = 0
    finished_work_items: int = 0
    newest_done_at: datetime | None = None
    with_cycle_time: int = 0
    timed: int = 0
    """Finished with a known active time."""
    begun: bool = False
    """Whether any item, ever, was begun or finished."""
    in_progress: int = 0
    """Now."""
    openings_known: int = 0
    """Items, ever, of which it is known when they were opened."""
    unstarted: Part = NONE
    """Finished work items without a start."""
    untimed: Part = NONE
    """Finished work items with a start, without active time."""


@dataclass(frozen=True, slots=True)
class CopilotCounts:
    """Copilot's seats and reports."""

    seats: int = 0
    newest_at: datetime | None = None
    active_people: int = 0
    activity_known: bool = False
    """By a report or by the seats' last activity."""
    completion_days: int = 0
    """Days with suggested and accepted code completions."""
    line_days: int = 0


@dataclass(frozen=True, slots=True)
class RiskCounts:
    """Signals of people's merged pull requests."""

    unscored: Part = NONE
    without_entropy: Part = NONE
    without_expertise: Part = NONE
    without_assistance: Part = NONE
    """Nobody knows whether an AI agent took part."""
    without_coverage: Part = NONE
    """Coverage not measured before and after."""
    without_codeowners: Part = NONE
    """No CODEOWNERS file in force when they were merged."""
    without_approvals: Part = NONE
    """Whether owners approved cannot be told."""


@dataclass(frozen=True, slots=True)
class TeamCounts:
    """Teams, and who and what belongs to none (known for the whole organisation only)."""

    teams: int = 0
    members: int = 0
    without_members: Part = NONE
    without_repos: Part = NONE
    people_without_team: Part = NONE
    repos_without_team: Part = NONE


@dataclass(frozen=True, slots=True)
class ForecastCounts:
    """What forecasts rest on; see forecast/history.py."""

    busy_weeks: int = 0
    weeks: int = 0
    items: int = 0
    backlog_size: int | None = None


@dataclass(frozen=True, slots=True)
class CustomMetric:
    """A saved custom metric: what it counts, and whether its team is there."""

    slug: str
    source: str
    team_known: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """Everything one diagnosis looks at.

    `everyone`: the whole organisation, not some teams. `newest_at`: the newest fact of any kind. `commits`: recent ones.
    """

    now: datetime
    everyone: bool = True
    newest_at: datetime | None = None
    commits: int = 0
    newest_commit_at: datetime | None = None
    deployments: DeploymentCounts = DeploymentCounts()
    pull_requests: PullRequestCounts = PullRequestCounts()
    changes: ChangeCounts = ChangeCounts()
    incidents: IncidentCounts = IncidentCounts()
    items: ItemCounts = ItemCounts()
    copilot: CopilotCounts = CopilotCounts()
    risk: RiskCounts = RiskCounts()
    teams: TeamCounts = TeamCounts()
    forecast: ForecastCounts = ForecastCounts()
    custom_metrics: Sequence[CustomMetric] = ()

    @property
    def nothing_loaded(self) -> bool:
        """An empty store."""
        known = (self.newest_at, self.copilot.newest_at, self.teams.teams, self.copilot.seats)
        return self.everyone and not any(known)
