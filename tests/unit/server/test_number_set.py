"""Unions of number sets against Python's own."""

from hypothesis import given
from hypothesis import strategies as st

from koalr_server.risk.number_set import NumberSet

NUMBERS = st.integers(0, 5000) | st.sampled_from((0, 1023, 1024, 2047, 2048, 10**6))


@given(st.lists(st.lists(NUMBERS)))
def test_a_union_has_as_many_numbers_as_python_counts(groups: list[list[int]]) -> None:
    sets = []
    for group in groups:
        made = NumberSet()
        for number in group:
            made.add(number)
        sets.append(made)
    assert NumberSet.union_size(sets) == len(set().union(*groups))
