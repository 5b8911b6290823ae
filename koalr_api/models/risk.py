"""The deployment risk of a pull request."""

from dataclasses import dataclass
from datetime import date

from koalr_api.model import Model, Rows


@dataclass(frozen=True, slots=True)
class Signals(Model):
    """What is known of the change; None where the server's data do not tell. Signals of other names are in `raw`."""

    change_entropy: float | None
    """How evenly the lines spread over the files, 0 to 1."""
    coverage_delta: float | None
    """Change of the covered share of lines, -1 to 1."""
    author_file_expertise: float | None
    """The author's share of earlier work on these files, 0 to 1."""
    codeowners_compliance: bool | None
    """Whether an owner of every file approved."""
    ai_authored_ratio: float | None
    """Share of commits that name an AI author, 0 to 1."""
    lines_added: int | None = None
    """Number of lines added."""
    lines_deleted: int | None = None
    """Number of lines deleted."""
    files_changed: int | None = None
    """Number of files changed."""
    directories_changed: int | None = None
    """Number of directories with a changed file."""
    subsystems_changed: int | None = None
    """Number of top directories with a changed file."""
    lines_in_files: int | None = None
    """Number of lines in these files before."""
    prior_changes: int | None = None
    """Number of earlier changes of these files."""
    prior_authors: int | None = None
    """Number of people who changed these files before."""
    days_since_change: float | None = None
    """Days since these files changed last, mean."""
    recent_changes: int | None = None
    """Number of changes of these files in the 30 days before."""
    prior_reverts: int | None = None
    """Number of changes of these files taken back in the 365 days before."""
    is_fix: bool | None = None
    """Whether its title or messages speak of a fix."""
    author_experience: int | None = None
    """Number of earlier changes by its author."""
    author_recent_experience: float | None = None
    """The same, older ones counting for less."""
    author_subsystem_experience: int | None = None
    """Number of earlier changes by its author in these top directories."""
    ownership: float | None = None
    """Share of each file's most frequent author, mean, 0 to 1."""
    reviewers: int | None = None
    """Number of people who reviewed it."""
    approvals: int | None = None
    """Number of people who approved it."""
    changes_requested: int | None = None
    """Number of reviews that asked for changes."""
    test_share: float | None = None
    """Share of the changed lines in tests, 0 to 1."""
    failed_checks: int | None = None
    """Number of failing checks of its head."""
    schema_migration: bool | None = None
    """Whether it changes a database schema."""
    infrastructure_files: int | None = None
    """Number of changed files that describe infrastructure."""
    dependency_files: int | None = None
    """Number of changed files that name dependencies."""
    open_incidents: int | None = None
    """Number of incidents open on its repository."""
    open_hours: float | None = None
    """Hours it has been open."""
    out_of_hours: bool | None = None
    """Whether that ended at a weekend or outside 7 to 19 o'clock, UTC."""


@dataclass(frozen=True, slots=True)
class SignalDetail(Model):
    """One signal with what it adds to the score."""

    name: str
    """Its name on the wire, such as linesAdded."""
    category: str
    """What it is about, such as code complexity."""
    value: bool | float | None
    """In `unit`."""
    unit: str
    """What its number counts."""
    contribution: float
    """Log-odds added to an average change; 0 where unknown."""
    words: str
    """The value in words."""
    missing: str | None = None
    """Which data would tell; None where it is known."""


@dataclass(frozen=True, slots=True)
class TopContribution(Model):
    """One of the signals that move the score most."""

    name: str
    """Its name on the wire."""
    contribution: float
    """Log-odds added to an average change."""
    words: str
    """The same in words."""


@dataclass(frozen=True, slots=True)
class RiskFloor(Model):
    """A least score, set on the server, that holds for this pull request."""

    name: str
    """schemaMigration, openIncident or failedChecks."""
    score: float
    """The score it has at least, 0 to 100."""
    raised: bool
    """Whether its score would be lower without."""


@dataclass(frozen=True, slots=True)
class RiskModel(Model):
    """Which model made the score."""

    name: str
    """How it was made."""
    quarter: str
    """The quarter in which it came into force, such as 2026-Q1."""
    since: date | None = None
    """Its first day in force."""


@dataclass(frozen=True, slots=True)
class ReliabilityGroup(Model):
    """Some of the pull requests the model was checked on, by predicted probability."""

    count: int
    """Number of pull requests."""
    predicted: float
    """Mean predicted probability, 0 to 1."""
    observed: float
    """Share that brought a failure, 0 to 1."""
    low: float
    """Lower end of the 95 % interval of `observed`, 0 to 1."""
    high: float
    """Upper end of it, 0 to 1."""


@dataclass(frozen=True, slots=True)
class RiskScore(Model):
    """POST /pr-risk/score."""

    pr_number: int
    """Number in its repository."""
    repo: str
    """owner/name."""
    risk_score: float | None
    """0 to 100."""
    tier: str | None
    """low, medium, high or critical."""
    signals: Signals
    """What is known of the change."""
    recommendation: str | None
    """One sentence."""
    probability: float | None = None
    """Of bringing a failure, 0 to 1; no more than a rank unless `calibrated`."""
    base_log_odds: float | None = None
    """Log-odds of the average change, to which contributions are added."""
    calibrated: bool | None = None
    """Whether the model was fitted to the organisation's own outcomes, and later ones bore its probabilities out."""
    label: str | None = None
    """What may be said of the probability."""
    calibration_reason: str | None = None
    """Why it is not calibrated."""
    model: RiskModel | None = None
    """The model in force when it was merged, or now."""
    reliability: Rows[ReliabilityGroup] | None = None
    """Predicted beside observed, if it was fitted so."""
    floors: Rows[RiskFloor] | None = None
    """Least scores that hold, highest first."""
    top_contributions: Rows[TopContribution] | None = None
    """At most five, largest first."""
    signal_details: Rows[SignalDetail] | None = None
    """Every signal the server knows."""
