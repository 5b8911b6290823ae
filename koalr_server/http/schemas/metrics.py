"""What the answers with engineering metrics look like."""

from koalr_server.http.schemas.fields import PREVIOUS, TREND, Described, Number, Week, figure, whole


class DoraFigures(Described):
    """The four DORA metrics of a window."""

    deployFrequency: Number = figure("Successful production deployments per day", 4.2)
    leadTime: Number = figure("Hours, median, from first commit to production", 18.5)
    changeFailureRate: Number = figure("Failed share of production deployments, 0 to 1", 0.04)
    mttr: Number = figure("Minutes, mean, to restore service", 42)
    tier: str | None = figure("elite, high, medium or low; bands of the 2023 DORA report", "elite")


class DoraWeek(DoraFigures, Week):
    """DORA metrics of a week."""


class LeadTimeBin(Described):
    """Changes with a lead time from `fromHours` up to `toHours`."""

    fromHours: float = figure("Hours, lower edge, included", 24.0)
    toHours: float = figure("Hours, upper edge, excluded", 35.4)
    changes: int = figure("Changes in between", 12)


class LeadTimeDistribution(Described):
    """How lead times spread."""

    changes: int = figure("Changes with a known lead time", 120)
    p50: float = figure("Hours, median", 18.5)
    p85: float = figure("Hours, 85th percentile", 61.0)
    bins: list[LeadTimeBin] = whole("Bins of equal factor, from the first filled one to the last")


class Dora(DoraFigures):
    """DORA metrics of the window, the window before, and week by week."""

    previous: DoraFigures = PREVIOUS
    trend: list[DoraWeek] = TREND
    leadTimeDistribution: LeadTimeDistribution | None = whole(
        "How the lead times of the window spread, null without any"
    )


class FlowFigures(Described):
    """Flow metrics of a window."""

    cycleTime: Number = figure("Days, median, from start to done", 2.4)
    throughput: Number = figure("Items finished per week", 18)
    wipCount: int | None = figure("Items started and not finished at the window's end", 6)
    flowEfficiency: Number = figure("Active share of elapsed time, 0 to 1", 0.61)


class FlowWeek(FlowFigures, Week):
    """Flow metrics of a week."""


class Flow(FlowFigures):
    """Flow metrics of the window, the window before, and week by week."""

    previous: FlowFigures = PREVIOUS
    trend: list[FlowWeek] = TREND


class ReviewFigures(Described):
    """Code review metrics of a window."""

    avgReviewCycleTime: Number = figure("Hours, mean, from first review to last approval", 6.1)
    avgFirstResponseTime: Number = figure("Hours, mean, from ready for review to first review", 1.8)
    totalReviewed: int = figure("Pull requests first reviewed in the window", 94)


class ReviewWeek(ReviewFigures, Week):
    """Code review metrics of a week."""


class ReviewMetrics(ReviewFigures):
    """Code review metrics of the window, the window before, and week by week."""

    previous: ReviewFigures = PREVIOUS
    trend: list[ReviewWeek] = TREND


class HoursSaved(Described):
    """How estimatedHoursSaved came about."""

    formula: str = figure("The formula", "acceptedLines × minutesPerLine ÷ 60")
    minutesPerLine: float = figure("Minutes an accepted line is taken to save, a setting", 0.2)
    acceptedLines: int | None = figure("Accepted lines of code completions, null where unknown", 93600)


class CopilotFigures(Described):
    """GitHub Copilot usage of a window."""

    adoptionRate: Number = figure("Active people per seat, 0 to 1", 0.74)
    acceptanceRate: Number = figure("Accepted share of suggested code completions, 0 to 1", 0.38)
    estimatedHoursSaved: Number = figure("Hours, by the formula in hoursSaved", 312)
    hoursSaved: HoursSaved = whole("The formula and what goes into it")
    seats: int = figure("Seats held in the window", 38)
    activePeople: int | None = figure("People who used it, null where unknown", 28)
    activeFrom: str | None = figure("How they are known: users, seats or days", "users")


class CopilotWeek(CopilotFigures, Week):
    """Copilot usage of a week."""


class Copilot(CopilotFigures):
    """Copilot usage of the window, the window before, and week by week."""

    previous: CopilotFigures = PREVIOUS
    trend: list[CopilotWeek] = TREND


class ValueStreamFigures(Described):
    """From idea to production; the total is the sum of the stages shown."""

    ideaToCommit: Number = figure("Days, median, from issue to first commit", 3.2)
    commitToMerge: Number = figure("Days, median, from first commit to merge", 1.1)
    mergeToDeploy: Number = figure("Days, median, from merge to production", 0.4)
    totalLeadTime: Number = figure("Days, sum of the three", 4.7)


class ValueStreamWeek(ValueStreamFigures, Week):
    """Value stream of a week."""


class ValueStream(ValueStreamFigures):
    """Value stream of the window, the window before, and week by week."""

    previous: ValueStreamFigures = PREVIOUS
    trend: list[ValueStreamWeek] = TREND


class CustomMetricValue(Described):
    """The value of one window."""

    value: Number = figure("In the metric's unit, null without data", 8.4)


class CustomMetricWeek(CustomMetricValue, Week):
    """The value of a week."""


class CustomMetric(CustomMetricValue):
    """A saved custom metric, computed."""

    slug: str = figure("Its slug", "p95-cycle-time")
    label: str = figure("Its name", "P95 Cycle Time")
    unit: str = figure("Unit of value", "hours")
    period: str = figure("The window", "last_30_days")
    n: int | None = figure("How many records the value rests on", 120, default=None)
    description: str | None = figure(
        "What it means, in its author's words", "95th percentile from first commit to merge.", default=None
    )
    previous: CustomMetricValue = PREVIOUS
    trend: list[CustomMetricWeek] = TREND


class ListedCustomMetric(Described):
    """A custom metric that can be asked for."""

    slug: str = figure("Its slug", "p95-cycle-time")
    label: str = figure("Its name", "P95 Cycle Time")
    unit: str = figure("Unit of its value", "hours")
    description: str | None = figure("What it means, in its author's words", "95th percentile to merge.")
    teamId: str | None = figure("The team whose rows it counts, null for all", "team_abc123")


class CustomMetrics(Described):
    """Every custom metric the key may ask for, by slug."""

    data: list[ListedCustomMetric] = whole("The rows")
    total: int = figure("Rows", 11)
