"""What the dashboard knows of each DORA metric: names, definition, how a value is written, the Elite band (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.format import NO_DATA, known
from components.judgement import Better
from components.tiers import BANDS, display_unit


@dataclass(frozen=True, slots=True)
class DoraMetric:
    """One DORA metric. `field` is the client's attribute; `missing` says why there may be no value."""

    field: str
    name: str
    short_name: str
    definition: str
    elite: str
    missing: str
    higher_is_better: bool = False

    @property
    def better(self) -> Better:
        """The good direction."""
        return "up" if self.higher_is_better else "down"

    @property
    def elite_edge(self) -> float:
        """Where Elite begins, in API units."""
        return BANDS[self.field].edges[3]

    def text(self, value: float | None) -> str:
        """A value with its unit, an en dash without data."""
        return display_unit(self.field, value).text(value) if value is not None and known(value) else NO_DATA


DORA_METRICS: Sequence[DoraMetric] = (
    DoraMetric(
        "deploy_frequency",
        "Deployment frequency",
        "Deployments",
        "Successful production deployments per day of the window.",
        "Elite from 1 /day",
        "no production deployment yet",
        higher_is_better=True,
    ),
    DoraMetric(
        "lead_time",
        "Lead time for changes",
        "Lead time",
        "Median time from the first commit of a change to the deployment that first brought it to production. Bots are left out.",
        "Elite below 24 h",
        "no change reached production",
    ),
    DoraMetric(
        "change_failure_rate",
        "Change failure rate",
        "Failure rate",
        "Share of production deployments that caused an incident, were rolled back, or shipped a change that was reverted.",
        "Elite up to 5 %",
        "no production deployment",
    ),
    DoraMetric(
        "mttr",
        "Time to restore",
        "Time to restore",
        "Mean time from the start of an incident to its end, over incidents resolved in the window.",
        "Elite below 60 min",
        "no incident was resolved",
    ),
)
