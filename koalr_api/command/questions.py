"""What each command asks, and how its answer is shown."""

import re
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from koalr_api.arguments import LARGEST_PAGE_SIZE
from koalr_api.client import Koalr
from koalr_api.command import views
from koalr_api.command.views import FIGURES, LISTS, View
from koalr_api.errors import InvalidArgumentError, NotFoundError
from koalr_api.model import Rows
from koalr_api.pages import Page

if TYPE_CHECKING:
    from koalr_api.models.risk import RiskScore
    from koalr_api.models.status import Status

_PULL_REQUEST = re.compile(r"([^/#\s]+)/([^/#\s]+)#([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Question:
    """A command.

    Attributes:
        words: what it shows, for --help.
        options: beside those that every command has.
        ask: asks the API.
        view: of what was answered.
        team_documented: whether the API page names teamId there; elsewhere a server says if it honoured it.
    """

    words: str
    options: tuple[str, ...]
    ask: Callable[[Koalr, Namespace], Any]
    view: Callable[[Any, Namespace], View]
    team_documented: bool = True


def _figures(name: str, words: str, ask: Callable[[Koalr], Any], team_documented: bool = True) -> Question:
    return Question(
        words,
        ("days", "team"),
        lambda koalr, options: ask(koalr)(days=options.days, team_id=options.team),
        lambda found, options: views.figures(FIGURES[name], found, options.days),
        team_documented,
    )


def _paged(name: str, words: str, listing: Callable[[Koalr], Any]) -> Question:
    def ask(koalr: Koalr, options: Namespace) -> Page[Any]:
        if not options.all:
            page: Page[Any] = listing(koalr).list(options.days, options.team, options.page, options.page_size)
            return page
        # The first page, which the walk finds in memory, knows the kind of its rows even if there are none.
        kind = listing(koalr).list(options.days, options.team, page_size=LARGEST_PAGE_SIZE).data.kind
        rows = Rows(listing(koalr).iter(options.days, options.team), kind)
        return Page(rows, len(rows))

    options = ("days", "team", "page", "page_size", "all", "csv")
    return Question(words, options, ask, _rows(name))


def _rows(name: str) -> Callable[[Any, Namespace], View]:
    return lambda page, _options: views.listing(LISTS[name], page.data, page.total)


def _risk(koalr: Koalr, options: Namespace) -> "RiskScore":
    owner, repo, number = options.owner, options.repo, options.pr
    if options.pull_request is not None:
        named = _PULL_REQUEST.fullmatch(options.pull_request)
        if named is None:
            raise InvalidArgumentError(f"A pull request is named as in acme/api#1847, got {options.pull_request!r}.")
        owner, repo, number = named[1], named[2], int(named[3])
    if owner is None or repo is None or number is None:
        raise InvalidArgumentError("Name a pull request as in acme/api#1847, or with --owner, --repo and --pr.")
    return koalr.pr_risk.score(owner, repo, number)


def _status(koalr: Koalr, options: Namespace) -> "Status":
    found = koalr.status(options.team)
    if found is None:
        raise NotFoundError(
            "This API does not say what its data lack; /status is an addition of koalr_server.", status=404
        )
    return found


QUESTIONS: dict[str, Question] = {
    "dora": _figures("dora", "the four DORA metrics", lambda koalr: koalr.metrics.dora, team_documented=False),
    "flow": _figures("flow", "cycle time, throughput, work in progress", lambda koalr: koalr.metrics.flow),
    "reviews": _figures("reviews", "code review times", lambda koalr: koalr.metrics.reviews),
    "copilot": _figures("copilot", "GitHub Copilot usage", lambda koalr: koalr.metrics.copilot, team_documented=False),
    "value-stream": _figures(
        "value-stream", "days from idea to production", lambda koalr: koalr.metrics.value_stream, team_documented=False
    ),
    "custom": Question(
        "a saved custom metric",
        ("slug", "days"),
        lambda koalr, options: koalr.metrics.custom(options.slug, options.days),
        lambda found, options: views.custom(found, options.days),
    ),
    "custom-metrics": Question(
        "the saved custom metrics, on servers that list them",
        ("csv",),
        lambda koalr, _options: koalr.custom_metrics.list(),
        _rows("custom-metrics"),
    ),
    "deployments": _paged("deployments", "deployments, newest first", lambda koalr: koalr.deployments),
    "pull-requests": _paged("pull-requests", "merged pull requests, newest first", lambda koalr: koalr.pull_requests),
    "incidents": Question(
        "incidents, newest first",
        ("days", "team", "csv"),
        lambda koalr, options: koalr.incidents.list(options.days, options.team),
        _rows("incidents"),
        team_documented=False,
    ),
    "teams": Question("teams and their ids", ("csv",), lambda koalr, _options: koalr.teams.list(), _rows("teams")),
    "delivery": Question(
        "dates by which so many items are done",
        ("items", "team"),
        lambda koalr, options: koalr.forecast.delivery(options.items, options.team),
        lambda found, _options: views.delivery(found),
    ),
    "backlog": Question(
        "weeks until the backlog is empty",
        ("team",),
        lambda koalr, options: koalr.forecast.backlog(options.team),
        lambda found, _options: views.backlog(found),
    ),
    "risk": Question(
        "the deployment risk of a pull request", ("pull_request",), _risk, lambda found, _options: views.risk(found)
    ),
    "status": Question(
        "what the data of a server rest on and lack, on servers that say it",
        ("team",),
        _status,
        lambda found, _options: views.status(found),
    ),
}
