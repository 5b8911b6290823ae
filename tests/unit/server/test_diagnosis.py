"""Findings from counts: what is said, about which answers, with which command, in which order."""

import shlex
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from koalr_server.clock import Moment
from koalr_server.commands.line import build_parser
from koalr_server.diagnosis.counts import (
    ChangeCounts,
    CopilotCounts,
    Counts,
    CustomMetric,
    DeploymentCounts,
    ForecastCounts,
    IncidentCounts,
    ItemCounts,
    Part,
    PullRequestCounts,
    RiskCounts,
    TeamCounts,
)
from koalr_server.diagnosis.finding import Finding, named
from koalr_server.diagnosis.report import diagnose, report, steps
from koalr_server.texts import printable

NOW = datetime(2025, 3, 31, 12)
NEWEST = NOW - timedelta(hours=1)

FULL = Counts(
    now=NOW,
    newest_at=NEWEST,
    commits=500,
    newest_commit_at=NEWEST,
    deployments=DeploymentCounts(
        listed=300,
        newest_listed_at=NEWEST,
        environments=("production",),
        shipped=100,
        shipping_repos=4,
        newest_shipped_at=NEWEST,
        unknown_commit=Part(0, 100),
        unshipped_repos=Part(0, 4),
    ),
    pull_requests=PullRequestCounts(
        merged=200,
        merged_by_bots=30,
        newest_merged_at=NEWEST,
        opened=210,
        unstarted=Part(0, 200),
        unready=Part(0, 200),
        unreviewed=Part(0, 200),
        unlinked=Part(0, 200),
        unknown_links=Part(0, 200),
        reviewed=190,
        newest_review_at=NEWEST,
        unwaited=Part(0, 190),
        review_cycles=185,
    ),
    changes=ChangeCounts(200, NEWEST, 200, Part(0, 200), 200, 200),
    incidents=IncidentCounts(9, 5, 0, 5, NEWEST, Part(0, 5), Part(0, 1)),
    items=ItemCounts(
        finished=200,
        newest_done_at=NEWEST,
        with_cycle_time=200,
        timed=200,
        begun=True,
        in_progress=7,
        openings_known=240,
    ),
    copilot=CopilotCounts(20, NEWEST, 15, True, 60, 60),
    risk=RiskCounts(*[Part(0, 200)] * 7),
    teams=TeamCounts(3, 12, Part(0, 3), Part(0, 3), Part(0, 12), Part(0, 4)),
    forecast=ForecastCounts(12, 12, 180, 40),
    custom_metrics=(CustomMetric("p95-cycle-time", "pull_requests"),),
)
EMPTY = Counts(now=NOW)


def but(part: str, **changes: Any) -> Counts:
    """The full counts with some of one part changed."""
    return replace(FULL, **{part: replace(getattr(FULL, part), **changes)})


def affected(counts: Counts) -> dict[str, str]:
    """Answers that are not ok, by status."""
    return {finding.answer.id: finding.status for finding in diagnose(counts) if finding.status != "ok"}


def only_step(counts: Counts) -> tuple[str, str | None]:
    """Text and command of the one thing to do."""
    (step,) = [step for step in steps(counts, diagnose(counts)) if step.lack.command]
    return step.lack.text, step.lack.command


def test_with_everything_there_nothing_is_said() -> None:
    assert affected(FULL) == {}
    assert steps(FULL, diagnose(FULL)) == []


