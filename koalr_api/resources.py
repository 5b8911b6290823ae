"""The endpoints, one small class per resource, one method per endpoint."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar
from urllib.parse import quote

from koalr_api.answer import Answer
from koalr_api.decoding import decode
from koalr_api.errors import InvalidArgumentError, NotFoundError, ResponseValidationError
from koalr_api.models import (
    BacklogForecast,
    Copilot,
    CustomMetric,
    DeliveryForecast,
    Deployment,
    Dora,
    Flow,
    Incident,
    PullRequest,
    Reviews,
    RiskScore,
    Team,
    ValueStream,
)
from koalr_api.pages import Page, walk
from koalr_api.request import Reader, Request
from koalr_api.status import Status

PREFIX = "/api/v1"
LONGEST_WINDOW_DAYS = 1095
LARGEST_PAGE_SIZE = 100
MOST_ITEMS = 10_000

Row = TypeVar("Row")
Params = dict[str, str | int]


class Asker(Protocol):
    """Answers a request with what `reader` makes of the answer, read once however often it is asked for."""

    def __call__(self, request: Request, reader: Reader) -> Any: ...  # noqa: ANN401 - what the reader makes


class Resource:
    """Base: asks and decodes."""

    def __init__(self, ask: Asker) -> None:
        self._ask = ask

    def _get(self, model: Any, path: str, params: Params) -> Any:  # noqa: ANN401 - typed by each method
        return self._ask(Request.of("GET", PREFIX + path, params), _reader(model, f"GET {PREFIX}{path}"))


class Metrics(Resource):
    """Figures over a rolling window of `days`, of one team or of all."""

    def dora(self, days: int = 30, team_id: str | None = None) -> Dora:
        """The four DORA metrics. `team_id` is honoured by servers that say so in `scoped_team`."""
        found: Dora = self._get(Dora, "/metrics/dora", _window(days, team_id))
        return found

    def flow(self, days: int = 30, team_id: str | None = None) -> Flow:
        """Cycle time, throughput, work in progress, flow efficiency."""
        found: Flow = self._get(Flow, "/flow", _window(days, team_id))
        return found

    def reviews(self, days: int = 30, team_id: str | None = None) -> Reviews:
        """Review cycle and first response."""
        found: Reviews = self._get(Reviews, "/review-metrics", _window(days, team_id))
        return found

    def copilot(self, days: int = 30, team_id: str | None = None) -> Copilot:
        """GitHub Copilot usage."""
        found: Copilot = self._get(Copilot, "/copilot", _window(days, team_id))
        return found

    def value_stream(self, days: int = 30, team_id: str | None = None) -> ValueStream:
        """Days from idea to production."""
        found: ValueStream = self._get(ValueStream, "/value-stream", _window(days, team_id))
        return found

    def custom(self, slug: str, days: int = 30) -> CustomMetric:
        """A saved custom metric."""
        if not slug or slug in (".", ".."):
            raise InvalidArgumentError(f"slug must be the name of a custom metric, got {slug!r}")
        found: CustomMetric = self._get(
            CustomMetric, f"/custom-metrics/{quote(slug, safe='')}/query", _window(days, None)
        )
        return found


class Listing(Resource, Generic[Row]):
    """A list endpoint: `list` for one page, `iter` for all rows."""

    def __init__(self, ask: Asker, path: str, row: type[Row]) -> None:
        super().__init__(ask)
        self._path = path
        self._row = row

    def list(self, days: int = 30, team_id: str | None = None, page: int = 1, page_size: int = 25) -> Page[Row]:
        """One page, newest first."""
        params = _window(days, team_id)
        params["page"] = _within("page", page, 1, None)
        params["pageSize"] = _within("page_size", page_size, 1, LARGEST_PAGE_SIZE)
        return self._page(params)

    def iter(self, days: int = 30, team_id: str | None = None, page_size: int = LARGEST_PAGE_SIZE) -> Iterator[Row]:
        """Every row, fetching pages as they are needed."""
        fetch: Callable[[int], Page[Row]] = lambda page: self.list(days, team_id, page, page_size)  # noqa: E731
        return walk(fetch)

    def _page(self, params: Params) -> Page[Row]:
        found: Page[Row] = self._ask(Request.of("GET", PREFIX + self._path, params), self._read_page)
        return found

    def _read_page(self, answer: Answer) -> Page[Row]:
        where = f"GET {PREFIX}{self._path}"
        rows, total = answer.raw.get("data"), answer.raw.get("total")
        if not isinstance(rows, list):
            raise ResponseValidationError(f'{where}: field "data" should be a list, got {type(rows).__name__}')
        if isinstance(total, bool) or not isinstance(total, int):
            raise ResponseValidationError(f'{where}: field "total" should be an integer, got {total!r:.60}')
        data = tuple(_row(self._row, row, where, index) for index, row in enumerate(rows))
        return Page(data, total, _integer(answer.raw.get("page")), _integer(answer.raw.get("pageSize")), answer)


class Teams(Listing[Team]):
    """All teams; the list takes no parameters."""

    def __init__(self, ask: Asker) -> None:
        super().__init__(ask, "/teams", Team)

    def list(self, days: int = 30, team_id: str | None = None, page: int = 1, page_size: int = 25) -> Page[Team]:  # noqa: ARG002 - one signature for all lists
        """Every team."""
        return self._page({})


class Forecast(Resource):
    """When work will be done."""

    def delivery(self, items: int, team_id: str | None = None) -> DeliveryForecast:
        """Dates by which `items` backlog items are done."""
        params: Params = {"items": _within("items", items, 1, MOST_ITEMS), **_team(team_id)}
        found: DeliveryForecast = self._get(DeliveryForecast, "/forecast/delivery", params)
        return found

    def backlog(self, team_id: str | None = None) -> BacklogForecast:
        """Weeks until the backlog is empty."""
        found: BacklogForecast = self._get(BacklogForecast, "/forecast/backlog", _team(team_id))
        return found


class PullRequestRisk(Resource):
    """Deployment risk of a pull request."""

    def score(self, owner: str, repo: str, pr_number: int) -> RiskScore:
        """Score a pull request; asking changes nothing, so it is retried and cached like a GET."""
        body: Params = {"prNumber": _within("pr_number", pr_number, 1, None), "repo": repo, "owner": owner}
        path = f"{PREFIX}/pr-risk/score"
        found: RiskScore = self._ask(Request.of("POST", path, {}, body), _reader(RiskScore, f"POST {path}"))
        return found


class ServerStatus(Resource):
    """What a server says of its own data, where it does."""

    def __call__(self, team_id: str | None = None) -> Status | None:
        """What every answer rests on and lacks, of one team or of all; None from a server without this endpoint."""
        try:
            found: Status = self._get(Status, "/status", _team(team_id))
        except NotFoundError as error:
            if error.param is not None:  # the endpoint is there, the team is not
                raise
            return None
        return found


class Resources:
    """What a client offers, by resource."""

    def __init__(self, ask: Asker) -> None:
        self.metrics = Metrics(ask)
        self.deployments: Listing[Deployment] = Listing(ask, "/deployments", Deployment)
        self.pull_requests: Listing[PullRequest] = Listing(ask, "/pull-requests", PullRequest)
        self.incidents: Listing[Incident] = Listing(ask, "/incidents", Incident)
        self.teams = Teams(ask)
        self.forecast = Forecast(ask)
        self.pr_risk = PullRequestRisk(ask)
        self.status = ServerStatus(ask)


def _reader(model: Any, where: str) -> Reader:  # noqa: ANN401 - a model class
    return lambda answer: replace(decode(model, answer.raw, where), _answer=answer)


def _row(model: type[Row], row: Any, where: str, index: int) -> Row:  # noqa: ANN401 - JSON
    try:
        return decode(model, row, where)
    except ResponseValidationError as error:
        raise ResponseValidationError(str(error).replace('field "', f'field "data[{index}].', 1)) from None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _window(days: int, team_id: str | None) -> Params:
    return {"days": _within("days", days, 1, LONGEST_WINDOW_DAYS), **_team(team_id)}


def _team(team_id: str | None) -> Params:
    if team_id == "":
        raise InvalidArgumentError("team_id must be a team's id or None, got ''")
    return {} if team_id is None else {"teamId": team_id}


def _within(name: str, value: int, lowest: int, highest: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest or (highest and value > highest):
        allowed = f"between {lowest} and {highest}" if highest else f"{lowest} or more"
        raise InvalidArgumentError(f"{name} must be {allowed}, got {value!r}")
    return value
