"""The bands of the 2023 report, edge by edge."""

import pytest

from koalr_server.metrics.tiers import failure_rate_tier, frequency_tier, lead_time_tier, overall_tier, restore_tier


@pytest.mark.parametrize(
    ("per_day", "tier"),
    [
        (1, "elite"),
        (0.999, "high"),
        (1 / 7, "high"),
        (0.142, "medium"),
        (1 / 30, "medium"),
        (0.033, "low"),
        (0, "low"),
        (None, None),
    ],
)
def test_frequency(per_day: float | None, tier: str | None) -> None:
    assert frequency_tier(per_day) == tier


@pytest.mark.parametrize(
    ("hours", "tier"), [(0, "elite"), (23.99, "elite"), (24, "high"), (168, "medium"), (720, "low"), (None, None)]
)
def test_lead_time(hours: float | None, tier: str | None) -> None:
    assert lead_time_tier(hours) == tier


@pytest.mark.parametrize(
    ("ratio", "tier"),
    [(0, "elite"), (0.05, "elite"), (0.0501, "high"), (0.1, "high"), (0.15, "medium"), (0.1501, "low"), (None, None)],
)
def test_failure_rate(ratio: float | None, tier: str | None) -> None:
    assert failure_rate_tier(ratio) == tier


@pytest.mark.parametrize(
    ("minutes", "tier"), [(59.9, "elite"), (60, "high"), (1440, "medium"), (10080, "low"), (None, None)]
)
def test_restore(minutes: float | None, tier: str | None) -> None:
    assert restore_tier(minutes) == tier


@pytest.mark.parametrize(
    ("tiers", "overall"),
    [
        (["elite", "elite", "high", "low"], "high"),
        (["elite", "high", "medium", "low"], "medium"),
        (["elite", None, None, "low"], "low"),
        (["elite", "high", "low", None], "high"),
        ([None, None, None, None], None),
        (["medium"], "medium"),
    ],
)
def test_overall_is_the_median_of_what_has_data_and_the_worse_of_two(
    tiers: list[str | None], overall: str | None
) -> None:
    assert overall_tier(tiers) == overall