@pytest.mark.parametrize(
    ("counts", "answers", "words", "command"),
    [
        (
            but("deployments", unknown_commit=Part(40, 100, ("acme/api",))),
            {"leadTime", "ideaToCommit", "commitToMerge", "mergeToDeploy"},
            "40 of 100 production deployments without a known commit (acme/api)",
            "ingest git PATH",
        ),
        (
            but("deployments", unshipped_repos=Part(1, 4, ("acme/web",))),
            {"deployFrequency", "leadTime", "ideaToCommit", "commitToMerge", "mergeToDeploy"},
            "1 of 4 repositories with merged pull requests without any production deployment (acme/web)",
            "ingest git PATH --deploy-tags 'v*'",
        ),
        (
            but("changes", bounded=Part(150, 200, ("acme/api",))),
            {"leadTime", "commitToMerge"},
            "150 of 200 deployed changes squashed",
            "import pull_requests FILE",
        ),
        (
            but("pull_requests", unstarted=Part(200, 200, ("acme/api",))),
            {"cycleTime", "pullRequests"},
            "All 200 merged pull requests without a known first commit",
            "import pull_requests FILE",
        ),
        (
            but("incidents", imported_ever=0, started=0, rollbacks=3, resolved=3),
            {"changeFailureRate", "mttr", "incidents"},
            "No incident was ever imported",
            "import incidents FILE",
        ),
        (
            but("incidents", unplaced=Part(2, 5, ("no repository",))),
            {"changeFailureRate", "incidents"},
            "2 of 5 incidents of no known repository: no deployment",
            "import incidents FILE",
        ),
        (
            but("incidents", overdue=Part(1, 1, ("acme/api",))),
            {"mttr", "incidents"},
            "1 of 1 open incidents open for more than two weeks",
            "import incidents FILE",
        ),
        (
            but("pull_requests", unreviewed=Part(120, 200, ("acme/web",))),
            {"flowEfficiency", "avgFirstResponseTime", "avgReviewCycleTime", "totalReviewed", "codeownersCompliance"},
            "120 of 200 merged pull requests in repositories without a single review (acme/web)",
            "import reviews FILE",
        ),
        (
            but("pull_requests", unwaited=Part(95, 190)),
            {"avgFirstResponseTime"},
            "95 of 190 reviewed pull requests without readyAt or createdAt",
            "import pull_requests FILE",
        ),
        (
            but("pull_requests", unlinked=Part(60, 200)),
            {"ideaToCommit"},
            "60 of 200 merged pull requests naming no work item",
            "import pull_requests FILE",
        ),
        (
            but("pull_requests", unknown_links=Part(60, 200)),
            {"ideaToCommit"},
            "60 of 200 pull requests with a work item naming one that was not imported",
            "import work_items FILE",
        ),
        (
            but("items", finished_work_items=150, untimed=Part(150, 150)),
            {"flowEfficiency"},
            "All 150 finished work items without active time",
            "import work_items FILE",
        ),
        (
            but("items", finished_work_items=150, unstarted=Part(30, 150)),
            {"cycleTime"},
            "30 of 150 finished work items without a start",
            "import work_items FILE",
        ),
        (
            replace(but("items", openings_known=0), forecast=ForecastCounts(12, 12, 180, None)),
            {"wipCount", "backlogForecast"},
            "Open work is unknown",
            "import pull_requests FILE",
        ),
        (
            but("copilot", seats=0),
            {"adoptionRate"},
            "No Copilot seat is known",
            "import copilot FILE",
        ),
        (
            but("forecast", busy_weeks=3, items=20),
            {"deliveryForecast", "backlogForecast"},
            "Work was finished in 3 of 12 weeks on record; a forecast needs 5",
            "ingest git PATH",
        ),
        (
            but("risk", without_entropy=Part(50, 200, ("acme/web",))),
            {"changeEntropy", "authorFileExpertise"},
            "50 of 200 merged pull requests whose changed files are unknown (acme/web)",
            "ingest git PATH",
        ),
        (
            but("risk", without_coverage=Part(50, 200, ("acme/web",))),
            {"coverageDelta"},
            "50 of 200 merged pull requests whose coverage was not measured both before and after (acme/web)",
            "import coverage FILE --repo OWNER/NAME --sha SHA",
        ),
        (
            but("risk", without_codeowners=Part(200, 200, ("acme/web",)), without_approvals=Part(200, 200)),
            {"codeownersCompliance"},
            "All 200 merged pull requests without a CODEOWNERS file in force (acme/web)",
            "ingest git PATH",
        ),
        (
            but("risk", unscored=Part(20, 200)),
            {"riskScore"},
            "20 of 200 merged pull requests of unknown size",
            "ingest git PATH",
        ),
        (
            but("teams", people_without_team=Part(4, 12, ("ann", "bo", "cleo"))),
            {"teams"},
            "4 of 12 people with merged pull requests in no team (ann, bo, cleo, …)",
            "import members FILE",
        ),
        (
            but("teams", repos_without_team=Part(2, 4, ("acme/lib",))),
            {"teams"},
            "2 of 4 repositories of no team (acme/lib)",
            "import repos FILE",
        ),
        (
            but("teams", without_repos=Part(1, 3, ("Growth",))),
            {"teams"},
            "1 of 3 teams without repositories (Growth)",
            "import repos FILE",
        ),
        (
            replace(FULL, custom_metrics=(CustomMetric("gone", "pull_requests", False), *FULL.custom_metrics)),
            {"customMetrics"},
            "1 of 2 custom metrics of a team that is not there (gone)",
            "metrics save FILE",
        ),
        (
            replace(
                FULL, custom_metrics=(CustomMetric("bugs", "work_items"), *FULL.custom_metrics), items=ItemCounts()
            ),
            None,
            "1 of 2 custom metrics over records of which there are no recent ones: work items",
            "import work_items FILE",
        ),
    ],
)
def test_a_gap_is_named_with_its_numbers_its_command_and_the_answers_it_touches(
    counts: Counts, answers: set[str] | None, words: str, command: str
) -> None:
    found = [step for step in steps(counts, diagnose(counts)) if words in step.lack.text]
    assert [step.lack.command for step in found] == [f"python -m koalr_server {command}"]
    if answers is not None:
        assert set(affected(counts)) == answers
        assert only_step(counts) == (found[0].lack.text, found[0].lack.command)


