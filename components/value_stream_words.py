"""The stages of the value stream with their numbers, and what they say in words (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.format import HOURS_PER_DAY, NO_BREAK, change_text, duration, duration_unit, known, percent
from koalr_api import ValueStream, ValueStreamFigures

IMPORT = "python -m koalr_server import"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a stage before any number. `field` is the client's attribute.

    `waiting`: whether the work mostly lies still in it. `missing`: why there may be no number; `command`: what brings it.
    """

    field: str
    name: str
    waiting: bool
    definition: str
    missing: str
    command: str


KINDS: Sequence[Kind] = (
    Kind(
        "idea_to_commit",
        "Idea to commit",
        True,
        "Median time from the creation of a work item to the first commit for it.",
        "No deployed change names a known work item. Import work items, and pull requests that name theirs (workItem).",
        f"{IMPORT} work_items FILE\n{IMPORT} pull_requests FILE",
    ),
    Kind(
        "commit_to_merge",
        "Commit to merge",
        False,
        "Median time from the first commit of a change to its merge. It holds the writing, and also the wait for review.",
        "No deployed change has a known first commit: git keeps none of a squash. Import pull requests with firstCommitAt.",
        f"{IMPORT} pull_requests FILE",
    ),
    Kind(
        "merge_to_deploy",
        "Merge to deploy",
        True,
        "Median time from the merge to the deployment that first brought the change to production.",
        "No merged change is known to be in production. Import deployments with their commit (sha).",
        f"{IMPORT} deployments FILE",
    ),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage now and in the window before: hours, None without data."""

    kind: Kind
    hours: float | None
    hours_before: float | None

    @property
    def name(self) -> str:
        """Its name."""
        return self.kind.name


def stages(stream: ValueStream) -> list[Stage]:
    """From idea to production."""
    return [Stage(kind, hours_of(stream, kind.field), hours_of(stream.previous, kind.field)) for kind in KINDS]


def hours_of(figures: ValueStreamFigures | None, field: str) -> float | None:
    """A figure in hours; None without data."""
    days: float | None = getattr(figures, field) if figures else None
    return days * HOURS_PER_DAY if days is not None and known(days) else None


def total_hours(found: Sequence[Stage]) -> float:
    """The sum of the stages that have data, as the API adds them up."""
    return sum(stage.hours or 0.0 for stage in found)


def share(stage: Stage, found: Sequence[Stage]) -> float | None:
    """A stage's part of the whole, 0 to 1; None where it has no data or the whole takes no time."""
    whole = total_hours(found)
    return None if stage.hours is None or not whole else stage.hours / whole


def bottleneck(found: Sequence[Stage]) -> Stage | None:
    """The stage that takes longest; None where there is nothing to compare, or two take the same."""
    timed = sorted((stage for stage in found if stage.hours is not None), key=lambda stage: -(stage.hours or 0.0))
    if len(timed) < 2 or timed[0].hours == timed[1].hours:
        return None
    return timed[0]


def stream_sentence(stream: ValueStream) -> str:
    """The bottleneck with its part of the whole; at most 70 characters."""
    found = stages(stream)
    timed = [stage for stage in found if stage.hours is not None]
    if not timed:
        return "No change has reached production with a known history."
    whole = duration(total_hours(found))
    if len(timed) == 1:
        return f"{timed[0].name} takes {whole}; the other stages are not known."
    worst = bottleneck(found)
    if worst is None:
        return f"From idea to production in {whole}; no stage stands out."
    return f"{worst.name} is the bottleneck: {duration(worst.hours)} of {whole} ({percent(share(worst, found))})."


def change_sentence(stream: ValueStream) -> str:
    """What moved most against the window before; empty where nothing can be compared."""
    moved = [
        (abs(stage.hours - stage.hours_before), stage.hours - stage.hours_before, stage)
        for stage in stages(stream)
        if stage.hours is not None and stage.hours_before is not None
    ]
    if not moved:
        return ""
    _size, difference, stage = max(moved, key=lambda each: each[0])
    unit = duration_unit(stage.hours or 0.0)
    change = change_text(stage.hours, stage.hours_before, unit)
    if change is None:
        return "No stage changed against the window before."
    return (
        f"{stage.name} changed most: {change[1:]} {'longer' if difference > 0 else 'shorter'} than in the window before "
        f"({unit.text(stage.hours_before or 0.0)})."
    )


def spoken(found: Sequence[Stage]) -> str:
    """Every stage with its time and part, for a screen reader."""
    parts = []
    for stage in found:
        if stage.hours is None:
            parts.append(f"{stage.name}: no data")
        else:
            kind = "waiting" if stage.kind.waiting else "working"
            parts.append(f"{stage.name} ({kind}): {duration(stage.hours)}, {percent(share(stage, found))}")
    worst = bottleneck(found)
    return "; ".join(parts).replace(NO_BREAK, " ") + (f". The bottleneck is {worst.name.lower()}." if worst else ".")
