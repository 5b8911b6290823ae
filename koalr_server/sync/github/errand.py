"""One resource of one place: asks for it, hands it over, and counts under its name."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from koalr_server.sources.observation import Delivery
from koalr_server.sources.rules import Rules
from koalr_server.sync.github.answer import Answer, GraphAnswer, Refused, Unanswered
from koalr_server.sync.github.connection import NO_MARKS, Connection
from koalr_server.sync.github.patience import MOST_FAULTS
from koalr_server.sync.outbox import Outbox
from koalr_server.sync.report import Report

PAGE: Mapping[str, str | int] = {"per_page": 100}
FORBIDDEN = (403, 451)

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Run:
    """What all errands of a run share.

    Args:
        host: of the API; part of the names under which is remembered what was read.
        workers: runs what is asked for in parallel; errands themselves run elsewhere, for they wait for it.
        since: instant; nothing older is asked for.
        began_at: instant of the beginning of the run.
        fresh_since: instant; what is older and unfinished will stay so.
        drawn: told how many requests were made.
        graph_closed: set once GraphQL has no answers about pull requests.
    """

    connection: Connection
    outbox: Outbox
    report: Report
    workers: Executor
    host: str
    since: str
    began_at: str
    fresh_since: str
    rules: Rules
    drawn: Callable[[int], None]
    graph_closed: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True)
class Whole:
    """A list, all pages joined, and GitHub's clock when it was read."""

    items: list[dict[str, Any]]
    read_at: str


class Errand:
    """Asks on behalf of one resource.

    Args:
        place: such as "acme/api" or "acme".
        resource: its name in the summary.
        permission: what a token needs to see it.
    """

    def __init__(self, run: Run, place: str, resource: str, permission: str) -> None:
        self.run = run
        self.place = place
        self.resource = resource
        self._permission = permission
        self._closed: set[str] = set()

    def get(
        self,
        path: str,
        parameters: Mapping[str, str | int] = {},
        marks: Mapping[str, str] = NO_MARKS,
    ) -> Answer:
        """Ask one question; errors as of Connection.get."""
        return self.run.connection.get(path, parameters, marks, self._asked)

    def pages(
        self, path: str, parameters: Mapping[str, str | int] = PAGE, marks: Mapping[str, str] = NO_MARKS
    ) -> Iterator[Answer]:
        """Ask for a list; errors as of Connection.get."""
        return self.run.connection.pages(path, parameters, marks, self._asked)

    def whole(self, path: str, parameters: Mapping[str, str | int] = PAGE, within: str | None = None) -> Whole:
        """A list as a whole; errors as of Connection.get.

        Args:
            within: the field that holds the list, where a page is an object.
        """
        items: list[dict[str, Any]] = []
        read_at = ""
        for answer in self.pages(path, parameters):
            items += elements(answer.body, within)
            read_at = answer.read_at
        return Whole(items, read_at)

    def part(self, path: str, permission: str, within: str | None = None) -> list[dict[str, Any]] | None:
        """A list that belongs to something; None if there is none or it may not be seen, which is said once.

        Raises:
            Unanswered: every try failed.
        """
        if permission in self._closed:
            return None
        try:
            return self.whole(path, within=within).items
        except Refused as refusal:
            if refusal.status in FORBIDDEN:
                self._closed.add(permission)
                self.refuse(permission, refusal)
            return None

    def closed(self, permission: str) -> bool:
        """Whether `part` was refused for want of a permission."""
        return permission in self._closed

    def ask(self, document: str, variables: Mapping[str, Any], most_faults: int = MOST_FAULTS) -> Mapping[str, Any]:
        """Ask GraphQL; what may not be seen is null, which is said once. Errors as of Connection.ask."""
        answer = self.answer(document, variables, most_faults)
        for refusal in answer.refusals:
            self.refuse(self._permission, refusal)
        return answer.data

    def answer(self, document: str, variables: Mapping[str, Any], most_faults: int = MOST_FAULTS) -> GraphAnswer:
        """Ask GraphQL; errors as of Connection.ask."""
        return self.run.connection.ask(document, variables, self._asked, most_faults)

    def download(self, url: str) -> str:
        """The text behind a signed address; errors as of Connection.download."""
        return self.run.connection.download(url, self._asked)

    def each(self, take: Callable[[Item], Found], items: Sequence[Item]) -> list[Found | Unanswered]:
        """Do something with every item in parallel; what had no answer stands in its place."""

        def tried(item: Item) -> Found | Unanswered:
            try:
                return take(item)
            except Unanswered as error:
                return error

        return list(self.run.workers.map(tried, items))

    def accept(self, deliveries: Sequence[Delivery], read: int) -> None:
        """Hand over what so many of GitHub's objects came to."""
        accepted = self.run.outbox.accept(deliveries)
        self.run.report.count(self.resource, read=read, new=accepted.new, known=accepted.known)

    def cursor(self, name: str) -> str | None:
        """How far something of this place was read."""
        return self.run.outbox.cursor(self._named(name))

    def remember(self, name: str, text: str) -> None:
        """Remember it, after what it covers was accepted."""
        self.run.outbox.remember(self._named(name), text)

    def attempt(self, work: Callable[[], None]) -> None:
        """Do the errand, and say what it could not read; the next run tries again."""
        try:
            work()
        except Unanswered as error:
            self.miss(str(error))
        except Refused as refusal:
            self._refused(refusal)

    def miss(self, why: str) -> None:
        """Say that something is missing this time."""
        self.run.report.miss(self.place, f"{self.resource}: {why}")

    def remark(self, why: str) -> None:
        """Say something that takes nothing away."""
        self.run.report.remark(self.place, f"{self.resource}: {why}")

    def refuse(self, permission: str, refusal: Refused) -> None:
        """Say that something may not be seen without a permission."""
        self.run.report.refuse(self.place, needs(self.resource, permission, refusal))

    def leave_out(self, why: str) -> None:
        """Say that something cannot be read here, today or tomorrow."""
        self.run.report.refuse(self.place, f"{self.resource}: {why}")

    def _refused(self, refusal: Refused) -> None:
        # 409: a repository without commits; 410: issues are switched off, or an endpoint is retired. There is nothing to see.
        if refusal.status in (404, *FORBIDDEN):
            self.refuse(self._permission, refusal)
        elif refusal.status not in (409, 410):
            self.miss(str(refusal))

    def _named(self, name: str) -> str:
        return f"{self.run.host}/{self.place}/{name}"

    def _asked(self) -> None:
        self.run.report.count(self.resource, requests=1)
        self.run.drawn(self.run.report.requests)


def needs(resource: str, permission: str, refusal: Refused) -> str:
    """What to say of a refusal."""
    if refusal.single_sign_on:
        return f"{resource}: authorise the token for the organisation's single sign-on, on the page of the token ({refusal.said})"
    return f"{resource}: GitHub answered {refusal.said}; the token needs {permission}"


def elements(body: Any, within: str | None = None) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """The objects of a page.

    Raises:
        Unanswered: it is no list.
    """
    found = body.get(within) if within and isinstance(body, dict) else body
    if not isinstance(found, list):
        raise Unanswered("GitHub answered something else than a list")
    return [item for item in found if isinstance(item, dict)]