@pytest.mark.parametrize(("lacking", "told"), [(0, False), (4, False), (5, True), (100, True)])
def test_what_lacks_in_fewer_than_one_in_twenty_is_not_worth_a_sentence(lacking: int, told: bool) -> None:
    counts = but("deployments", unknown_commit=Part(lacking, 100, ("acme/api",)))
    assert bool(affected(counts)) == told


@pytest.mark.parametrize(("days", "old"), [(14, False), (15, True)])
def test_data_older_than_two_weeks_make_every_known_answer_partial(days: int, old: bool) -> None:
    counts = replace(FULL, now=NEWEST + timedelta(days=days, seconds=1 if days == 15 else 0))
    statuses = set(affected(counts).values())
    assert statuses == ({"partial"} if old else set())
    if old:
        text, command = only_step(counts)
        assert text.startswith("The newest data are 15 days old")
        assert command == "python -m koalr_server ingest git PATH"


def test_a_kind_that_stopped_coming_in_is_said() -> None:
    counts = but("pull_requests", reviewed=0, review_cycles=0, newest_review_at=NEWEST - timedelta(days=120))
    assert affected(counts) == {
        "avgFirstResponseTime": "missing",
        "avgReviewCycleTime": "missing",
        "totalReviewed": "partial",
    }
    assert only_step(counts)[0] == "The newest review is 120 days old, other data are newer."


@pytest.mark.parametrize(
    ("deployments", "words", "command"),
    [
        (
            DeploymentCounts(listed=9, newest_listed_at=NEWEST, environments=("staging", "test")),
            "only others (staging, test)",
            "import deployments FILE",
        ),
        (DeploymentCounts(), "If releases are tags, say which tags", "ingest git PATH --deploy-tags 'v*'"),
    ],
)
def test_without_production_deployments_delivery_is_missing_and_the_reason_fits(
    deployments: DeploymentCounts, words: str, command: str
) -> None:
    counts = replace(FULL, deployments=deployments, changes=ChangeCounts(), incidents=IncidentCounts())
    found = {finding.answer.id: finding for finding in diagnose(counts)}
    assert {found[name].status for name in ("deployFrequency", "leadTime", "changeFailureRate")} == {"missing"}
    for name in ("deployFrequency", "leadTime", "mergeToDeploy"):
        (lack,) = found[name].lacks
        assert words in lack.text
        assert lack.command == f"python -m koalr_server {command}"


