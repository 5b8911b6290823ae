"""Code review in words: how long pull requests wait, and what the figures do not say (pure)."""

from components.format import change_text, duration, duration_unit, known
from components.judgement import verdict
from koalr_api import Reviews

NO_PERSONS = (
    "The API gives no figures per person, and this page shows none: that is by design. Reviewing is the work of a team, and who is "
    "counted reviews for the count."
)
NOT_REVIEW_TIMES = (
    "Not review times, which the API gives as means only: first commit to merge, so writing, waiting and review."
)
IMPORT = "python -m koalr_server import reviews FILE"


def reviews_sentence(reviews: Reviews) -> str:
    """The wait for the first review, and how it moved; at most 70 characters."""
    wait = reviews.avg_first_response_time
    if wait is None or not known(wait):
        if reviews.total_reviewed:
            return "Pull requests were reviewed; how long they waited is not known."
        return "No pull request was reviewed in this window."
    before = reviews.previous.avg_first_response_time if reviews.previous else None
    return f"First reviews come after {duration(wait)} on average{_moved(wait, before)}."


def _moved(now: float, before: float | None) -> str:
    """ ", 2.9 h more than before"; empty without a window before, or where next to nothing changed."""
    if before is None or not known(before):
        return ""
    change = change_text(now, before, duration_unit(now))
    if change is None or verdict(now, before, "down") == "same":
        return ", about as before"
    return f", {change[1:]} {'more' if now > before else 'less'} than before"
