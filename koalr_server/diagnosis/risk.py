"""Findings about pull request risk and its signals (pure)."""

from koalr_server.diagnosis.counts import Counts, Part
from koalr_server.diagnosis.finding import Answer, Finding, Lack, judged, so_many
from koalr_server.diagnosis.lacks import INGEST, importing, some, stale
from koalr_server.diagnosis.work_lacks import no_pull_requests, only_bots, unreviewed

IMPORT_COVERAGE = f"{importing('coverage')} --repo OWNER/NAME --sha SHA"
RISK = "POST /api/v1/pr-risk/score"


def risk_findings(counts: Counts) -> list[Finding]:
    """The risk score and its five signals."""
    risk, newest_at = counts.risk, counts.pull_requests.newest_merged_at
    merged = risk.unscored.of
    no_files = some(
        risk.without_entropy,
        "merged pull requests",
        "whose changed files are unknown",
        "they have no entropy and no expertise. Read their repositories",
        INGEST,
    )
    no_commits = some(
        risk.without_assistance,
        "merged pull requests",
        "whose commit messages are unknown",
        "whether an AI agent took part is unknown. Read their repositories",
        INGEST,
    )
    unmeasured = some(
        risk.unscored,
        "merged pull requests",
        "of unknown size",
        "they have no score. Read their repositories, or import pull requests with additions and deletions",
        INGEST,
    )
    no_coverage = some(
        risk.without_coverage,
        "merged pull requests",
        "whose coverage was not measured both before and after",
        "import the reports of their last commits and of those they began from",
        IMPORT_COVERAGE,
    )
    no_codeowners = some(
        risk.without_codeowners,
        "merged pull requests",
        "without a CODEOWNERS file in force",
        "nobody can tell whose approval they needed. Add one to the repository and read it",
        INGEST,
    )
    no_owners = some(
        risk.without_approvals,
        "merged pull requests",
        "of which nobody can tell whether their owners approved",
        "owning teams have no members, or the files are unknown. Name the members",
        importing("members"),
    )
    signals = (
        ("changeEntropy", "Change entropy", risk.without_entropy, no_files),
        ("authorFileExpertise", "Author's file expertise", risk.without_expertise, no_files),
        ("aiAuthoredRatio", "AI-authored share", risk.without_assistance, no_commits),
    )
    return [
        judged(
            Answer("riskScore", "Pull request risk", RISK),
            [so_many(merged - risk.unscored.lacking, "scored pull request")],
            newest_at,
            [no_pull_requests(counts), only_bots(counts), unmeasured],
            known=merged > risk.unscored.lacking,
            old=stale(counts),
        ),
        *(_signal(counts, field, name, part, lack) for field, name, part, lack in signals),
        _signal(counts, "coverageDelta", "Coverage change", risk.without_coverage, no_coverage),
        _signal(
            counts,
            "codeownersCompliance",
            "Code owners' approval",
            risk.without_approvals,
            no_codeowners,
            unreviewed(counts),
            None if no_codeowners or unreviewed(counts) else no_owners,
        ),
    ]


def _signal(counts: Counts, field: str, name: str, part: Part, *lacks: Lack | None) -> Finding:
    known = part.of > part.lacking
    unexplained = (
        Lack("No merged pull request touched a file that somebody had touched before.")
        if part.of and not known
        else None
    )
    return judged(
        Answer(field, name, RISK),
        [so_many(part.of - part.lacking, "pull request")],
        counts.pull_requests.newest_merged_at,
        [
            no_pull_requests(counts),
            only_bots(counts),
            *lacks,
            None if any(lacks) else unexplained,
        ],
        known=known,
        old=stale(counts),
    )
