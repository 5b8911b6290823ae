"""Reviews of a pull request that count: by a human other than the author."""

from dataclasses import dataclass
from datetime import datetime

from tests.oracle.people import is_bot, same_person
from tests.oracle.rows import Organisation, Row, instant, required_instant


@dataclass(frozen=True)
class Review:
    submitted_at: datetime
    is_approval: bool


def human_reviews(org: Organisation, pull: Row, now: datetime) -> list[Review]:
    """Reviews submitted by now by others than the author, bots left out, earliest first."""
    found = [
        Review(required_instant(row["submittedAt"]), row["state"] == "approved")
        for row in org.get("reviews", [])
        if (row["repo"], int(row["number"])) == (pull["repo"], int(pull["number"]))
        and not is_bot(row["reviewer"])
        and not same_person(row["reviewer"], pull.get("author"))
    ]
    return sorted((one for one in found if one.submitted_at <= now), key=lambda one: one.submitted_at)


def last_approval_by(reviews: list[Review], moment: datetime) -> datetime | None:
    """The latest approval submitted no later than the moment."""
    return max((one.submitted_at for one in reviews if one.is_approval and one.submitted_at <= moment), default=None)


def ready_at(pull: Row) -> datetime | None:
    """When a pull request was ready for review: its own word, else when it was opened."""
    return instant(pull.get("readyAt")) or instant(pull.get("createdAt"))
