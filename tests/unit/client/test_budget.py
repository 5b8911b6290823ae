"""The budget of requests: never over the limit as the server counts, whatever the delays and headers."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koalr_api.budget import MARGIN_SECS, Budget, Spend, Told

WINDOW = 60 + MARGIN_SECS
SILENT = Told()


def taken(budget: Budget, now: float, waiting: bool = True) -> Spend:
    found = budget.take(now, waiting)
    assert isinstance(found, Spend)
    return found


def refused(budget: Budget, now: float, waiting: bool = True) -> float:
    found = budget.take(now, waiting)
    assert isinstance(found, float)
    return found


def use(budget: Budget, count: int, now: float = 0.0, told: Told = SILENT) -> None:
    for _ in range(count):
        budget.settle(taken(budget, now), now, told)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.floats(0, 12), st.floats(0, 20), st.floats(0, 20), st.booleans()), min_size=20, max_size=150),
)
def test_the_server_never_counts_more_than_the_limit_whatever_the_delays(
    limit: int, steps: list[tuple[float, float, float, bool]]
) -> None:
    budget = Budget(limit)
    now, arrived, open_ = 0.0, [], []
    for pause, there, back, waiting in steps:
        now += pause
        for item in sorted(item for item in open_ if item[0] <= now):
            budget.settle(item[1], item[0], Told())
        open_ = [item for item in open_ if item[0] > now]
        found = budget.take(now, waiting)
        if isinstance(found, Spend):
            arrived.append(now + there)
            open_.append((now + there + back, found))
    arrived.sort()
    assert all(after - before >= 60 for before, after in zip(arrived, arrived[limit:], strict=False))


def test_a_request_counts_from_sending_until_a_window_after_its_answer() -> None:
    budget = Budget(1)
    spend = taken(budget, 0.0)
    assert budget.spent(1000.0) == 1
    budget.settle(spend, 1000.0, Told())
    assert refused(budget, 1000.0) == WINDOW
    assert taken(budget, 1000.0 + WINDOW)


def test_the_last_tenth_is_kept_for_people() -> None:
    budget = Budget(60)
    use(budget, 54)
    assert refused(budget, 0.0, waiting=False) > 0
    use(budget, 6)
    assert refused(budget, 0.0) > 0


def test_background_work_is_spread_once_half_is_spent() -> None:
    budget = Budget(60)
    for _ in range(30):
        budget.settle(taken(budget, 0.0, waiting=False), 0.0, Told())
    wait = refused(budget, 0.0, waiting=False)
    assert wait == WINDOW / 54
    assert taken(budget, wait, waiting=False)
    assert refused(budget, wait, waiting=False) > 0
    assert taken(budget, wait)


def test_the_limit_follows_the_header_up_and_down() -> None:
    budget = Budget(60)
    use(budget, 1, told=Told(limit=100))
    use(budget, 99)
    assert refused(budget, 0.0) > 0
    use(budget, 1, WINDOW, Told(limit=2))
    use(budget, 1, WINDOW)
    assert refused(budget, WINDOW) > 0


def test_nonsense_in_headers_changes_nothing() -> None:
    budget = Budget(60)
    for told in (Told(limit=0), Told(limit=-1), Told(limit=10**9), Told(remaining=-5), Told(remaining=61)):
        use(budget, 1, told=told)
    assert budget.left(0.0) == 55


def test_what_others_spent_is_believed_and_passes_with_time() -> None:
    budget = Budget(60)
    use(budget, 1, told=Told(60, 20))
    assert budget.left(0.0) == 20
    assert 38 <= budget.left(WINDOW / 2) <= 40
    assert budget.left(WINDOW) == 60


def test_a_server_that_reports_more_left_than_we_counted_is_not_believed() -> None:
    budget = Budget(60)
    use(budget, 30, told=Told(60, 59))
    assert budget.left(0.0) == 30


def test_alone_the_reset_header_does_not_lengthen_the_wait() -> None:
    budget = Budget(2)
    use(budget, 1)
    use(budget, 1, 30.0, Told(2, 0, 59.0))
    assert refused(budget, 30.0) == WINDOW - 30


def test_with_others_the_reset_header_closes_the_budget() -> None:
    budget = Budget(60)
    use(budget, 1, told=Told(60, 0, 25.0))
    assert refused(budget, 10.0) == 15.0


def test_when_the_server_names_the_moment_one_of_the_others_has_left() -> None:
    for told in (Told(60, 0, 25.0), Told(60, 0, None, refused=True, retry_secs=25.0)):
        budget = Budget(60)
        use(budget, 1, told=told)
        assert budget.expected_secs(0.0, 1) == 25.0
        assert refused(budget, 24.9) > 0
        assert taken(budget, 25.0)


def test_the_expected_time_is_that_of_the_first_of_the_others_to_leave() -> None:
    budget = Budget(60)
    use(budget, 1, told=Told(60, 0))
    wait = budget.expected_secs(0.0, 1)
    assert 1 < wait < 1.1
    assert refused(budget, 0.0) == wait
    assert taken(budget, wait + 0.001)


def test_a_refusal_closes_the_budget_until_its_time_and_for_a_window_at_most() -> None:
    for told_secs, wait in ((12.0, 12.0), (1e9, WINDOW)):
        budget = Budget(60)
        use(budget, 1, told=Told(refused=True, retry_secs=told_secs))
        assert refused(budget, 0.0) == wait
        assert budget.left(0.0) == 0
        assert taken(budget, wait)


@pytest.mark.parametrize("told", [Told(refused=True), Told(refused=True, retry_secs=0.0)])
def test_refusals_in_a_row_that_name_no_time_close_it_for_twice_as_long_each(told: Told) -> None:
    budget = Budget(60)
    now, waits = 0.0, []
    for _ in range(10):
        use(budget, 1, now, told)
        waits.append(refused(budget, now))
        now += waits[-1]
    assert waits == pytest.approx([0.25, 0.5, 1, 2, 4, 8, 16, 32, 60, 60])


def test_an_answer_ends_the_row() -> None:
    budget = Budget(60)
    use(budget, 1, 0.0, Told(refused=True))
    use(budget, 1, 1.0)
    use(budget, 1, 2.0, Told(refused=True))
    assert refused(budget, 2.0) == 0.25


def test_refusals_of_what_was_under_way_together_count_as_one() -> None:
    budget = Budget(60)
    spends = [taken(budget, 0.0) for _ in range(8)]
    late = taken(budget, 0.0)
    for spend in spends:
        budget.settle(spend, 0.5, Told(refused=True))
    assert refused(budget, 0.5) == 0.25
    budget.settle(late, 0.6, Told())
    use(budget, 1, 0.75, Told(refused=True))
    assert refused(budget, 0.75) == 0.5


def test_what_was_not_sent_is_not_spent() -> None:
    budget = Budget(1)
    taken(budget, 0.0)
    budget.give_back()
    assert taken(budget, 0.0)


def test_the_expected_time_of_a_place_in_the_queue() -> None:
    budget = Budget(60)
    use(budget, 60)
    assert budget.expected_secs(20.0, 1) == WINDOW - 20
    assert budget.expected_secs(20.0, 61) == 2 * WINDOW - 20
    assert Budget(60).expected_secs(0.0, 60) == 0


def test_two_threads_cannot_take_the_same_place() -> None:
    budget = Budget(500)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: budget.take(0.0, waiting=True), range(2000)))
    assert sum(isinstance(each, Spend) for each in found) == 500


def test_a_part_is_kept_to_and_a_tenth_of_it_is_for_people() -> None:
    budget = Budget(60)
    budget.divide(3, math.inf, 0.0)
    use(budget, 18)
    assert refused(budget, 1.0, waiting=False) > 0
    use(budget, 2)
    assert refused(budget, 1.0) > 0


def test_what_was_spent_before_counts_towards_a_part() -> None:
    budget = Budget(60)
    use(budget, 25)
    assert not budget.over_part(0.0)
    budget.divide(3, math.inf, 0.0)
    assert budget.over_part(0.0)
    assert refused(budget, 0.0) > 0
    assert taken(budget, WINDOW)


def test_a_part_is_never_nothing() -> None:
    budget = Budget(2)
    budget.divide(5, math.inf, 0.0)
    assert taken(budget, 0.0)
    assert refused(budget, 0.0) > 0


def test_pooled_only_what_one_process_may_ever_spend_holds() -> None:
    budget = Budget(60)
    budget.divide(3, math.inf, 0.0)
    budget.settle(taken(budget, 0.0), 0.0, Told(60, 0, 30.0))
    assert refused(budget, 0.0) > 0
    budget.pool()
    use(budget, 59)
    assert refused(budget, 0.0, waiting=False) == WINDOW


def test_divided_again_what_others_spent_counts_as_before() -> None:
    budget = Budget(60)
    budget.pool()
    budget.settle(taken(budget, 0.0), 0.0, Told(60, 4, None))
    budget.divide(2, math.inf, 0.0)
    use(budget, 4)
    assert refused(budget, 0.0) > 0


def test_the_first_part_holds_for_a_window_and_may_be_nothing() -> None:
    budget = Budget(60)
    budget.pool()
    budget.divide(3, 0, 0.0)
    assert 0 < refused(budget, 0.0) < 5
    budget.divide(3, 10, 30.0)  # told again, it is still the first
    assert refused(budget, WINDOW - 0.1) > 0
    use(budget, 20, WINDOW)
    assert refused(budget, WINDOW) > 0
