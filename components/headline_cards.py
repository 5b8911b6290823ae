"""The small cards under the story: cycle time, first review, the next items, open incidents."""

from components import states
from components.cards import Card
from components.flow_cards import cycle_hours
from components.forecast_words import count_of, half_sure_words
from components.format import COUNT, NO_DATA, date_label
from components.headlines import Headlines
from components.judgement import few
from components.record_words import still_open
from components.reviews_cards import REVIEWS, hours_card
from koalr_api import DeliveryForecast, Flow, KoalrError, Reviews


def small_cards(told: Headlines) -> list[Card]:
    """Cycle time, first review, the next items, open incidents."""
    return [cycle_card(told.flow), review_card(told.reviews), forecast_card(told.delivery), incident_card(told)]


def failed_card(label: str, definition: str, error: KoalrError) -> Card:
    """No number, and why."""
    return Card(label, NO_DATA, definition, note=states.short_words(error))


def cycle_card(flow: Flow | KoalrError) -> Card:
    """Median time from start to done."""
    definition = "Median time from start to done of the work items, or pull requests, finished in the window."
    if isinstance(flow, KoalrError):
        return failed_card("Cycle time", definition, flow)
    return hours_card("Cycle time", cycle_hours(flow), cycle_hours(flow.previous), definition, "nothing finished")


def review_card(reviews: Reviews | KoalrError) -> Card:
    """Mean time to the first review."""
    definition = "Mean time from ready for review to the first review by another person."
    if isinstance(reviews, KoalrError):
        return failed_card("First review", definition, reviews)
    before = reviews.previous.avg_first_response_time if reviews.previous else None
    return hours_card(
        "First review",
        reviews.avg_first_response_time,
        before,
        definition,
        "no reviews in the data",
        review_doubt(reviews),
    )


def forecast_card(delivery: DeliveryForecast | KoalrError) -> Card:
    """When the next items are done."""
    if isinstance(delivery, KoalrError):
        return failed_card("Next items, 85 % sure", "The date by which four weeks of work are done.", delivery)
    label = f"Next {count_of(delivery.items)}, 85 % sure"
    definition = (
        f"The date by which {count_of(delivery.items)} more are done with 85 % confidence; four weeks of work as a round "
        "number. See Forecast."
    )
    if delivery.p85 is None:
        return Card(label, NO_DATA, definition, note="too little history")
    return Card(label, date_label(delivery.p85), definition, note=half_sure_words(delivery))


def incident_card(told: Headlines) -> Card:
    """Incidents not resolved yet."""
    definition = f"Incidents of the last {told.chosen.days} days that are not resolved."
    if isinstance(told.incidents, KoalrError):
        return failed_card("Open incidents", definition, told.incidents)
    note = f"{told.incidents.total} in {told.chosen.days} d"
    return Card("Open incidents", COUNT.text(len(still_open(told.incidents.data))), definition, note=note)


def review_doubt(reviews: Reviews | KoalrError) -> str:
    """Why a change of the review times is not judged."""
    return "" if isinstance(reviews, KoalrError) else few(reviews.total_reviewed, REVIEWS)
