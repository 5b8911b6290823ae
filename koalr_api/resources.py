"""The endpoints, one small class per resource, one method per endpoint."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from koalr_api.arguments import MOST_ITEMS, named, team, window, within
from koalr_api.errors import InvalidArgumentError, NotFoundError
from koalr_api.listings import CustomMetricList, DeploymentList, IncidentList, PullRequestList, TeamList
from koalr_api.resource import Asker, Resource

if TYPE_CHECKING:
    from koalr_api.models.custom import CustomMetric
    from koalr_api.models.dora import Dora
    from koalr_api.models.flow import Flow, ValueStream
    from koalr_api.models.forecast import BacklogForecast, DeliveryForecast
    from koalr_api.models.reviews import Copilot, Reviews
    from koalr_api.models.risk import RiskScore
    from koalr_api.models.status import Status


class Metrics(Resource):
    """Figures over a rolling window of `days`, of one team or of all.

    Where the API page names no teamId, `team_id` is honoured by servers that say so in `scoped_team`.
    """

    def dora(self, days: int = 30, team_id: str | None = None) -> "Dora":
        """The four DORA metrics."""
        from koalr_api.models.dora import Dora

        return self._get(Dora, "/metrics/dora", window(days, team_id))

    def flow(self, days: int = 30, team_id: str | None = None) -> "Flow":
        """Cycle time, throughput, work in progress, flow efficiency."""
        from koalr_api.models.flow import Flow

        return self._get(Flow, "/flow", window(days, team_id))

    def reviews(self, days: int = 30, team_id: str | None = None) -> "Reviews":
        """Review cycle and first response."""
        from koalr_api.models.reviews import Reviews

        return self._get(Reviews, "/review-metrics", window(days, team_id))

    def copilot(self, days: int = 30, team_id: str | None = None) -> "Copilot":
        """GitHub Copilot usage."""
        from koalr_api.models.reviews import Copilot

        return self._get(Copilot, "/copilot", window(days, team_id))

    def value_stream(self, days: int = 30, team_id: str | None = None) -> "ValueStream":
        """Days from idea to production."""
        from koalr_api.models.flow import ValueStream

        return self._get(ValueStream, "/value-stream", window(days, team_id))

    def custom(self, slug: str, days: int = 30) -> "CustomMetric":
        """A saved custom metric."""
        from koalr_api.models.custom import CustomMetric

        if named("slug", slug) in (".", ".."):
            raise InvalidArgumentError(f"slug must be the name of a custom metric, got {slug!r}")
        return self._get(CustomMetric, f"/custom-metrics/{quote(slug, safe='')}/query", window(days))


class Forecast(Resource):
    """When work will be done."""

    def delivery(self, items: int, team_id: str | None = None) -> "DeliveryForecast":
        """Dates by which `items` backlog items are done; 1 to 10,000 items."""
        from koalr_api.models.forecast import DeliveryForecast

        return self._get(
            DeliveryForecast, "/forecast/delivery", {"items": within("items", items, 1, MOST_ITEMS), **team(team_id)}
        )

    def backlog(self, team_id: str | None = None) -> "BacklogForecast":
        """Weeks until the backlog is empty."""
        from koalr_api.models.forecast import BacklogForecast

        return self._get(BacklogForecast, "/forecast/backlog", team(team_id))


class PullRequestRisk(Resource):
    """Deployment risk of a pull request."""

    def score(self, owner: str, repo: str, pr_number: int) -> "RiskScore":
        """Score a pull request; asking changes nothing, so it is retried and cached like a GET."""
        from koalr_api.models.risk import RiskScore

        question = {"prNumber": within("pr_number", pr_number, 1, None), "repo": named("repo", repo)}
        return self._post(RiskScore, "/pr-risk/score", question | {"owner": named("owner", owner)})


class ServerStatus(Resource):
    """What a server says of its own data, where it does."""

    def __call__(self, team_id: str | None = None) -> "Status | None":
        """What every answer rests on and lacks, of one team or of all; None from a server without this endpoint."""
        from koalr_api.models.status import Status

        try:
            return self._get(Status, "/status", team(team_id))
        except NotFoundError as error:
            if error.param is not None:  # the endpoint is there, the team is not
                raise
            return None


class Resources:
    """What a client offers, by resource."""

    def __init__(self, ask: Asker) -> None:
        self.metrics = Metrics(ask)
        self.deployments = DeploymentList(ask)
        self.pull_requests = PullRequestList(ask)
        self.incidents = IncidentList(ask)
        self.teams = TeamList(ask)
        self.custom_metrics = CustomMetricList(ask)
        self.forecast = Forecast(ask)
        self.pr_risk = PullRequestRisk(ask)
        self.status = ServerStatus(ask)
