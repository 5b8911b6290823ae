"""What the risk of a pull request looks like, asked and answered."""

from datetime import date
from typing import Any

from koalr_server.http.schemas.fields import Described, Number, figure, whole


class Signals(Described):
    """What is known of the change by the 32 signals of docs/RISK.md; null where the data say nothing."""

    linesAdded: int | None = figure("Lines added", 412)
    linesDeleted: int | None = figure("Lines deleted", 38)
    filesChanged: int | None = figure("Files changed", 14)
    directoriesChanged: int | None = figure("Directories with a changed file", 6)
    subsystemsChanged: int | None = figure("Top directories with a changed file", 3)
    changeEntropy: Number = figure("0 to 1, how evenly the lines spread over the files", 0.82)
    linesInFiles: int | None = figure("Lines in these files before", 5210)
    priorChanges: int | None = figure("Earlier changes of these files", 61)
    priorAuthors: int | None = figure("People who changed these files before", 7)
    daysSinceChange: Number = figure("Days since these files changed last, mean", 12.5)
    recentChanges: int | None = figure("Changes of these files in the 30 days before", 9)
    priorReverts: int | None = figure("Changes of these files taken back in the 365 days before", 1)
    isFix: bool | None = figure("Whether its title or messages speak of a fix", False)
    authorFileExpertise: Number = figure("0 to 1, the author's share of earlier work on these files", 0.44)
    authorExperience: int | None = figure("Earlier changes by its author", 230)
    authorRecentExperience: Number = figure("The same, each a share of 1 ÷ (1 + its age in years)", 171.5)
    authorSubsystemExperience: int | None = figure("The same in these top directories", 96)
    ownership: Number = figure("0 to 1, share of each file's most frequent author, mean", 0.61)
    codeownersCompliance: bool | None = figure("Whether every file's owner approved", True)
    reviewers: int | None = figure("People who reviewed it by then", 2)
    approvals: int | None = figure("People who approved it by then", 1)
    changesRequested: int | None = figure("Reviews that asked for changes by then", 1)
    coverageDelta: Number = figure("Signed share, covered lines after less before", -0.06)
    testShare: Number = figure("0 to 1, share of the changed lines in tests", 0.21)
    failedChecks: int | None = figure("Failing checks of its head", 0)
    schemaMigration: bool | None = figure("Whether it changes a database schema", False)
    infrastructureFiles: int | None = figure("Changed files that describe infrastructure", 0)
    dependencyFiles: int | None = figure("Changed files that name dependencies", 1)
    openIncidents: int | None = figure("Incidents open on its repository then", 0)
    openHours: Number = figure("Hours from its opening to then", 26.4)
    outOfHours: bool | None = figure("Whether that was at a weekend or outside 7 to 19 o'clock, UTC", False)
    aiAuthoredRatio: Number = figure("0 to 1, share of commits that name an AI author", 0.31)


class SignalDetail(Described):
    """One signal with what it adds."""

    name: str = figure("Its name in signals", "linesAdded")
    category: str = figure("What it is about", "code complexity")
    value: bool | int | float | None = figure("As in signals, in its unit", 412)
    unit: str = figure("What its number counts", "lines")
    contribution: float = figure("Log-odds added to an average change, no unit; 0 while unknown or not weighed", 0.74)
    words: str = figure("The value in words", "412 lines added")
    missing: str | None = figure("Which data would tell, null where it is known", "Unknown; it needs reviews.")


class TopContribution(Described):
    """One of the signals that move the score most."""

    name: str = figure("Its name in signals", "linesAdded")
    contribution: float = figure("Log-odds added to an average change, no unit", 0.74)
    words: str = figure("The same in words", "higher risk with 412 lines added")


class RiskFloor(Described):
    """A least score, a setting of the server, that holds for this pull request."""

    name: str = figure("schemaMigration, openIncident or failedChecks", "schemaMigration")
    score: int = figure("The score it has at least", 70)
    raised: bool = figure("Whether its score would be lower without", True)


class RiskModelName(Described):
    """Which model made the score."""

    name: str = figure("How it was made", "change-metrics-2")
    quarter: str = figure("The quarter in which it came into force", "2026-Q1")
    since: date = figure("Its first day in force; the sample's is moved as all its dates", "2026-01-01")


class ReliabilityGroup(Described):
    """A tenth of the pull requests that a refit was checked on, by predicted probability."""

    count: int = figure("Pull requests", 52)
    predicted: float = figure("0 to 1, mean predicted probability", 0.08)
    observed: float = figure("0 to 1, share that brought a failure", 0.06)
    low: float = figure("0 to 1, lower end of the 95 % interval of observed", 0.02)
    high: float = figure("0 to 1, upper end of it", 0.16)


class RiskScore(Described):
    """How likely a pull request is to bring a failure, beside others, and why."""

    prNumber: int = figure("Number", 1847)
    repo: str = figure("owner/name", "acme/api")
    riskScore: int | None = figure("0 to 100: share of pull requests with a lower probability, then floors", 71)
    tier: str | None = figure("low below 40, medium below 70, high below 90, else critical", "high")
    signals: Signals = whole("What is known of the change")
    recommendation: str = figure(
        "One sentence", "Review carefully — high change entropy and coverage regression detected."
    )
    probability: Number = figure("0 to 1, of bringing a failure; a rank alone unless calibrated", 0.18)
    baseLogOdds: float = figure("Log-odds of the average change, to which contributions are added, no unit", -0.53)
    calibrated: bool = figure(
        "Whether the model was refitted on the organisation's own outcomes, and later ones bore its probabilities out",
        False,
    )
    label: str = figure("What may be said of the probability", "not calibrated on your data")
    calibrationReason: str | None = figure(
        "Why it is not calibrated", "4 failures among 120 pull requests are known; a refit takes 30 among 300."
    )
    model: RiskModelName = whole("The model in force when it was merged, or now")
    reliability: list[ReliabilityGroup] | None = whole("Predicted beside observed, if refitted")
    floors: list[RiskFloor] = whole("Least scores that hold, highest first")
    topContributions: list[TopContribution] = whole("At most five, largest first")
    signalDetails: list[SignalDetail] = whole("Every signal, in the order of docs/RISK.md")


LARGEST_NUMBER = 10**18
LONGEST_NAME = 200
_NAME = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "pattern": r"^[^\u0000]*$"}
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
                            "maximum": LARGEST_NUMBER,
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
