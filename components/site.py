"""The pages there are: address, place in the navigation, which filters they take, whether they can hang on a wall (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. `key` is its address without the slash and its name in `rotate=`; the overview lives at `/`.

    `team`, `window`: whether the page takes that filter; one that does not, does not show it. `wall`: whether it has a
    view for screens nobody sits at. `tiers`: whether it judges by the bands of the DORA report.
    """

    key: str
    title: str
    icon: str
    group: str
    team: bool = True
    window: bool = True
    wall: bool = True
    tiers: bool = False

    @property
    def file(self) -> str:
        """Its script in `pages`."""
        return self.key.replace("-", "_") + ".py"

    @property
    def path(self) -> str:
        """Its path in the address, without base path."""
        return "/" if self.key == HOME else f"/{self.key}"


HOME = "overview"
SITE: Sequence[Entry] = (
    Entry(HOME, "Overview", ":material/space_dashboard:", "", tiers=True),
    Entry("dora", "DORA", ":material/stairs:", "Delivery", tiers=True),
    Entry("flow", "Flow", ":material/air:", "Delivery"),
    Entry("value-stream", "Value stream", ":material/linear_scale:", "Delivery"),
    Entry("forecast", "Forecast", ":material/event_upcoming:", "Delivery", window=False),
    Entry("reviews", "Reviews", ":material/rate_review:", "People and tools"),
    Entry("copilot", "Copilot", ":material/smart_toy:", "People and tools"),
    Entry("pr-risk", "PR risk", ":material/shield:", "People and tools", team=False, window=False, wall=False),
    Entry("deployments", "Deployments", ":material/rocket_launch:", "Records"),
    Entry("pull-requests", "Pull requests", ":material/merge:", "Records"),
    Entry("incidents", "Incidents", ":material/warning:", "Records"),
    Entry("custom-metrics", "Custom metrics", ":material/functions:", "Records", team=False),
    Entry("weekly", "Weekly summary", ":material/summarize:", "About", window=False, wall=False, tiers=True),
    Entry("status", "Status", ":material/monitor_heart:", "About", window=False, wall=False),
)
BY_KEY = {entry.key: entry for entry in SITE}
