"""What is answered from memory, what is asked and in which order, on a clock of its own."""

import itertools
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cachetools import LRUCache

from koalr_api.answer import Answer, RateLimit
from koalr_api.budget import Budget
from koalr_api.desk import Desk
from koalr_api.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    ConfigError,
    InternalServerError,
    NotFoundError,
    RateLimitError,
    ResponseValidationError,
)
from koalr_api.job import Exchange, Failed, Job, Pending, Shown
from koalr_api.request import Audience, Priority, Request
from koalr_api.rules import Rules

NOW = datetime(2026, 3, 14, tzinfo=UTC)
PAGE = Audience(Priority.PAGE, 2.0, 300.0)
TV = Audience(Priority.TV, 2.0, 300.0)
WARMING = Audience(Priority.WARMING, 0.0, 300.0)
SCRIPT = Audience()
LOST = APIConnectionError("lost")


def failed(status: int, kind: type[APIStatusError] = InternalServerError, **extra: Any) -> APIStatusError:
    return kind(f"status {status}", status=status, **extra)


def question(name: str) -> Request:
    return Request("GET", f"/{name}")


@dataclass(frozen=True)
class Value:
    """A model."""

    text: str
    _answer: Answer

    @property
    def stale_reason(self) -> str | None:
        return self._answer.stale_reason


def read(answer: Answer) -> Value:
    if "text" not in answer.raw:
        raise ResponseValidationError("no text", "text")
    return Value(str(answer.raw["text"]), answer)


class Office:
    """A desk with the answers put in by hand."""

    def __init__(self, chance: float = 0.5, **rules: Any) -> None:
        self.desk = Desk(Rules(**rules), Budget(), lambda: chance)
        self.now = 0.0

    def ask(self, name: str = "a", audience: Audience = PAGE) -> Shown | Pending | Failed:
        return self.desk.ask(question(name), read, audience, self.now)

    def waits(self, name: str = "a", audience: Audience = PAGE) -> Job:
        found = self.ask(name, audience)
        assert isinstance(found, Pending), found
        found.job.waiters += 1
        return found.job

    def shown(self, name: str = "a", audience: Audience = PAGE) -> Value:
        found = self.ask(name, audience)
        assert isinstance(found, Shown), found
        assert isinstance(found.value, Value)
        return found.value

    def error(self, name: str = "a", audience: Audience = PAGE) -> Exception:
        found = self.ask(name, audience)
        assert isinstance(found, Failed), found
        return found.error

    def take(self) -> Job:
        job = self.desk.queue.next_job(self.now)
        assert isinstance(job, Job), job
        return job

    def idle(self) -> float | None:
        turn = self.desk.queue.next_job(self.now)
        assert not isinstance(turn, Job), turn.request
        return turn

    def answer(self, job: Job, text: str = "good", **extra: Any) -> None:
        found = Answer({"text": text}, self.wall(), self.wall, size_bytes=len(text), **extra)
        self.desk.finished(job, Exchange(self.wall(), answer=found, value=read(found)), self.now)

    def fail(self, job: Job, error: Exception, limit: RateLimit | None = None) -> None:
        self.desk.finished(job, Exchange(self.wall(), error=error, rate_limit=limit), self.now)

    def fill(self, *names: str, audience: Audience = PAGE, **extra: Any) -> None:
        for name in names or ("a",):
            self.ask(name, audience)
            self.answer(self.take(), **extra)

    def wall(self) -> datetime:
        return NOW + timedelta(seconds=self.now)


@pytest.fixture
def office() -> Office:
    return Office()


