"""Flow figures as cards of a page and as tiles of a wall (pure)."""

from components.cards import Card, change_card
from components.format import COUNT, HOURS_PER_DAY, PER_WEEK, Unit, duration_unit, percent_unit
from components.frames import full_weeks
from components.screen import Tile, change_tile
from koalr_api import Flow, FlowFigures

WIP_DEFINITION = "Items started and not finished now, beside those at the end of the window before."
# Work in progress is of one moment: a day this far from every week is not what work is compared with.
FAR = 0.25
FEWEST_WEEKS = 3


def flow_cards(flow: Flow) -> list[Card]:
    """The four flow metrics."""
    before = flow.previous
    return [
        change_card(
            "Cycle time",
            cycle_hours(flow),
            cycle_hours(before),
            cycle_unit(flow),
            "Median time from start to done of the items finished in the window: work items, or pull requests from first commit "
            "to merge where a team has no work items.",
            better="down",
            missing="no known start",
            was=number(cycle_hours(before), cycle_unit(flow)),
        ),
        change_card(
            "Throughput",
            flow.throughput,
            before.throughput if before else None,
            PER_WEEK,
            "Items finished per week of the window.",
            better="up",
            missing="no work known",
            was=number(before.throughput if before else None, PER_WEEK),
        ),
        change_card(
            "Work in progress",
            flow.wip_count,
            before.wip_count if before else None,
            COUNT,
            WIP_DEFINITION
            if flow.wip_count
            else f"{WIP_DEFINITION} Where only git is known, this is always 0: it keeps merged work.",
            better="down",
            missing="no work known",
            doubt=wip_doubt(flow),
        ),
        change_card(
            "Flow efficiency",
            flow.flow_efficiency,
            before.flow_efficiency if before else None,
            percent_unit(flow.flow_efficiency or 0.0),
            "Active share of the elapsed time of finished items. Needs status history, or reviews.",
            better="up",
            missing="no reviews or status history",
            was=number(before.flow_efficiency if before else None, percent_unit(flow.flow_efficiency or 0.0)),
        ),
    ]


def number(before: float | None, unit: Unit) -> str | None:
    """A number before without its unit, which stands beside the number now; four narrow cards have no room for both."""
    return unit.number(before) if before is not None else None


def cycle_unit(flow: Flow) -> Unit:
    """The unit of its cycle time."""
    return duration_unit(cycle_hours(flow) or 0.0)


def flow_tiles(flow: Flow) -> list[Tile]:
    """The four flow metrics, each with its weeks."""
    before, weeks = flow.previous, full_weeks(flow.trend)
    efficiency = flow.flow_efficiency
    return [
        change_tile(
            "Cycle time",
            cycle_hours(flow),
            cycle_hours(before),
            cycle_unit(flow),
            better="down",
            history=[week.cycle_time for week in weeks],
        ),
        change_tile("Throughput", flow.throughput, before.throughput if before else None, PER_WEEK, better="up"),
        change_tile(
            "In progress",
            flow.wip_count,
            before.wip_count if before else None,
            COUNT,
            better="down",
            doubt=wip_doubt(flow),
            history=[week.wip_count for week in weeks],
        ),
        change_tile(
            "Flow efficiency",
            efficiency,
            before.flow_efficiency if before else None,
            percent_unit(efficiency or 0.0),
            better="up",
            missing="no status history",
            history=[week.flow_efficiency for week in weeks],
        ),
    ]


def wip_doubt(flow: Flow) -> str:
    """Why a change of the work in progress is not judged: it is against a day unlike any week, "80 was a spike"."""
    before = flow.previous.wip_count if flow.previous else None
    weeks = [week.wip_count for week in full_weeks(flow.trend) if week.wip_count is not None]
    if before is None or len(weeks) < FEWEST_WEEKS:
        return ""
    if before > max(weeks) * (1 + FAR):
        return f"{COUNT.text(before)} was a spike"
    return f"{COUNT.text(before)} was a dip" if before < min(weeks) * (1 - FAR) else ""


def cycle_hours(figures: FlowFigures | None) -> float | None:
    """Cycle time in hours."""
    return None if figures is None or figures.cycle_time is None else figures.cycle_time * HOURS_PER_DAY
