"""The 32 signals of a pull request's risk: what each is, in which unit, and which data it needs (pure; docs/RISK.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FILES = "its commits with their files: ingest git, or import commits with files"
COMMITS = "its commits: ingest git, or import commits"
SIZES = "its commits with their files, or additions, deletions and changedFiles of the imported pull request"
REVIEWS = "reviews: import reviews"
INCIDENTS = "incidents of the repository, at least one by then: import incidents"
COVERAGE = "coverage reports for its head and for what it builds on: import coverage"
OWNERS = "a CODEOWNERS file (ingest git, sync github), reviews, and the members of the owning teams"
CHECKS = "the number of failing checks: import pull_requests with failedChecks"
OPENED = "when it was opened, or commits of its own"
NOTHING = "nothing"

Value = float | int | bool | None


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal.

    Attributes:
        name: field of the API.
        column: of the table pull_request_signals.
        unit: what its number counts; "yes or no" is a boolean, "share" runs from 0 to 1.
        words: what a value is in words, `{}` standing for it: (one, many) for counts, (no, yes) for booleans.
        needs: the data without which it is null.
        feature: name of the model's term; that of the change metric where it is one.
        measure: the column the model reads, where it is not `column`.
    """

    name: str
    column: str
    category: str
    unit: str
    words: tuple[str, ...]
    needs: str
    feature: str
    measure: str

    def said(self, value: Value) -> str:
        """A value in words, such as "3 files changed"."""
        if value is None:
            return f"{self.name} unknown"
        if self.unit == "yes or no":
            return self.words[bool(value)]
        return self.words[0 if value == 1 else -1].format(self._shown(value))

    def _shown(self, value: float) -> str:
        if self.unit == "share":
            return f"{100 * value:.0f} %"
        if self.unit == "signed share":
            return f"{100 * value:+.1f}"
        return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.1f}"


def _signal(name: str, category: str, unit: str, words: tuple[str, ...], needs: str, feature: str = "") -> Signal:
    column = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    # The documented entropy is a share of the most there could be; the model was trained on bits.
    measure = "entropy_bits" if name == "changeEntropy" else column
    return Signal(name, column, category, unit, words, needs, feature or name, measure)


def _count(name: str, category: str, unit: str, one: str, many: str, needs: str, feature: str = "") -> Signal:
    return _signal(name, category, unit, (f"{{}} {one}", f"{{}} {many}"), needs, feature)


CODE, HISTORY, AUTHOR = "code complexity", "history", "author and team"
REVIEW, TESTING, INFRASTRUCTURE = "review", "testing", "infrastructure"
TIMING, AI = "timing", "AI authorship"

SIGNALS = (
    _count("linesAdded", CODE, "lines", "line added", "lines added", SIZES, "la"),
    _count("linesDeleted", CODE, "lines", "line deleted", "lines deleted", SIZES, "ld"),
    _count("filesChanged", CODE, "files", "file changed", "files changed", SIZES, "nf"),
    _count("directoriesChanged", CODE, "directories", "directory changed", "directories changed", FILES, "nd"),
    _count("subsystemsChanged", CODE, "subsystems", "subsystem changed", "subsystems changed", FILES, "ns"),
    _signal("changeEntropy", CODE, "share", ("lines spread over the files to {} of the most possible",), FILES, "entropy"),
    _count("linesInFiles", CODE, "lines", "line in the files before", "lines in the files before", FILES, "lt"),
    _count("priorChanges", HISTORY, "changes", "earlier change to the files", "earlier changes to the files", FILES, "nuc"),
    _count("priorAuthors", HISTORY, "people", "earlier author of the files", "earlier authors of the files", FILES, "ndev"),
    _count("daysSinceChange", HISTORY, "days", "day since the files changed", "days since the files changed", FILES, "age"),
    _count("recentChanges", HISTORY, "changes", "change to the files in 30 days", "changes to the files in 30 days", FILES),
    _count("priorReverts", HISTORY, "changes", "reverted change to the files in a year", "reverted changes to the files in a year", FILES),
    _signal("isFix", HISTORY, "yes or no", ("no bug fix", "a bug fix"), COMMITS, "fix"),
    _signal("authorFileExpertise", AUTHOR, "share", ("{} of the earlier work on the files by its author",), FILES),
    _count("authorExperience", AUTHOR, "changes", "earlier change by its author", "earlier changes by its author", COMMITS, "exp"),
    _count("authorRecentExperience", AUTHOR, "changes, weighted", "recent change by its author", "recent changes by its author", COMMITS, "rexp"),
    _count(
        *("authorSubsystemExperience", AUTHOR, "changes"),
        *("earlier change by its author in these subsystems", "earlier changes by its author in these subsystems"),
        *(FILES, "sexp"),
    ),
    _signal("ownership", AUTHOR, "share", ("{} of a file's commits by its most frequent author",), FILES),
    _signal(
        *("codeownersCompliance", REVIEW, "yes or no"),
        *(("an owned file without its owner's approval", "every owned file approved by an owner"), OWNERS),
    ),
    _count("reviewers", REVIEW, "people", "reviewer", "reviewers", REVIEWS),
    _count("approvals", REVIEW, "people", "approval", "approvals", REVIEWS),
    _count("changesRequested", REVIEW, "reviews", "request for changes", "requests for changes", REVIEWS),
    _signal("coverageDelta", TESTING, "signed share", ("test coverage changed by {} points",), COVERAGE),
    _signal("testShare", TESTING, "share", ("{} of the changed lines in tests",), FILES),
    _count("failedChecks", TESTING, "checks", "failing check", "failing checks", CHECKS),
    _signal("schemaMigration", INFRASTRUCTURE, "yes or no", ("no schema migration", "a schema migration"), FILES),
    _count("infrastructureFiles", INFRASTRUCTURE, "files", "infrastructure file changed", "infrastructure files changed", FILES),
    _count("dependencyFiles", INFRASTRUCTURE, "files", "dependency file changed", "dependency files changed", FILES),
    _count("openIncidents", INFRASTRUCTURE, "incidents", "open incident on the repository", "open incidents on the repository", INCIDENTS),
    _count("openHours", TIMING, "hours", "hour open", "hours open", OPENED),
    _signal("outOfHours", TIMING, "yes or no", ("working hours (UTC)", "hours outside work (UTC)"), NOTHING),
    _signal("aiAuthoredRatio", AI, "share", ("{} of its commits with an AI agent",), COMMITS),
)  # fmt: skip
"""Every signal, in the order of the API and of docs/RISK.md."""

SIZE_FEATURES = ("la", "nf")
"""Lines added and files changed. What is known beside them says little: most of every model's weight is on size."""

BY_NAME = {signal.name: signal for signal in SIGNALS}


def features(row: Mapping[str, Any]) -> dict[str, float | None]:
    """What a model reads of a row of pull_request_signals: numbers by feature, booleans as 0 and 1."""
    values = {signal.feature: row[signal.measure] for signal in SIGNALS}
    return {name: None if value is None else float(value) for name, value in values.items()}


def measured(values: Mapping[str, float | None]) -> bool:
    """Whether enough is known for a score: how large the change is, by feature."""
    return any(values[feature] is not None for feature in SIZE_FEATURES)


def measured_rows(columns: Mapping[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.bool_]:
    """The same for rows, by feature, shape (n,), NaN where unknown."""
    return np.asarray(np.any([~np.isnan(columns[feature]) for feature in SIZE_FEATURES], axis=0))