class TestFreshness:
    def test_a_fresh_value_is_shown_and_nothing_queued(self, office: Office) -> None:
        office.fill()
        office.now = 59.9
        assert office.shown().text == "good"
        assert office.idle() is None

    def test_an_old_value_is_shown_at_once_and_renewed_once(self, office: Office) -> None:
        office.fill()
        office.now = 61.0
        for _ in range(100):
            assert office.shown().text == "good"
        job = office.take()
        assert office.idle() is None
        assert office.shown().text == "good"
        office.answer(job, "newer")
        assert office.shown().text == "newer"

    def test_lives_differ_by_a_tenth_each_way(self) -> None:
        for chance, secs in ((0.0, 54.0), (0.999999, 65.99)):
            office = Office(chance)
            office.fill()
            office.now = secs - 0.02
            office.shown()
            assert office.idle() is None
            office.now = secs + 0.02
            office.shown()
            assert office.take()

    def test_too_old_a_value_is_waited_for_and_shown_when_patience_ends(self, office: Office) -> None:
        office.fill()
        office.now = 301.0
        job = office.waits()
        assert job.priority == Priority.WAITING
        late = office.desk.late(job, office.now + 2)
        assert isinstance(late, Shown)

    def test_a_script_gets_no_value_that_is_not_fresh(self, office: Office) -> None:
        office.fill()
        office.now = 61.0
        assert office.waits(audience=SCRIPT)

    def test_values_beyond_the_longest_age_are_never_shown(self) -> None:
        office = Office(stale_secs=1000.0)
        office.fill()
        office.now = 1001.0
        job = office.waits()
        assert isinstance(office.desk.late(job, office.now), Pending)

    def test_an_unchanged_answer_renews_the_value_and_its_age(self, office: Office) -> None:
        office.fill(etag='"v1"')
        office.now = 61.0
        office.shown()
        job = office.take()
        assert job.etag == '"v1"'
        told = Answer({}, office.wall(), office.wall)
        office.desk.finished(job, Exchange(office.wall(), answer=told, unchanged=True), office.now)
        found = office.shown()
        assert (found.text, found._answer.fetched_at, found._answer.etag) == ("good", office.wall(), '"v1"')
        assert office.idle() is None

    def test_unchanged_after_the_value_was_dropped_asks_for_the_whole(self, office: Office) -> None:
        office.fill(etag='"v1"')
        office.now = 61.0
        office.shown()
        job = office.take()
        office.desk.forget()
        told = Answer({}, office.wall(), office.wall)
        office.desk.finished(job, Exchange(office.wall(), answer=told, unchanged=True), office.now)
        assert (office.take().request, job.etag) == (question("a"), None)

    def test_refreshing_twice_within_seconds_asks_once(self, office: Office) -> None:
        refresh = PAGE._replace(max_age_secs=5.0, asks_anew=True)
        office.fill()
        office.now = 4.9
        office.shown(audience=refresh)
        office.now = 5.1
        office.waits(audience=refresh)


class TestOrder:
    def test_whoever_waits_comes_before_a_page_before_a_tv_before_warming(self, office: Office) -> None:
        office.fill("page", "tv", "warm")
        office.now = 61.0
        office.ask("warm", WARMING)
        office.ask("tv", TV)
        office.ask("page", PAGE)
        office.waits("new", TV)
        assert [office.take().request.path for _ in range(4)] == ["/new", "/page", "/tv", "/warm"]

    def test_those_who_wait_are_served_in_the_order_they_came(self, office: Office) -> None:
        for number in range(4):
            office.now = float(number)
            office.waits(f"{number}")
        assert [office.take().request.path for _ in range(4)] == ["/0", "/1", "/2", "/3"]

    def test_the_oldest_value_is_renewed_first(self, office: Office) -> None:
        for number in range(3):
            office.now = float(number)
            office.fill(f"{number}")
        office.now = 70.0
        for number in (2, 0, 1):
            office.ask(f"{number}")
        assert [office.take().request.path for _ in range(3)] == ["/0", "/1", "/2"]

    def test_a_tv_overtakes_a_page_whose_value_is_a_minute_younger(self, office: Office) -> None:
        office.fill("tv")
        office.now = 61.0
        office.fill("page")
        office.now = 130.0
        office.ask("page")
        office.ask("tv", TV)
        assert office.take().request.path == "/tv"

    def test_a_refresh_becomes_urgent_when_somebody_waits_for_it(self, office: Office) -> None:
        office.fill("a", "b")
        office.now = 61.0
        office.ask("a", TV)
        office.ask("b", TV)
        office.waits("b", PAGE._replace(max_age_secs=10.0))
        assert office.take().request.path == "/b"

    def test_places_are_counted_from_one(self, office: Office) -> None:
        jobs = [office.waits(f"{number}") for number in range(3)]
        assert [office.desk.queue.place(job) for job in jobs] == [1, 2, 3]

    def test_what_nobody_asks_for_any_more_is_not_renewed(self, office: Office) -> None:
        office.fill("a", "b")
        office.now = 61.0
        office.ask("a")
        office.ask("b")
        office.now = 170.0
        office.ask("b")
        office.now = 190.0
        assert office.take().request.path == "/b"
        assert office.idle() is None

    def test_what_somebody_waits_for_is_never_dropped(self, office: Office) -> None:
        office.waits("a", SCRIPT)
        office.now = 10_000.0
        assert office.take().request.path == "/a"


