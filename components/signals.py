"""The signals of a pull request's risk, as a server tells them or in our own words (pure; texts are untrusted)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from components.format import known, percent
from koalr_api import RiskScore
from koalr_api.models.risk import Signals

# Less moves a probability by about one part in a hundred.
LEAST_SHOWN = 0.05


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal: what it says in words, None if it is unknown, and then which data would tell.

    `contribution`: log-odds it adds to an average change; None where the server does not say.
    """

    name: str
    category: str
    words: str | None
    contribution: float | None = None
    missing: str | None = None

    @property
    def weighs(self) -> bool:
        """Whether it moves the score by anything worth a word."""
        return self.words is not None and known(self.contribution) and abs(self.contribution or 0) >= LEAST_SHOWN


CATEGORY_WORDS: Mapping[str, str] = {
    "code complexity": "How large the change is, and how it spreads",
    "history": "What happened to these files before",
    "author and team": "How well this work is known to who did it",
    "review": "Who looked at it",
    "testing": "What tests say",
    "infrastructure": "What it touches beside code",
    "timing": "When, and for how long",
    "AI authorship": "What an AI agent wrote",
    "signals": "What is known of the change",
}


def signals_of(told: RiskScore) -> list[Signal]:
    """Every signal of an answer; of a server that explains none, the documented five."""
    if told.signal_details:
        return [
            Signal(
                one.name,
                one.category,
                None if one.value is None else one.words,
                one.contribution,
                one.missing,
            )
            for one in told.signal_details
        ]
    return documented(told.signals)


def movers(told: RiskScore) -> list[Signal]:
    """The signals that raise or lower the score, largest first."""
    if told.signal_details:
        found = [one for one in signals_of(told) if one.weighs]
    else:
        found = [Signal(one.name, "", one.words, one.contribution) for one in told.top_contributions or ()]
    return sorted((one for one in found if one.weighs), key=lambda one: -abs(one.contribution or 0))


def documented(signals: Signals) -> list[Signal]:
    """The five signals every server has, in our own words."""
    return [
        _worded("changeEntropy", "code complexity", signals.change_entropy, _spread),
        _worded("authorFileExpertise", "author and team", signals.author_file_expertise, _expertise),
        _worded("codeownersCompliance", "review", signals.codeowners_compliance, _owners),
        _worded("coverageDelta", "testing", signals.coverage_delta, _coverage),
        _worded("aiAuthoredRatio", "AI authorship", signals.ai_authored_ratio, _agents),
    ]


def _worded(name: str, category: str, value: float | None, words: Callable[[float], str]) -> Signal:
    return Signal(name, category, words(value) if value is not None and known(value) else None)


def _spread(value: float) -> str:
    return f"its lines are spread over its files at {percent(value)} of an even spread"


def _expertise(value: float) -> str:
    return f"{percent(value)} of the earlier work on its files is by its author"


def _owners(value: float) -> str:
    return "every owned file has an owner's approval" if value else "an owned file lacks its owner's approval"


def _coverage(value: float) -> str:
    points = f"{abs(100 * value):.1f} points"
    return (
        f"test coverage {'falls' if value < 0 else 'rises'} by {points}" if value else "test coverage stays as it was"
    )


def _agents(value: float) -> str:
    return f"{percent(value)} of its commits name an AI agent"


def by_category(signals: Sequence[Signal]) -> Mapping[str, Sequence[Signal]]:
    """The known signals by what they are about, in the order given."""
    groups: dict[str, list[Signal]] = {}
    for one in signals:
        if one.words is not None:
            groups.setdefault(one.category or "signals", []).append(one)
    return groups


def missing(signals: Sequence[Signal]) -> Mapping[str | None, Sequence[str]]:
    """The unknown signals by the data that would tell them: names in words; None where the server does not say."""
    groups: dict[str | None, list[str]] = {}
    for one in signals:
        if one.words is None:
            groups.setdefault(one.missing, []).append(name_in_words(one.name))
    return groups


def name_in_words(name: str) -> str:
    """ "authorFileExpertise" as "author file expertise"."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    return words.replace("ai ", "AI ", 1) if words.startswith("ai ") else words


def signal_rows(signals: Sequence[Signal]) -> pd.DataFrame:
    """One row per signal: signal, category, words, contribution (log-odds), missing."""
    return pd.DataFrame(
        [
            {
                "signal": one.name,
                "category": one.category,
                "words": one.words,
                "contribution": one.contribution,
                "missing": one.missing,
            }
            for one in signals
        ]
    )
