"""What bodies tell of the checks of a commit: check runs, and the commit statuses that were there before them (pure).

Both are placed by the commit. Whose head it is the pull requests say: a check run names none that comes from a fork, and a status
names none at all.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from koalr_server.sources.github.thing import Repository, Thing, repository_of
from koalr_server.sources.github.values import sha
from koalr_server.sources.observation import Fields, Observation, Rows
from koalr_server.sources.rules import Rules
from koalr_server.sources.values import at, instant, latest, name, objects, whole, word

KIND = "head"
RUN, STATUS = "check:", "status:"
# A cancelled run found nothing wrong: mostly a newer push took its place. One that waits for somebody does hold up the merge.
FAILED = ("failure", "timed_out", "startup_failure", "action_required")
# "Expected" is what a rule of the branch waits for and nobody has told.
PENDING, STATES_FAILED, STATES = "pending", ("failure", "error"), ("pending", "success", "failure", "error")


def check_run(body: Any) -> Iterator[Observation]:  # noqa: ANN401 - JSON
    """A check run."""
    yield from _run(repository_of(at(body, "repository")), at(body, "check_run"))


def check_runs(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The check runs of a commit."""
    for told in objects(at(body, "check_runs")):
        yield from _run(repository_of(at(body, "repository")), told)


def status(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """A status of a commit."""
    yield from _status(repository_of(at(body, "repository")), at(body, "sha"), body)


def statuses(body: Any) -> Iterator[Observation]:  # noqa: ANN401
    """The statuses of a commit, of each context the last."""
    for told in objects(at(body, "statuses")):
        yield from _status(repository_of(at(body, "repository")), at(body, "sha"), told)


def _run(repo: Repository | None, told: Any) -> Iterator[Observation]:  # noqa: ANN401
    number, title, head = whole(at(told, "id")), name(at(told, "name")), sha(at(told, "head_sha"))
    started_at, completed_at = instant(at(told, "started_at")), instant(at(told, "completed_at"))
    if repo is None or number is None or title is None or head is None:
        return
    yield Thing(KIND, f"{repo.key}@{head}").told(
        f"{RUN}{number}",
        latest(started_at, completed_at),
        app=whole(at(told, "app", "id")),
        # Before the conclusion, so that of two bodies of one second the completed one holds.
        completed=word(at(told, "conclusion")) is not None,
        conclusion=word(at(told, "conclusion")),
        id=number,
        name=title,
        startedAt=started_at,
    )


def _status(repo: Repository | None, commit: Any, told: Any) -> Iterator[Observation]:  # noqa: ANN401
    head, context, state = sha(commit), name(at(told, "context")), word(at(told, "state"))
    set_at = latest(instant(at(told, "created_at")), instant(at(told, "updated_at")))
    if repo is None or head is None or context is None or state not in STATES or not set_at:
        return
    # The decision stands first, so that of two bodies of one second the decided one holds.
    yield Thing(KIND, f"{repo.key}@{head}").told(STATUS + context, set_at, decided=state != PENDING, state=state)


def head_records(key: str, told: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG001 - an Assembler
    """`head_checks`: how many checks of a commit failed."""
    repo, _, head = key.rpartition("@")
    runs = [fields for facet, fields in told.items() if facet.startswith(RUN)]
    states = [fields for facet, fields in told.items() if facet.startswith(STATUS)]
    failed = failed_runs(runs) + sum(each["state"] in STATES_FAILED for each in states)
    return {"head_checks": [{"repo": repo, "sha": head, "failed": failed}]}


def failed_runs(runs: Collection[Fields]) -> int:
    """How many checks failed, each by its latest run."""
    latest_runs: dict[tuple[Any, Any], Fields] = {}
    for run in sorted(runs, key=lambda run: (run["startedAt"] or "", run["id"])):
        latest_runs[run["app"], run["name"]] = run
    return sum(run["conclusion"] in FAILED for run in latest_runs.values())
