"""One plain sentence about a risk score (pure)."""

from koalr_server.risk.ranks import LEAST_COMPARED, MEASURES, Assessment

WORDS = {
    "churn": "lines changed",
    "changed_files": "files changed",
    "change_entropy": "spread over files",
    "unfamiliarity": "the author's unfamiliarity with the files",
}
# Where "high" begins: a measure this far up raises the score.
RAISING_RANK = 70


def recommendation(found: Assessment) -> str:
    """Which measures raise the score, that none does, or what is missing for one."""
    if found.score is None:
        return _missing(found)
    places = {
        measure: round(100 * rank)
        for measure, rank in zip(MEASURES, found.ranks, strict=True)
        if rank is not None and round(100 * rank) >= RAISING_RANK
    }
    among = f"among the {found.compared_with} pull requests merged in this {found.compared_among} in the year before"
    if not places:
        return f"Nothing stands out {among}."
    highest_first = sorted(places, key=lambda measure: -places[measure])
    named = [f"{WORDS[measure]} ({places[measure]} of 100)" for measure in highest_first]
    sentence = f"{_listed(named)} rank high {among}."
    careful = found.tier in ("high", "critical")
    return f"Review carefully: {sentence}" if careful else sentence[0].upper() + sentence[1:]


def _missing(found: Assessment) -> str:
    if found.compared_with < LEAST_COMPARED:
        return (
            f"No score: {found.compared_with} pull requests of people were merged in the year before, in the whole "
            f"organisation; a comparison needs {LEAST_COMPARED}."
        )
    return (
        f"No score: lines, files and commits of this pull request, or of all but a few of the {found.compared_with} before "
        "it, are unknown; import additions, deletions and changedFiles, or commits with their files."
    )


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
