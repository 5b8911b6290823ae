"""Flow, from start to done, and the value stream, from idea to production."""

from dataclasses import dataclass
from datetime import date

from koalr_api.model import Model, Rows


@dataclass(frozen=True, slots=True)
class FlowFigures(Model):
    """Flow metrics of one window."""

    cycle_time: float | None
    """Days, median, from start to done."""
    throughput: float | None
    """Items finished per week."""
    wip_count: int | None
    """Number of items in progress."""
    flow_efficiency: float | None
    """Active share of elapsed time, 0 to 1."""


@dataclass(frozen=True, slots=True)
class FlowWeek(FlowFigures):
    """Flow metrics of one ISO week."""

    week_start: date
    """Monday of the week."""
    n: int
    """Number of items finished."""
    days: int | None = None
    """Days of the week that have begun, 7 for past weeks."""


@dataclass(frozen=True, slots=True)
class Flow(FlowFigures):
    """GET /flow."""

    previous: FlowFigures | None = None
    """The window of equal length before this one."""
    trend: Rows[FlowWeek] | None = None
    """Weeks, oldest first."""


@dataclass(frozen=True, slots=True)
class ValueStreamFigures(Model):
    """Time per stage of one window."""

    idea_to_commit: float | None
    """Days, median, from issue created to first commit."""
    commit_to_merge: float | None
    """Days, median, from first commit to merge."""
    merge_to_deploy: float | None
    """Days, median, from merge to production."""
    total_lead_time: float | None
    """Days, sum of the stages shown."""


@dataclass(frozen=True, slots=True)
class ValueStreamWeek(ValueStreamFigures):
    """Value stream of one ISO week."""

    week_start: date
    """Monday of the week."""
    n: int
    """Number of changes deployed."""
    days: int | None = None
    """Days of the week that have begun, 7 for past weeks."""


@dataclass(frozen=True, slots=True)
class ValueStream(ValueStreamFigures):
    """GET /value-stream."""

    previous: ValueStreamFigures | None = None
    """The window of equal length before this one."""
    trend: Rows[ValueStreamWeek] | None = None
    """Weeks, oldest first."""
