"""What the answers look like, for the OpenAPI description: every field with its unit, and the examples of the API page.

Answers are built as plain dictionaries; these models describe them and the contract tests hold the two together.
"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Number = float | None


def _figure(description: str, example: Any, **more: Any) -> Any:  # noqa: ANN401 - pydantic's own signature
    return Field(description=description, examples=[example], **more)


def _whole(description: str) -> Any:  # noqa: ANN401 - pydantic's own signature
    return Field(description=description)


PREVIOUS = _whole("The same figures for the window of equal length before")
TREND = _whole("The same figures by ISO week, oldest first: the window's weeks, at least 8")


class Described(BaseModel):
    """Base: unknown fields may come, as an API grows."""

    model_config = ConfigDict(extra="allow")


class ErrorDetail(Described):
    """What went wrong."""

    code: str = _figure("Stable word for the status", "bad_request")
    message: str = _figure("What happened, what is allowed, what to do next", "days is invalid, got '0'.")
    param: str | None = Field(default=None, description="The parameter or body field at fault", examples=["days"])
    requestId: str = _figure("Id of the request, also in X-Request-Id and in the log", "req_0f3b9a2c4d5e6f70")


class ErrorBody(Described):
    """The body of every answer that is not a success."""

    error: ErrorDetail = _whole("What went wrong")


class Week(Described):
    """An ISO week of a trend."""

    weekStart: date = _figure("Monday of the week", "2026-03-09")
    days: int = _figure("Days of the week that have begun, 7 for past weeks", 7, ge=1, le=7)
    n: int = _figure("How many records the figures rest on", 31, ge=0)


class DoraFigures(Described):
    """The four DORA metrics of a window."""

    deployFrequency: Number = _figure("Successful production deployments per day", 4.2)
    leadTime: Number = _figure("Hours, median, from first commit to production", 18.5)
    changeFailureRate: Number = _figure("Failed share of production deployments, 0 to 1", 0.04)
    mttr: Number = _figure("Minutes, mean, to restore service", 42)
    tier: str | None = _figure("elite, high, medium or low; bands of the 2023 DORA report", "elite")


class DoraWeek(DoraFigures, Week):
    """DORA metrics of a week."""


class LeadTimeBin(Described):
    """Changes with a lead time from `fromHours` up to `toHours`."""

    fromHours: float = _figure("Hours, lower edge, included", 24.0)
    toHours: float = _figure("Hours, upper edge, excluded", 35.4)
    changes: int = _figure("Changes in between", 12)


class LeadTimeDistribution(Described):
    """How lead times spread."""

    changes: int = _figure("Changes with a known lead time", 120)
    p50: float = _figure("Hours, median", 18.5)
    p85: float = _figure("Hours, 85th percentile", 61.0)
    bins: list[LeadTimeBin] = _whole("Bins of equal factor, from the first filled one to the last")


class Dora(DoraFigures):
    """DORA metrics of the window, the window before, and week by week."""

    previous: DoraFigures = PREVIOUS
    trend: list[DoraWeek] = TREND
    leadTimeDistribution: LeadTimeDistribution | None = _whole(
        "How the lead times of the window spread, null without any"
    )


class FlowFigures(Described):
    """Flow metrics of a window."""

    cycleTime: Number = _figure("Days, median, from start to done", 2.4)
    throughput: Number = _figure("Items finished per week", 18)
    wipCount: int | None = _figure("Items started and not finished at the window's end", 6)
    flowEfficiency: Number = _figure("Active share of elapsed time, 0 to 1", 0.61)


class FlowWeek(FlowFigures, Week):
    """Flow metrics of a week."""


class Flow(FlowFigures):
    """Flow metrics of the window, the window before, and week by week."""

    previous: FlowFigures = PREVIOUS
    trend: list[FlowWeek] = TREND


class ReviewFigures(Described):
    """Code review metrics of a window."""

    avgReviewCycleTime: Number = _figure("Hours, mean, from first review to last approval", 6.1)
    avgFirstResponseTime: Number = _figure("Hours, mean, from ready for review to first review", 1.8)
    totalReviewed: int = _figure("Pull requests first reviewed in the window", 94)


class ReviewWeek(ReviewFigures, Week):
    """Code review metrics of a week."""


class ReviewMetrics(ReviewFigures):
    """Code review metrics of the window, the window before, and week by week."""

    previous: ReviewFigures = PREVIOUS
    trend: list[ReviewWeek] = TREND


class HoursSaved(Described):
    """How estimatedHoursSaved came about."""

    formula: str = _figure("The formula", "acceptedLines × minutesPerLine ÷ 60")
    minutesPerLine: float = _figure("Minutes an accepted line is taken to save, a setting", 0.2)
    acceptedLines: int | None = _figure("Accepted lines of code completions, null where unknown", 93600)


class CopilotFigures(Described):
    """GitHub Copilot usage of a window."""

    adoptionRate: Number = _figure("Active people per seat, 0 to 1", 0.74)
    acceptanceRate: Number = _figure("Accepted share of suggested code completions, 0 to 1", 0.38)
    estimatedHoursSaved: Number = _figure("Hours, by the formula in hoursSaved", 312)
    hoursSaved: HoursSaved = _whole("The formula and what goes into it")
    seats: int = _figure("Seats held in the window", 38)
    activePeople: int | None = _figure("People who used it, null where unknown", 28)
    activeFrom: str | None = _figure("How they are known: users, seats or days", "users")


class CopilotWeek(CopilotFigures, Week):
    """Copilot usage of a week."""


class Copilot(CopilotFigures):
    """Copilot usage of the window, the window before, and week by week."""

    previous: CopilotFigures = PREVIOUS
    trend: list[CopilotWeek] = TREND


class ValueStreamFigures(Described):
    """From idea to production; the total is the sum of the stages shown."""

    ideaToCommit: Number = _figure("Days, median, from issue to first commit", 3.2)
    commitToMerge: Number = _figure("Days, median, from first commit to merge", 1.1)
    mergeToDeploy: Number = _figure("Days, median, from merge to production", 0.4)
    totalLeadTime: Number = _figure("Days, sum of the three", 4.7)


class ValueStreamWeek(ValueStreamFigures, Week):
    """Value stream of a week."""


class ValueStream(ValueStreamFigures):
    """Value stream of the window, the window before, and week by week."""

    previous: ValueStreamFigures = PREVIOUS
    trend: list[ValueStreamWeek] = TREND


class Deployment(Described):
    """A deployment to any environment."""

    id: str = _figure("Stable id", "dep_01j8x")
    repo: str = _figure("owner/name", "acme/api")
    env: str = _figure("Environment as its sender named it", "production")
    status: str = _figure("success, failure, in_progress or cancelled", "success")
    deployedAt: datetime | None = _figure("When it finished, null while it has not", "2026-03-14T18:22:00Z")
    leadTimeSecs: int | None = _figure("Seconds, median over the changes it shipped first", 67200)
    sha: str | None = _figure("Commit", "8f3c2b1a", default=None)
    ref: str | None = _figure("Tag or version", "v1.4.0", default=None)
    failed: bool | None = _figure("Whether a production deployment is known to have failed", False, default=None)
    failure: str | None = _figure("Why: incident, rollback or revert", "rollback", default=None)


class PullRequest(Described):
    """A merged pull request."""

    id: str = _figure("Stable id", "pr_a1b2c3")
    number: int = _figure("Number in its repository", 1847)
    title: str = _figure("Title, as its author wrote it", "feat: add retries to webhook processor")
    repo: str = _figure("owner/name", "acme/api")
    author: str | None = _figure("Login", "jsmith")
    mergedAt: datetime = _figure("When it was merged", "2026-03-14T14:11:00Z")
    cycleTimeSecs: int | None = _figure("Seconds from first commit to merge", 86400)
    riskScore: int | None = _figure("0 to 100, as pr-risk/score answers", 42)
    simulated: bool | None = _figure("True for an invented one of the sample", False, default=None)
    revertedBy: str | None = _figure("What took it back: #number or sha", "#1850", default=None)


class Incident(Described):
    """An incident, or a rollback in a repository without an incident source."""

    id: str = _figure("Stable id", "inc_9z2k")
    title: str = _figure("Title", "API p99 latency spike")
    severity: str | None = _figure("As its source names it", "sev2")
    status: str = _figure("open, resolved, or as its source names it", "resolved")
    startedAt: datetime = _figure("When it began", "2026-03-10T03:14:00Z")
    resolvedAt: datetime | None = _figure("When it ended, null while open", "2026-03-10T04:02:00Z")
    mttrSecs: int | None = _figure("Seconds from start to resolution, null while open", 2880)
    repo: str | None = _figure("owner/name, where known", "acme/api", default=None)


class Team(Described):
    """A team."""

    id: str = _figure("Stable id, for teamId", "team_abc123")
    name: str = _figure("Name", "Platform")
    memberCount: int = _figure("People in it", 8)
    createdAt: datetime | None = _figure("When it was created, where known", "2025-11-01T00:00:00Z")


class Deployments(Described):
    """A page of deployments, newest first."""

    data: list[Deployment] = _whole("The rows")
    total: int = _figure("Rows on all pages", 42)
    page: int = _figure("This page, from 1", 1)


class PullRequests(Described):
    """A page of pull requests, newest first."""

    data: list[PullRequest] = _whole("The rows")
    total: int = _figure("Rows on all pages", 184)
    page: int = _figure("This page, from 1", 1)
    pageSize: int = _figure("Rows per page", 25)


class Incidents(Described):
    """Every incident of the window, newest first."""

    data: list[Incident] = _whole("The rows")
    total: int = _figure("Rows", 7)


class Organisation(Described):
    """What a server holds, for a caption."""

    name: str = _figure("Name", "acme")
    sample: bool = _figure("Whether it is the invented sample", False)
    newestFactAt: datetime | None = _figure("The newest deployment or merge, null without any", "2026-03-14T18:22:00Z")
    loadedAt: datetime | None = _figure("When data last came in, null if never", "2026-03-14T18:30:00Z")
    notice: str | None = _figure("Where the sample comes from", "Real deployments, simulated people.")
    now: datetime = _figure("The moment the figures are of", "2026-03-14T19:00:00Z")


class Teams(Described):
    """Every team the key may see, by name."""

    data: list[Team] = _whole("The rows")
    total: int = _figure("Rows", 2)
    organisation: Organisation = _whole("What this server holds")


class CustomMetricValue(Described):
    """The value of one window."""

    value: Number = _figure("In the metric's unit, null without data", 8.4)


class CustomMetricWeek(CustomMetricValue, Week):
    """The value of a week."""


class CustomMetric(CustomMetricValue):
    """A saved custom metric, computed."""

    slug: str = _figure("Its slug", "p95-cycle-time")
    label: str = _figure("Its name", "P95 Cycle Time")
    unit: str = _figure("Unit of value", "hours")
    period: str = _figure("The window", "last_30_days")
    n: int | None = _figure("How many records the value rests on", 120, default=None)
    description: str | None = _figure(
        "What it means, in its author's words", "95th percentile from first commit to merge.", default=None
    )
    previous: CustomMetricValue = PREVIOUS
    trend: list[CustomMetricWeek] = TREND


class ListedCustomMetric(Described):
    """A custom metric that can be asked for."""

    slug: str = _figure("Its slug", "p95-cycle-time")
    label: str = _figure("Its name", "P95 Cycle Time")
    unit: str = _figure("Unit of its value", "hours")
    description: str | None = _figure("What it means, in its author's words", "95th percentile to merge.")
    teamId: str | None = _figure("The team whose rows it counts, null for all", "team_abc123")


class CustomMetrics(Described):
    """Every custom metric the key may ask for, by slug."""

    data: list[ListedCustomMetric] = _whole("The rows")
    total: int = _figure("Rows", 11)


class Dates(Described):
    """Dates by confidence."""

    p50: date | None = _figure("Date met with 50 % confidence", "2026-04-10")
    p85: date | None = _figure("Date met with 85 % confidence", "2026-04-21")
    p95: date | None = _figure("Date met with 95 % confidence", "2026-04-30")


class Held(Described):
    """Shares of past forecasts that were done by their date."""

    p50: Number = _figure("Share of P50 dates that held, 0 to 1", 0.53)
    p85: Number = _figure("Share of P85 dates that held, 0 to 1", 0.74)
    p95: Number = _figure("Share of P95 dates that held, 0 to 1", 0.82)


class Backtest(Held):
    """How this forecast would have done in the past, chosen and made from what was known then."""

    sampleSize: int = _figure("Past forecasts judged", 139)
    plain: Held = _whole("The same for plain sampling of the last twelve weeks")


class DeliveryForecast(Described):
    """When so many items are done; see FORECAST.md for the models."""

    items: int = _figure("Items asked for", 20)
    teamId: str | None = _figure("Team asked for, null for all", "team_abc123")
    p50: date | None = _figure("Date met with 50 % confidence, null with a reason", "2026-04-11")
    p85: date | None = _figure("Date met with 85 % confidence", "2026-04-25")
    p95: date | None = _figure("Date met with 95 % confidence", "2026-05-09")
    simulations: int = _figure("Simulated futures", 10000)
    model: str | None = _figure("The model behind the dates, null without any", "blended-persistent", default=None)
    historyWeeks: int = _figure("Weeks of history drawn from", 52)
    historyItems: int = _figure("Items finished in them", 364)
    backtest: Backtest | None = _whole("How such dates held in the past; null if none can be judged yet")
    plain: Dates = _whole("What plain sampling of the last twelve weeks says")
    reason: str | None = _figure("What is missing, when there are no dates", "Too little history.", default=None)


class WeeksToEmpty(Described):
    """Weeks until nothing is open."""

    p50: Number = _figure("Weeks, with 50 % confidence", 10)
    p85: Number = _figure("Weeks, with 85 % confidence", 16)


class BacklogForecast(Described):
    """Open work and how fast it goes down."""

    weeklyThroughputP50: Number = _figure("Items a week, plain median of past weeks", 7)
    weeklyThroughputP85: Number = _figure("Items a week, plain 85th percentile of past weeks", 12)
    backlogSize: int | None = _figure("Items created and not done", 68)
    weeksToEmpty: WeeksToEmpty = _whole("Weeks until nothing is open, by confidence")
    teamId: str | None = _figure("Team asked for, null for all", "team_abc123")
    throughputWeeks: int = _figure("Weeks behind the weekly throughput", 12)
    simulations: int = _figure("Simulated futures", 10000)
    model: str | None = _figure(
        "The model behind the weeks, null where none was needed or possible", "blended-persistent"
    )
    historyWeeks: int = _figure("Weeks of history drawn from", 52)
    historyItems: int = _figure("Items finished in them", 364)
    backtest: Backtest | None = _whole("How such dates held in the past; null if none can be judged yet")
    reason: str | None = _figure("What is missing, where something is null", "Too little history.", default=None)


class Signals(Described):
    """What is known of the change by the 32 signals of docs/RISK.md; null where the data say nothing."""

    linesAdded: int | None = _figure("Lines added", 412)
    linesDeleted: int | None = _figure("Lines deleted", 38)
    filesChanged: int | None = _figure("Files changed", 14)
    directoriesChanged: int | None = _figure("Directories with a changed file", 6)
    subsystemsChanged: int | None = _figure("Top directories with a changed file", 3)
    changeEntropy: Number = _figure("0 to 1, how evenly the lines spread over the files", 0.82)
    linesInFiles: int | None = _figure("Lines in these files before", 5210)
    priorChanges: int | None = _figure("Earlier changes of these files", 61)
    priorAuthors: int | None = _figure("People who changed these files before", 7)
    daysSinceChange: Number = _figure("Days since these files changed last, mean", 12.5)
    recentChanges: int | None = _figure("Changes of these files in the 30 days before", 9)
    priorReverts: int | None = _figure("Changes of these files taken back in the 365 days before", 1)
    isFix: bool | None = _figure("Whether its title or messages speak of a fix", False)
    authorFileExpertise: Number = _figure("0 to 1, the author's share of earlier work on these files", 0.44)
    authorExperience: int | None = _figure("Earlier changes by its author", 230)
    authorRecentExperience: Number = _figure("The same, each a share of 1 ÷ (1 + its age in years)", 171.5)
    authorSubsystemExperience: int | None = _figure("The same in these top directories", 96)
    ownership: Number = _figure("0 to 1, share of each file's most frequent author, mean", 0.61)
    codeownersCompliance: bool | None = _figure("Whether every file's owner approved", True)
    reviewers: int | None = _figure("People who reviewed it by then", 2)
    approvals: int | None = _figure("People who approved it by then", 1)
    changesRequested: int | None = _figure("Reviews that asked for changes by then", 1)
    coverageDelta: Number = _figure("Signed share, covered lines after less before", -0.06)
    testShare: Number = _figure("0 to 1, share of the changed lines in tests", 0.21)
    failedChecks: int | None = _figure("Failing checks of its head", 0)
    schemaMigration: bool | None = _figure("Whether it changes a database schema", False)
    infrastructureFiles: int | None = _figure("Changed files that describe infrastructure", 0)
    dependencyFiles: int | None = _figure("Changed files that name dependencies", 1)
    openIncidents: int | None = _figure("Incidents open on its repository then", 0)
    openHours: Number = _figure("Hours from its opening to then", 26.4)
    outOfHours: bool | None = _figure("Whether that was at a weekend or outside 7 to 19 o'clock, UTC", False)
    aiAuthoredRatio: Number = _figure("0 to 1, share of commits that name an AI author", 0.31)


class SignalDetail(Described):
    """One signal with what it adds."""

    name: str = _figure("Its name in signals", "linesAdded")
    category: str = _figure("What it is about", "code complexity")
    value: bool | int | float | None = _figure("As in signals, in its unit", 412)
    unit: str = _figure("What its number counts", "lines")
    contribution: float = _figure("Log-odds added to an average change, no unit; 0 while unknown or not weighed", 0.74)
    words: str = _figure("The value in words", "412 lines added")
    missing: str | None = _figure("Which data would tell, null where it is known", "Unknown; it needs reviews.")


class TopContribution(Described):
    """One of the signals that move the score most."""

    name: str = _figure("Its name in signals", "linesAdded")
    contribution: float = _figure("Log-odds added to an average change, no unit", 0.74)
    words: str = _figure("The same in words", "higher risk with 412 lines added")


class RiskFloor(Described):
    """A least score, a setting of the server, that holds for this pull request."""

    name: str = _figure("schemaMigration, openIncident or failedChecks", "schemaMigration")
    score: int = _figure("The score it has at least", 70)
    raised: bool = _figure("Whether its score would be lower without", True)


class RiskModelName(Described):
    """Which model made the score."""

    name: str = _figure("How it was made", "change-metrics-2")
    quarter: str = _figure("The quarter in which it came into force", "2026-Q1")
    since: date = _figure("Its first day in force; the sample's is moved as all its dates", "2026-01-01")


class ReliabilityGroup(Described):
    """A tenth of the pull requests that a refit was checked on, by predicted probability."""

    count: int = _figure("Pull requests", 52)
    predicted: float = _figure("0 to 1, mean predicted probability", 0.08)
    observed: float = _figure("0 to 1, share that brought a failure", 0.06)
    low: float = _figure("0 to 1, lower end of the 95 % interval of observed", 0.02)
    high: float = _figure("0 to 1, upper end of it", 0.16)


class RiskScore(Described):
    """How likely a pull request is to bring a failure, beside others, and why."""

    prNumber: int = _figure("Number", 1847)
    repo: str = _figure("owner/name", "acme/api")
    riskScore: int | None = _figure("0 to 100: share of pull requests with a lower probability, then floors", 71)
    tier: str | None = _figure("low below 40, medium below 70, high below 90, else critical", "high")
    signals: Signals = _whole("What is known of the change")
    recommendation: str = _figure(
        "One sentence", "Review carefully — high change entropy and coverage regression detected."
    )
    probability: Number = _figure("0 to 1, of bringing a failure; a rank alone unless calibrated", 0.18)
    baseLogOdds: float = _figure("Log-odds of the average change, to which contributions are added, no unit", -0.53)
    calibrated: bool = _figure(
        "Whether the model was refitted on the organisation's own outcomes, and later ones bore its probabilities out",
        False,
    )
    label: str = _figure("What may be said of the probability", "not calibrated on your data")
    calibrationReason: str | None = _figure(
        "Why it is not calibrated", "4 failures among 120 pull requests are known; a refit takes 30 among 300."
    )
    model: RiskModelName = _whole("The model in force when it was merged, or now")
    reliability: list[ReliabilityGroup] | None = _whole("Predicted beside observed, if refitted")
    floors: list[RiskFloor] = _whole("Least scores that hold, highest first")
    topContributions: list[TopContribution] = _whole("At most five, largest first")
    signalDetails: list[SignalDetail] = _whole("Every signal, in the order of docs/RISK.md")


class Basis(Described):
    """So many records of a kind."""

    count: int = _figure("How many", 2596)
    what: str = _figure("Of what, in the right number", "production deployments")


class Lack(Described):
    """A gap in the data."""

    text: str = _figure("What is missing and what follows from it", "No incident was ever imported.")
    command: str | None = _figure(
        "What brings it, null if no command does", "python -m koalr_server import incidents FILE"
    )


class Finding(Described):
    """What one answer of this API rests on and lacks."""

    answer: str = _figure("Its field, or its list", "mttr")
    name: str = _figure("What people call it", "Time to restore")
    endpoint: str = _figure("Where it is asked for", "GET /api/v1/metrics/dora")
    status: str = _figure("ok, partial or missing", "partial")
    basis: list[Basis] = _whole("What it rests on")
    newestAt: datetime | None = _figure("Its newest record", "2026-03-14T18:22:00Z")
    lacks: list[Lack] = _whole("What is missing")


class Step(Lack):
    """Something to do about it."""

    answers: list[str] = _figure("Names of the answers it helps", ["Time to restore"])


class Status(Described):
    """Why an answer is empty: findings in the order of the API page, and what to do, most useful first."""

    version: str = _figure("Of this server", "1.0")
    now: datetime = _figure("What now is", "2026-03-14T18:30:00Z")
    organisation: Organisation = _whole("What this server holds")
    days: int = _figure("Counts are of so many days up to the newest record", 90)
    findings: list[Finding] = _whole("One per answer, in the order of the API page")
    steps: list[Step] = _whole("What to do, most useful first")


_NAME = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[^\u0000]*$"}
RISK_QUESTION: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["prNumber", "repo", "owner"],
                    "properties": {
                        "prNumber": {
                            "type": "integer",
                            "minimum": 1,
                            "maximum": 10**18,
                            "description": "Pull request number",
                            "example": 1847,
                        },
                        "repo": {**_NAME, "description": "Repository name, without its owner", "example": "api"},
                        "owner": {**_NAME, "description": "Organisation or user that owns it", "example": "acme"},
                    },
                },
                "example": {"prNumber": 1847, "repo": "api", "owner": "acme"},
            }
        },
    }
}
