"""Each page with one of its questions unanswered: the rest stands, and what is missing is said."""

from collections.abc import Callable
from itertools import cycle

import pytest
from starlette.applications import Starlette

from koalr_api.errors import APITimeoutError
from koalr_api.job import Exchange
from koalr_api.request import Request
from koalr_api.transport import Transport, utc_now
from tests.integration.server.conftest import Api
from tests.pages.conftest import KEY, Open
from tests.pages.relay import PREFIX, relaying, sent_texts

MOST_CALLS = 6
UPSTREAM = "<html>secrets of the proxy</html>"
TIMEOUT = "timeout"
FAULTS = (401, 403, 404, 429, 500, UPSTREAM, TIMEOUT)
OVERVIEW = ("/teams", "/metrics/dora", "/flow", "/review-metrics", "/incidents", "/forecast/delivery")
QUESTIONS = {
    "overview.py": OVERVIEW,
    "dora.py": ("/metrics/dora", "/incidents"),
    "flow.py": ("/flow", "/pull-requests"),
    "value_stream.py": ("/value-stream",),
    "forecast.py": ("/forecast/delivery", "/forecast/backlog"),
    "reviews.py": ("/review-metrics", "/pull-requests"),
    "copilot.py": ("/copilot",),
    "pr_risk.py": ("/pr-risk/score", "/pull-requests"),
    "deployments.py": ("/deployments", "/metrics/dora"),
    "pull_requests.py": ("/pull-requests", "/flow"),
    "incidents.py": ("/incidents",),
    "custom_metrics.py": ("/custom-metrics", "/custom-metrics/bug-share/query", "/custom-metrics/hotfix-rate/query"),
    "weekly.py": OVERVIEW[1:],
    "status.py": ("/status",),
}
PAIRS = [(page, question) for page, questions in QUESTIONS.items() for question in questions]
# Two faults each, so that every fault meets many pages.
CASES = [(*pair, fault) for pair, fault in zip([*PAIRS, *PAIRS], cycle(FAULTS), strict=False)]
SAID = (
    *("does not accept the key", "may not see", "does not know this", "request budget", "no usable answer"),
    *("not set up right", "does not answer in time", "not allowed", "not to be had", "waiting for the budget"),
    *("No weekly figures here", "is not known here", "does not list", "No custom metric", "does not say"),
)


@pytest.mark.parametrize(("page", "question", "fault"), CASES)
def test_what_is_missing_is_said_and_the_rest_stands(
    page: str,
    question: str,
    fault: int | str,
    api: Api,
    connected: Callable[[Starlette], str],
    open_page: Open,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: set[Request] = set()
    send = Transport.send

    def sent(transport: Transport, request: Request, etag: str | None = None) -> Exchange:
        # The client of an earlier test may still be on its way.
        if transport.base_url == url:
            asked.add(request)
        if fault == TIMEOUT and request.path == PREFIX + question:
            return Exchange(utc_now(), error=APITimeoutError("It did not answer in time."))
        return send(transport, request, etag)

    url = connected(relaying(api, withheld="" if fault == TIMEOUT else question, instead=fault))
    monkeypatch.setattr(Transport, "send", sent)
    app = open_page(page, pr="alphagov/whitehall/1", days="90")
    assert not app.exception
    texts = [text.replace("\\", "") for field, text in sent_texts(app) if field != "PlotlyChart.spec"]
    assert any(words in text for text in texts for words in SAID)
    assert PREFIX + question in {request.path for request in asked}
    assert len(asked) <= MOST_CALLS
    everything = " ".join(text for _, text in sent_texts(app))
    assert KEY not in everything
    assert "secrets of the proxy" not in everything
    assert "<b>" not in " ".join(text for field, text in sent_texts(app) if field == "Markdown.body")