def test_deployments_alone_without_git_point_to_an_import() -> None:
    assert "import deployments FILE" in str(diagnose(replace(EMPTY, newest_at=NEWEST))[0].lacks[0].command)


@pytest.mark.parametrize("counts", [FULL, EMPTY, replace(EMPTY, everyone=False), replace(EMPTY, newest_at=NEWEST)])
def test_whatever_is_not_ok_says_why_and_whatever_is_ok_lacks_nothing(counts: Counts) -> None:
    for finding in diagnose(counts):
        assert (finding.status == "ok") == (not finding.lacks), finding


def test_an_empty_store_says_how_to_begin_and_nothing_else() -> None:
    assert [step.lack.command for step in steps(EMPTY, diagnose(EMPTY))] == [
        "python -m koalr_server ingest git PATH --team NAME",
        "python -m koalr_server import deployments FILE",
        "python -m koalr_server sample load --data DIR",
    ]


def test_an_empty_team_is_no_empty_store() -> None:
    counts = replace(EMPTY, everyone=False)
    assert all(step.helps for step in steps(counts, diagnose(counts)))


def test_the_step_that_helps_most_comes_first_and_what_no_command_mends_last() -> None:
    counts = replace(but("risk", without_expertise=Part(200, 200)), copilot=CopilotCounts())
    order = [step.helps for step in steps(counts, diagnose(counts))]
    assert order[0] == ("Copilot acceptance", "Copilot hours saved")
    assert order[-1] == ("Author's file expertise",)


def every_command() -> list[str]:
    """The commands of many different diagnoses."""
    counts = [FULL, EMPTY, replace(EMPTY, newest_at=NEWEST), replace(FULL, deployments=DeploymentCounts())]
    counts += [
        replace(FULL, custom_metrics=()),
        replace(FULL, teams=TeamCounts()),
        replace(FULL, copilot=CopilotCounts()),
    ]
    found = {step.lack.command for each in counts for step in steps(each, diagnose(each))}
    return sorted(command for command in found if command)


@pytest.mark.parametrize("command", every_command())
def test_every_command_is_one_the_program_understands(command: str) -> None:
    program, words = command.split("python -m koalr_server ")
    assert program == ""
    assert build_parser().parse_args(shlex.split(words)).run


def test_every_answer_of_the_api_has_a_finding() -> None:
    from koalr_server.http.app import ROUTERS

    asked = {finding.answer.endpoint.split(" ")[1] for finding in diagnose(EMPTY)}
    served = {f"/api{route.path}" for router in ROUTERS for route in router.routes}  # type: ignore[attr-defined]
    assert served - asked == {"/api/v1/status", "/api/v1/custom-metrics/{slug}/query"}


def test_names_are_unique_and_identify_the_answer() -> None:
    findings: list[Finding] = diagnose(EMPTY)
    assert len({finding.answer.id for finding in findings}) == len({finding.answer.name for finding in findings}) == 30


def test_times_are_shown_moved_by_the_samples_shift() -> None:
    held = {"name": "acme", "sample": True, "newestFactAt": NEWEST, "loadedAt": None, "notice": None}
    body = report(FULL, held, Moment(NOW, timedelta(days=7)))
    assert body["now"] == body["organisation"]["now"] == "2025-04-07T12:00:00Z"
    assert body["organisation"]["newestFactAt"] == body["findings"][0]["newestAt"] == "2025-04-07T11:00:00Z"


def test_names_from_outside_cannot_steer_a_terminal() -> None:
    assert named(["acme/\x1b[31mapi\n", "b" * 200]) == f" (acme/[31mapi, {'b' * 60})"
    assert printable("a\u202eb\x07") == "ab"
