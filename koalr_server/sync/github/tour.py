"""One run: every resource of every repository, then the organisation's, then the boards of all owners."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any

from koalr_server.sync.github import boards, codeowners, commits, deployments, issues, pull_parts, pulls
from koalr_server.sync.github.copilot import PERMISSION as COPILOT_PERMISSION
from koalr_server.sync.github.copilot import read_reports, read_retired_days, read_seats
from koalr_server.sync.github.errand import Errand, Run
from koalr_server.sync.github.organisation import (
    TEAMS_PERMISSION,
    Repository,
    named_repository,
    organisation_repositories,
    read_teams,
)

RESOURCES: Mapping[str, tuple[str, Callable[[Errand, Mapping[str, Any]], None]]] = {
    "pull requests": (pull_parts.PERMISSION, pulls.read_pulls),
    "commits": (commits.PERMISSION, commits.read_commits),
    "code owners": (codeowners.PERMISSION, codeowners.read_codeowners),
    "deployments": (deployments.DEPLOYMENTS_PERMISSION, deployments.read_deployments),
    "releases": (deployments.RELEASES_PERMISSION, deployments.read_releases),
    "workflow runs": (deployments.RUNS_PERMISSION, deployments.read_runs),
    "issues": (issues.PERMISSION, issues.read_issues),
}
"""Permission and reader by name."""


def tour(run: Run, organisation: str | None, names: Sequence[str], places: Executor) -> None:
    """Read an organisation, or repositories by name; what cannot be read is in the report.

    Args:
        places: runs repositories side by side.

    Raises:
        InputError: the token is not accepted.
        ServerError: the store did not take what was read.
        Stopped: the run was called off.
    """
    if organisation is None:
        found = [repository for name in names for repository in named_repository(run, name)]
    else:
        found = organisation_repositories(run, organisation)
    list(places.map(partial(_read_repository, run), found))
    if organisation is not None and found:
        _read_organisation(run, organisation, found)
    # Last, so that points which are used up hold up nothing else.
    for owner, full_names in _by_owner(found).items():
        errand = Errand(run, owner, "boards", boards.PERMISSION)
        errand.attempt(partial(boards.read_boards, errand, full_names))


def _read_repository(run: Run, repository: Repository) -> None:
    for resource, (permission, read) in RESOURCES.items():
        errand = Errand(run, repository["full_name"], resource, permission)
        errand.attempt(partial(read, errand, repository))


def _by_owner(repositories: Sequence[Repository]) -> Mapping[str, set[str]]:
    owners: dict[str, set[str]] = {}
    for repository in repositories:
        owners.setdefault(repository["full_name"].partition("/")[0], set()).add(repository["full_name"])
    return owners


def _read_organisation(run: Run, login: str, repositories: Sequence[Repository]) -> None:
    teams = Errand(run, login, "teams", TEAMS_PERMISSION)
    teams.attempt(partial(read_teams, teams, repositories))
    copilot = Errand(run, login, "Copilot", COPILOT_PERMISSION)
    for read in (read_seats, read_reports, read_retired_days):
        copilot.attempt(partial(read, copilot))
