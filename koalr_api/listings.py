"""The list endpoints: `list` for one page, `iter` for every row."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Generic

from koalr_api.arguments import LARGEST_PAGE_SIZE, paged, window
from koalr_api.pages import Known, Page, walk
from koalr_api.resource import Resource

if TYPE_CHECKING:
    from koalr_api.models.custom import SavedMetric
    from koalr_api.models.records import Deployment, Incident, PullRequest, Team, Teams


class Paged(Resource, Generic[Known]):
    """A list that comes in pages, newest first."""

    _path = ""

    def list(self, days: int = 30, team_id: str | None = None, page: int = 1, page_size: int = 25) -> Page[Known]:
        """One page of the rolling window of `days`; at most 100 rows."""
        return self._get(self._page(), self._path, window(days, team_id) | paged(page, page_size))

    def iter(self, days: int = 30, team_id: str | None = None, page_size: int = LARGEST_PAGE_SIZE) -> Iterator[Known]:
        """Every row once, fetching pages as they are needed."""
        return walk(lambda page: self.list(days, team_id, page, page_size))

    def _page(self) -> type[Page[Known]]:
        raise NotImplementedError


class DeploymentList(Paged["Deployment"]):
    """Deployments to any environment."""

    _path = "/deployments"

    def _page(self) -> "type[Page[Deployment]]":
        from koalr_api.models.records import Deployment

        return Page[Deployment]


class PullRequestList(Paged["PullRequest"]):
    """Merged pull requests."""

    _path = "/pull-requests"

    def _page(self) -> "type[Page[PullRequest]]":
        from koalr_api.models.records import PullRequest

        return Page[PullRequest]


class IncidentList(Resource):
    """Incidents; all of a window come at once."""

    def list(self, days: int = 30, team_id: str | None = None) -> "Page[Incident]":
        """Every incident of the window. `team_id` is honoured by servers that say so in `scoped_team`."""
        from koalr_api.models.records import Incident

        return self._get(Page[Incident], "/incidents", window(days, team_id))

    def iter(self, days: int = 30, team_id: str | None = None) -> "Iterator[Incident]":
        """Every incident of the window."""
        yield from self.list(days, team_id)


class TeamList(Resource):
    """Teams; all come at once."""

    def list(self) -> "Teams":
        """Every team."""
        from koalr_api.models.records import Teams

        return self._get(Teams, "/teams", {})

    def iter(self) -> "Iterator[Team]":
        """Every team."""
        yield from self.list()


class CustomMetricList(Resource):
    """The saved custom metrics, on servers that list them; elsewhere NotFoundError."""

    def list(self) -> "Page[SavedMetric]":
        """Every custom metric the key may ask for."""
        from koalr_api.models.custom import SavedMetric

        return self._get(Page[SavedMetric], "/custom-metrics", {})

    def iter(self) -> "Iterator[SavedMetric]":
        """Every custom metric the key may ask for."""
        yield from self.list()
