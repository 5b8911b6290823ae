"""The figures that tell the story of a window: what the overview and the weekly summary are drawn from."""

from collections.abc import Mapping
from typing import NamedTuple

from components import asking, data, view
from components.filters import Filters
from components.noise import dora_doubts
from koalr_api import DeliveryForecast, Dora, Flow, Incident, KoalrError, Page, Reviews


class Headlines(NamedTuple):
    """Answers about one window; the parts a page can do without may be errors."""

    chosen: Filters
    dora: Dora
    flow: Flow | KoalrError
    reviews: Reviews | KoalrError
    incidents: Page[Incident] | KoalrError
    delivery: DeliveryForecast | KoalrError

    @property
    def doubts(self) -> Mapping[str, str]:
        """Why a change of a DORA metric is not judged, by metric."""
        return dora_doubts(self.dora, self.chosen.days, self.incidents)


def ask(chosen: Filters) -> Headlines:
    """Five questions, four of them side by side; how much to forecast depends on the flow."""
    asking.announce(
        lambda: data.dora(chosen),
        lambda: data.flow(chosen),
        lambda: data.reviews(chosen),
        lambda: data.incidents(chosen),
    )
    dora, flow = data.dora(chosen), view.attempt(lambda: data.flow(chosen))
    return Headlines(
        chosen,
        dora,
        flow,
        view.attempt(lambda: data.reviews(chosen)),
        view.attempt(lambda: data.incidents(chosen)),
        view.attempt(lambda: data.usual_delivery(flow, chosen)),
    )
