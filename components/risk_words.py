"""What a risk score says, in sentences for Markdown (pure; what others wrote goes through `format.plain`)."""

from collections.abc import Mapping, Sequence

from components.format import day_label, percent, plain
from components.risk import BY_TIER, Band, band_of, score_text
from components.signals import movers, name_in_words
from koalr_api import PullRequest, RiskScore
from koalr_api.models.risk import RiskFloor

FLOOR_WORDS: Mapping[str, str] = {
    "schemaMigration": "it migrates a database schema",
    "openIncident": "an incident is open on its repository",
    "failedChecks": "checks are failing",
}
LONGEST_TEXT = 160


def cut(text: str, longest: int = LONGEST_TEXT) -> str:
    """Untrusted text for Markdown, at most so long."""
    return plain(text if len(text) <= longest else text[: longest - 1] + "…")


def band_told(told: RiskScore) -> Band | None:
    """The tier the server names, else that of the score."""
    return BY_TIER.get(told.tier or "") or band_of(told.risk_score)


def latest_sentence(rows: Sequence[PullRequest]) -> str:
    """How many of the pull requests merged last are risky."""
    bands = [band for band in (band_of(row.risk_score) for row in rows) if band]
    if not bands:
        return "Score a pull request to see what makes it risky."
    parts = []
    for tier in ("critical", "high"):
        count = sum(1 for band in bands if band.tier == tier)
        if count:
            parts.append(f"{count} {'has' if count == 1 else 'have'} a :red[{tier}] risk")
    plural = "" if len(bands) == 1 else "s"
    return f"Of {len(bands)} pull request{plural} merged last, {' and '.join(parts) or 'none has a high risk'}."


def risk_sentence(told: RiskScore) -> str:
    """Tier, score, and what raises it most."""
    name = cut(f"{told.repo}#{told.pr_number}", 100)
    band = band_told(told)
    if band is None:
        return f"{name} has no score: too little is known of the change."
    opening = f":{band.colour}[{band.name}] risk: {name} scores {score_text(told.risk_score)} of 100"
    holding = next((floor for floor in told.floors or () if floor.raised and floor.score == told.risk_score), None)
    if holding is not None:
        return f"{opening}, held there because {_because(holding)}."
    raising = next((one for one in movers(told) if (one.contribution or 0) > 0), None)
    if told.signal_details and raising is not None:
        return f"{opening}, raised most by {cut(raising.words or '', 80)}."
    return f"{opening}."


def _because(floor: RiskFloor) -> str:
    return FLOOR_WORDS.get(floor.name) or f"of a rule named {cut(name_in_words(floor.name), 60)}"


def floor_words(floor: RiskFloor) -> str:
    """A least score, why it holds, and whether it mattered."""
    effect = "That raised the score." if floor.raised else "The score is higher anyway."
    return f"At least {score_text(floor.score)}, because {_because(floor)}. {effect}"


def meaning_heading(told: RiskScore) -> str:
    """What kind of number this is."""
    return "A probability" if _is_probability(told) else "A rank, not a probability"


def meaning(told: RiskScore) -> str:
    """How far the number may be believed, and why."""
    if _is_probability(told):
        return (
            f"About {percent(told.probability)} of pull requests like this one bring a failure. The model was fitted to "
            "this organisation's own outcomes, and later ones bore its probabilities out."
        )
    if told.risk_score is None:
        return "Without a score it cannot be ranked. What is known of it stands below."
    score = score_text(told.risk_score)
    rank = f"{score} says how it ranks beside others, not that {score} of 100 such changes fail."
    if told.calibrated is None:
        return f"{rank} This server does not say how its scores were checked."
    label = f" Its probabilities are {cut(told.label)}." if told.label else ""
    reason = f" {cut(told.calibration_reason, 300)}" if told.calibration_reason else ""
    return f"{rank}{label}{reason}"


def _is_probability(told: RiskScore) -> bool:
    return told.calibrated is True and told.probability is not None


def model_words(told: RiskScore) -> str:
    """Which model made the score; empty if the server does not say."""
    model = told.model
    if model is None:
        return ""
    since = f", in force since {day_label(model.since)} {model.since.year}" if model.since else ""
    return f"Model {cut(model.name, 60)}{since}"
