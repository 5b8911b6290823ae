"""The random organisations hold what makes the definitions awkward, and hold it the same way every time."""

from collections import Counter

import pytest

from tests.oracle.awkward import AWKWARD, seen_in
from tests.oracle.organisations import NOWS, random_organisation

SEEDS = range(31)


@pytest.fixture(scope="module")
def sightings() -> Counter[str]:
    return Counter(name for seed in SEEDS for name in seen_in(random_organisation(seed), NOWS[seed % len(NOWS)]))


@pytest.mark.parametrize("branch", sorted(AWKWARD))
def test_an_awkward_branch_happens_in_some_organisation(branch: str, sightings: Counter[str]) -> None:
    assert sightings[branch] >= 1


def test_a_seed_gives_the_same_organisation_again() -> None:
    assert random_organisation(7) == random_organisation(7)


def test_two_seeds_give_two_organisations() -> None:
    assert random_organisation(1) != random_organisation(2)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_natural_key_stands_twice(seed: int) -> None:
    org = random_organisation(seed)
    keys = [
        *(("pull", row["repo"], row["number"]) for row in org["pull_requests"]),
        *(("commit", row["repo"], row["sha"]) for row in org["commits"]),
        *(
            ("run", row["id"] or (row["repo"], row["env"], row["sha"], row["deployedAt"], row["startedAt"]))
            for row in org["deployments"]
        ),
        *(("item", row["key"]) for row in org["work_items"]),
    ]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
