"""Whether a change of a share is more than chance."""

import pytest

from components.noise import share_change_is_noise


@pytest.mark.parametrize(
    ("now", "before", "noise"),
    [(0.30, 0.10, False), (0.11, 0.10, True), (0.0, 0.0, True), (1.0, 1.0, True), (1.4, 1.2, True)],
)
def test_a_change_of_a_share_among_two_hundred(now: float, before: float, noise: bool) -> None:
    # A server may count more failures than deployments.
    assert share_change_is_noise(now, 200, before, 200) is noise
