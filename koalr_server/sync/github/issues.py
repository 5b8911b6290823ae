"""Issues, each with the turns it took."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from koalr_server.sync.github.envelopes import delivery, essence, named, synced
from koalr_server.sync.github.errand import Errand
from koalr_server.sync.github.listing import Listing, Taken, follow, singly, updated_at
from koalr_server.sync.github.pull_parts import turns
from koalr_server.sync.github.pulls import NEWEST_FIRST
from koalr_server.sync.position import Stub

PERMISSION = "Issues: read"
OVERLAP = timedelta(minutes=5)


def read_issues(errand: Errand, repository: Mapping[str, Any]) -> None:
    """Read a repository's issues that changed; errors as of Connection.get."""
    path = f"/repos/{repository['full_name']}/issues"

    def take(stub: Stub) -> Taken:
        timeline = errand.part(f"{path}/{stub.key}/timeline", PERMISSION)
        told = [synced("issues", repository, issue=stub.body)]
        if timeline is not None:
            issue = {name: stub.body.get(name) for name in ("number", "created_at", "updated_at")}
            body = {"repository": named(repository), "issue": issue, "timeline": essence(turns(timeline))}
            told.append(delivery("issue_timeline", body))
        return Taken(told)

    listing = Listing(
        name="issues",
        path=path,
        key="number",
        order="updated_at",
        version=updated_at,
        overlap=OVERLAP,
        parameters=NEWEST_FIRST,
        take=singly(errand, take),
        # GitHub lists pull requests among them.
        wanted=lambda body: "pull_request" not in body,
    )
    follow(errand, listing)