class TestFailures:
    def test_a_failed_refresh_leaves_the_value_and_says_why(self, office: Office) -> None:
        office.fill()
        office.now = 61.0
        assert office.shown().stale_reason is None
        office.fail(office.take(), failed(500))
        found = office.shown()
        assert (found.text, found.stale_reason) == ("good", "status 500")
        assert office.shown() is found

    def test_a_failing_question_is_asked_more_and_more_rarely(self, office: Office) -> None:
        office.fill()
        office.now = 61.0
        asked = []
        while office.now < 400:
            office.shown()
            turn = office.desk.queue.next_job(office.now)
            if isinstance(turn, Job):
                asked.append(office.now)
                office.fail(turn, failed(500))
            office.now += 0.1
        pauses = [after - before for before, after in itertools.pairwise(asked)]
        assert len(asked) < 16
        assert max(pauses) <= 61
        assert pauses[-1] > 40

    def test_whoever_waits_gets_the_tries_of_the_retry_budget(self, office: Office) -> None:
        job = office.waits()
        for _ in range(3):
            assert job.settled is None
            office.fail(office.take(), failed(503))
            office.now += 0.5
        assert job.settled is not None
        assert isinstance(office.desk.outcome(job, job.settled, office.now), Failed)

    def test_a_failure_is_told_again_while_it_backs_off_and_asked_anew_after(self, office: Office) -> None:
        office.waits()
        office.fail(office.take(), failed(404, NotFoundError))
        assert isinstance(office.error(), NotFoundError)
        assert office.idle() is None
        office.now = 10.0
        assert office.waits()

    def test_a_server_that_wants_a_day_of_rest_is_asked_again_in_minutes(self, office: Office) -> None:
        office.fill()
        office.now = 61.0
        office.ask()
        office.fail(office.take(), failed(503, retry_at=office.wall() + timedelta(days=1)))
        office.now += 299
        office.shown()
        assert office.idle() is None
        office.now += 2
        office.shown()
        assert office.take()

    @pytest.mark.parametrize("audience", [SCRIPT, PAGE._replace(asks_anew=True)])
    def test_a_script_or_a_button_tries_again_at_once(self, office: Office, audience: Audience) -> None:
        office.waits()
        office.fail(office.take(), failed(404, NotFoundError))
        office.waits(audience=audience)
        office.answer(office.take())
        assert office.shown().text == "good"

    @pytest.mark.parametrize("status", [400, 403, 404, 410])
    def test_a_refused_question_loses_its_value_and_no_other(self, office: Office, status: int) -> None:
        office.fill("a", "b")
        office.now = 61.0
        office.ask("a")
        office.fail(office.take(), failed(status, APIStatusError))
        assert isinstance(office.error("a"), APIStatusError)
        assert office.shown("b").text == "good"

    def test_a_refused_key_loses_what_is_being_renewed_too(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(LRUCache, "clear", MutableMapping.clear)  # as in cachetools 5
        office.fill("a", "b")
        office.now = 70.0
        office.shown("a")
        office.shown("b")
        office.take()
        office.fail(office.take(), failed(401, AuthenticationError))
        assert len(office.desk.answers()) == 0

    def test_a_refused_key_loses_every_value_and_asks_once_at_a_time(self, office: Office) -> None:
        office.fill("a", "b", "c")
        office.now = 61.0
        for name in "abc":
            office.ask(name)
        office.fail(office.take(), failed(401, AuthenticationError))
        for name in "abc":
            assert isinstance(office.error(name), AuthenticationError)
        assert office.idle() is not None
        office.now = 70.0
        office.take()
        assert office.idle() is None

    def test_a_rate_limit_keeps_the_value_and_closes_the_budget(self, office: Office) -> None:
        office.fill("a", "b")
        office.now = 61.0
        office.ask("a")
        office.ask("b")
        until = office.wall() + timedelta(seconds=30)
        office.fail(office.take(), failed(429, RateLimitError, retry_at=until))
        assert office.shown("a").stale_reason == "status 429"
        assert office.idle() == pytest.approx(30.0)

    def test_a_rate_limit_that_names_no_time_pauses_every_question_and_longer_each_time(self) -> None:
        office = Office(max_retries=0)
        office.waits("0")
        pauses = []
        for number in range(1, 5):
            office.fail(office.take(), failed(429, RateLimitError))
            office.waits(f"{number}")
            pauses.append(office.idle())
            office.now += pauses[-1] or 0.0
        assert pauses == pytest.approx([0.25, 0.5, 1.0, 2.0])

    def test_a_try_is_not_made_that_would_begin_after_the_retry_budget(self, office: Office) -> None:
        for pause_secs, again in ((2.0, True), (2.01, False)):
            job = office.waits(f"{pause_secs}")
            office.fail(office.take(), failed(503, retry_at=office.wall() + timedelta(seconds=pause_secs)))
            assert (job.settled is None) is again

    def test_a_try_that_would_have_to_wait_for_the_rate_limit_is_not_made(self, office: Office) -> None:
        job, refused = office.waits("a"), office.waits("b")
        first, second = office.take(), office.take()
        until = office.wall() + timedelta(seconds=30)
        office.fail(second, failed(429, RateLimitError, retry_at=until))
        office.fail(first, failed(500))
        assert job.settled is not None
        assert refused.settled is not None

    def test_the_retry_budget_begins_with_the_first_try_and_not_in_the_queue(self, office: Office) -> None:
        job = office.waits()
        office.now = 55.0
        office.fail(office.take(), failed(500))
        assert job.settled is None

    @pytest.mark.parametrize("error", [LOST, ConfigError("no JSON"), ResponseValidationError("misfit"), failed(500)])
    def test_every_other_fault_is_bridged_with_the_last_good_value(self, office: Office, error: Exception) -> None:
        office.fill()
        office.now = 1000.0
        job = office.waits(audience=SCRIPT)
        while job.settled is None:
            turn = office.desk.queue.next_job(office.now)
            if isinstance(turn, Job):
                office.fail(turn, error)
            else:
                assert turn is not None
                office.now += turn
        found = office.desk.outcome(job, job.settled, office.now)
        assert isinstance(found, Shown)
        assert isinstance(found.value, Value)
        assert found.value.stale_reason == str(error)


class TestOutage:
    def outage(self, office: Office, *names: str) -> None:
        office.fill(*names)
        office.now = 61.0
        for name in names:
            office.ask(name)
        for job in [office.take() for _ in range(3)]:
            office.fail(job, LOST)

    def test_one_request_at_a_time_tries_whether_the_server_is_back(self, office: Office) -> None:
        self.outage(office, "a", "b", "c", "d")
        office.now += 5
        for name in "abcd":
            office.ask(name)
        office.take()
        assert office.idle() is None

    def test_a_dead_server_costs_few_requests(self, office: Office) -> None:
        self.outage(office, "a", "b", "c", "d")
        before = office.desk.queue.sent
        end = office.now + 600
        while office.now < end:
            for name in "abcd":
                office.shown(name)
            turn = office.desk.queue.next_job(office.now)
            if isinstance(turn, Job):
                office.fail(turn, LOST)
            office.now += 0.5
        assert office.desk.queue.sent - before <= 32

    def test_when_it_answers_everything_is_renewed_at_once(self, office: Office) -> None:
        self.outage(office, "a", "b", "c", "d")
        office.now += 5
        office.ask("d")
        office.answer(office.take(), "back")
        for name in "abc":
            office.ask(name)
        assert {office.take().request.path for _ in range(3)} == {"/a", "/b", "/c"}

    def test_without_a_value_the_failure_is_told_at_once(self, office: Office) -> None:
        self.outage(office, "a", "b", "c")
        assert office.error("new") is LOST

    def test_those_who_wait_share_the_outcome_of_the_one_try(self, office: Office) -> None:
        self.outage(office, "a", "b", "c")
        jobs = [office.waits(f"{number}", SCRIPT) for number in range(5)]
        office.fail(office.take(), LOST)
        assert all(job.settled is not None and job.settled.error is LOST for job in jobs)

    @pytest.mark.parametrize(
        "error",
        [ResponseValidationError("misfit"), failed(500), failed(404, NotFoundError), failed(429, RateLimitError)],
    )
    def test_any_answer_ends_it_even_one_that_is_no_use(self, office: Office, error: Exception) -> None:
        self.outage(office, "a", "b", "c", "d")
        office.now += 5
        office.ask("d")
        office.fail(office.take(), error)
        assert office.desk.statistics(office.now).reachable
        office.now += 61
        office.ask("a")
        assert office.take().request.path == "/a"

    def test_a_try_that_was_not_sent_leaves_the_next_to_be_it(self, office: Office) -> None:
        self.outage(office, "a", "b", "c", "d")
        office.now += 5
        office.ask("d")
        office.desk.queue.unsent(office.take(), office.now)
        assert office.take().probe

    def test_failures_of_single_questions_are_no_outage(self, office: Office) -> None:
        for number in range(10):
            office.waits(f"{number}", PAGE._replace(patience_secs=0.0))
            office.fail(office.take(), failed(404, NotFoundError))
        assert office.waits("new")


class TestBounds:
    def test_the_value_asked_for_longest_ago_makes_room(self) -> None:
        office = Office(most_entries=2)
        office.fill("a", "b")
        office.shown("a")
        office.fill("c")
        assert office.shown("a")
        assert office.waits("b")

    def test_bytes_are_bounded_too(self) -> None:
        office = Office(most_bytes=100)
        office.fill("a", "b", "c", text="x" * 40)
        figures = office.desk.statistics(office.now)
        assert (figures.entries, figures.size_bytes) == (2, 80)

    def test_a_body_larger_than_the_memory_is_answered_and_not_kept(self) -> None:
        office = Office(most_bytes=10)
        job = office.waits()
        office.answer(office.take(), "x" * 11)
        assert job.settled is not None
        assert job.settled.value.text == "x" * 11
        assert office.desk.statistics(office.now).entries == 0

    def test_a_value_that_is_being_renewed_keeps_its_room(self) -> None:
        office = Office(most_entries=2)
        office.fill("a", "b")
        office.now = 61.0
        office.ask("a")
        job = office.take()
        office.shown("b")
        office.fill("c")
        assert office.shown("a").text == "good"
        office.answer(job, "newer")
        assert office.shown("a").text == "newer"

    def test_failures_of_ever_new_questions_do_not_pile_up(self) -> None:
        office = Office(most_entries=10)
        for number in range(200):
            office.now += 5
            office.waits(f"{number}").waiters -= 1
            office.fail(office.take(), failed(404, NotFoundError))
        assert len(office.desk._failures) == 10
        assert not len(office.desk.queue)


class TestAnswersOfAnEarlierProcess:
    """Of an older version, say, which did not know a field that is documented now."""

    @pytest.fixture
    def office(self) -> Office:
        found = Office()
        old = Answer({"other": 1}, found.wall(), found.wall, etag='"old"', size_bytes=10)
        found.desk.restore(question("a"), old, 10.0, found.now)
        return found

    def test_one_that_does_not_fit_is_as_if_it_were_not_there(self, office: Office) -> None:
        assert office.waits() is not None
        job = office.take()
        assert job.etag is None
        office.answer(job, "new")
        assert office.shown().text == "new"

    def test_one_that_does_not_fit_hides_no_failure(self, office: Office) -> None:
        job = office.waits(audience=SCRIPT)
        office.fail(office.take(), LOST)
        office.now += 0.25
        office.fail(office.take(), LOST)
        office.now += 0.5
        office.fail(office.take(), LOST)
        assert job.settled is not None
        assert office.desk.outcome(job, job.settled, office.now) == Failed(LOST)


def test_statistics_say_what_happened(office: Office) -> None:
    office.fill("a", "b")
    office.shown("a")
    office.now = 61.0
    office.shown("a")
    office.fail(office.take(), failed(500))
    found = office.desk.statistics(office.now)
    assert (found.hits, found.stale, found.requests, found.entries) == (1, 1, 3, 2)
    assert (found.limit, found.budget_left, found.queued, found.in_flight) == (60, 59, 0, 0)
    assert (found.last_success_at, found.last_error, found.last_error_at) == (NOW, "status 500", office.wall())
    assert [(age.request, age.age_secs, age.fresh) for age in found.ages] == [
        ("GET /a", 61.0, False),
        ("GET /b", 61.0, False),
    ]
