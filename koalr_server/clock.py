"""What "now" is for the data: the wall clock, a frozen moment, or the end of the sample (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ONE_WEEK = timedelta(days=7)
NO_SHIFT = timedelta(0)


@dataclass(frozen=True, slots=True)
class Moment:
    """Now on the time line of the stored rows (naive UTC), and what to add to stored times when showing them."""

    now: datetime
    shift: timedelta = NO_SHIFT

    def shown(self, stored: datetime | None) -> str | None:
        """A stored time as it is shown: moved, ISO 8601 UTC."""
        return None if stored is None else (stored + self.shift).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class SampleDates:
    """When the sample's last day ends on the time line of its rows, and whether it is shown moved to this week."""

    ends_at: datetime
    shifted: bool


def wall_clock() -> datetime:
    """The current instant."""
    return datetime.now(UTC)


def naive_utc(instant: datetime) -> datetime:
    """An aware instant as the store keeps it: naive UTC, whole seconds."""
    return instant.astimezone(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Answers "now"; `as_of` freezes it, so that history can be looked at and tests repeat."""

    clock: Callable[[], datetime] = wall_clock
    as_of: datetime | None = None

    def moment(self, sample: SampleDates | None) -> Moment:
        """Now for real data (`sample` None) or for the sample.

        The sample is moved by whole weeks, so that week days stay, and ends at the midnight after its last day: at most
        six days ago, whenever one looks.
        """
        wall_now = naive_utc(self.clock())
        frozen = naive_utc(self.as_of) if self.as_of is not None else None
        if sample is None:
            return Moment(frozen or wall_now)
        shift = max(0, (wall_now - sample.ends_at) // ONE_WEEK) * ONE_WEEK if sample.shifted else NO_SHIFT
        return Moment(frozen - shift if frozen else sample.ends_at, shift)
