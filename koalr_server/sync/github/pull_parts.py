"""A pull request with all that belongs to it, as deliveries (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from koalr_server.sources.github import events
from koalr_server.sync.github.envelopes import delivery, essence, named, synced, without_patches
from koalr_server.sync.github.listing import Taken

PERMISSION = "Pull requests: read"
CHECKS_PERMISSION = "Checks: read, of an App or in the scope repo, for fine-grained tokens cannot have it"
STATUSES_PERMISSION = "Commit statuses: read"

Objects = Sequence[Mapping[str, Any]]

# Long, private, and told elsewhere.
UNUSED_TURNS = (
    *("commented", "committed", "reviewed", "line-commented", "commit-commented"),
    *("cross-referenced", "mentioned", "subscribed", "unsubscribed"),
)


def turns(timeline: Objects) -> list[Mapping[str, Any]]:
    """The events of a timeline that change a state."""
    return [event for event in timeline if event.get("event") not in UNUSED_TURNS]


@dataclass(frozen=True, slots=True)
class Parts:
    """Objects of the REST API, lists whole; None is what may not be seen.

    Args:
        told: whether the pull request itself is told; it is not where only its checks may have changed.
    """

    pull: Mapping[str, Any]
    reviews: Objects | None
    commits: Objects | None
    files: Objects | None
    timeline: Objects | None
    checks: Objects | None
    statuses: Objects | None
    told: bool = True

    def taken(self, repository: Mapping[str, Any]) -> Taken:
        """What it comes to; unfinished while a check is."""
        number, brief = {"number": self.pull.get("number")}, self._brief()
        told = [synced("pull_request", repository, pull_request=self.pull)] if self.told else []
        told += [
            synced("pull_request_review", repository, pull_request=number, review=review)
            for review in self.reviews or []
        ]
        files = None if self.files is None else without_patches(self.files)
        timeline = None if self.timeline is None else turns(self.timeline)
        for event, name, items, of in (
            (events.PULL_REQUEST_COMMITS, "commits", self.commits, brief),
            (events.PULL_REQUEST_FILES, "files", files, brief),
            (events.PULL_REQUEST_TIMELINE, "timeline", timeline, brief),
            (events.PULL_REQUEST_CHECK_RUNS, "check_runs", self.checks, number),
        ):
            if items is not None:
                body = {"repository": named(repository), "pull_request": of, name: essence(list(items))}
                told.append(delivery(event, body))
        # Most commits have none.
        if self.statuses:
            body = {
                "repository": named(repository),
                "sha": brief["head"]["sha"],
                "statuses": essence(list(self.statuses)),
            }
            told.append(delivery(events.COMMIT_STATUSES, body))
        return Taken(told, self._unfinished())

    def _unfinished(self) -> bool:
        running = any(check.get("status") != "completed" for check in self.checks or [])
        return running or any(status.get("state") == "pending" for status in self.statuses or [])

    def _brief(self) -> dict[str, Any]:
        """What orders the parts of a pull request, so that a change of its text does not make them look new."""
        head = self.pull.get("head")
        return {
            **{name: self.pull.get(name) for name in ("number", "created_at", "updated_at", "draft")},
            "head": {"sha": head.get("sha") if isinstance(head, dict) else None},
        }
