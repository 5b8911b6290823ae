"""The whole simulation: rows by kind to add to the real ones, from one seed (pure; docs in sample/data/NOTICE.md)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from koalr_server.sample.simulation import history
from koalr_server.sample.simulation.copilot import copilot_use
from koalr_server.sample.simulation.dice import Dice
from koalr_server.sample.simulation.profiles import PROFILES, Profile
from koalr_server.sample.simulation.pull_requests import PullRequest, merged, still_open
from koalr_server.sample.simulation.releases import by_repository, releases
from koalr_server.sample.simulation.reviews import Review, reviews
from koalr_server.sample.simulation.whitehall import around
from koalr_server.sample.simulation.work_items import WorkItem, work_items
from koalr_server.sample.teams import WHITEHALL

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Simulation:
    """Rows of the import format by kind (Copilot's by table), and what real rows gain.

    `shipped`: commits by (repository, version), for every production deployment of the five teams; a version that ships
    nothing new holds what its repository began with. `gained`: readyAt and workItem by number of Whitehall's pull requests.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    shipped: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    gained: dict[int, Row] = field(default_factory=dict)


def simulate(
    seed: int,
    applications: Mapping[str, Iterable[str]],
    deployments: Sequence[Row],
    whitehall_pull_requests: Sequence[Row],
) -> Simulation:
    """Simulate what the real data lack.

    Args:
        applications: repositories by team.
        deployments: all real deployment rows.
        whitehall_pull_requests: all real pull request rows.
    """
    found = Simulation()
    by_repo = by_repository(deployments)
    seated: set[str] = set()
    for profile in PROFILES:
        dice = Dice(f"{seed} {profile.team}")
        if profile.team == WHITEHALL:
            _add_whitehall(found, profile, whitehall_pull_requests, dice)
        else:
            _add_team(found, profile, {repo: by_repo[repo] for repo in sorted(applications[profile.team])}, dice)
        # Somebody in two teams has one seat.
        logins = [login for login in profile.people if login not in seated]
        seated.update(logins)
        use = copilot_use(profile, logins, profile.team if profile.team == WHITEHALL else None, dice)
        found.rows["copilot_seats"] += use.seats
        found.rows["copilot_user_days"] += use.user_days
    return found


def _add_team(
    found: Simulation, profile: Profile, by_repo: Mapping[str, Sequence[Mapping[str, Any]]], dice: Dice
) -> None:
    """Members, pull requests, commits, reviews and work items of a team whose deployments are real."""
    released = sorted(
        chain.from_iterable(releases(rows, dice) for rows in by_repo.values()),
        key=lambda release: (release.deployed_at, release.repo),
    )
    # New work goes where the team is at work.
    busy = [release.repo for release in released[-60:]]
    pulls = [*merged(profile, released, dice), *still_open(profile, busy, dice)]
    items = work_items(profile, pulls, dice)
    number_of = history.numbers(pulls)
    item_of = {merge: item.key for item in items for merge in item.merges}
    found.rows["members"] += [{"team": profile.team, "login": login} for login in profile.people]
    found.rows["work_items"] += [_work_item(profile, item) for item in items]
    for pull in pulls:
        given = reviews(pull.phases, pull.author, profile.people, dice)
        found.rows["reviews"] += _reviews(pull.merge.repo, number_of[pull.merge.sha], given)
    for repo, deployments in by_repo.items():
        own = [pull for pull in pulls if pull.merge.repo == repo]
        commits, pull_requests = history.rows(repo, own, number_of, item_of, dice)
        found.rows["commits"] += commits
        found.rows["pull_requests"] += pull_requests
        found.shipped.update(_shipped(repo, deployments, own))


def _shipped(
    repo: str, deployments: Sequence[Mapping[str, Any]], pulls: Sequence[PullRequest]
) -> dict[tuple[str, str], list[str]]:
    """Merge commits per version. A redeployment lists those of its version again, which ships nothing."""
    merges: dict[tuple[str, str], list[str]] = {}
    for pull in pulls:
        if pull.merge.release:
            merges.setdefault((repo, pull.merge.release.version), []).append(pull.merge.sha)
    versions = {row["ref"] for row in deployments if row["env"] == "production"}
    return {(repo, version): merges.get((repo, version), [history.root_sha(repo)]) for version in versions}


def _add_whitehall(found: Simulation, profile: Profile, pull_requests: Sequence[Row], dice: Dice) -> None:
    """Reviews, ready times and work items around the real pull requests."""
    reviewed, phases, items = around(profile, pull_requests, dice)
    item_of = {merge: item.key for item in items for merge in item.merges}
    found.rows["work_items"] += [_work_item(profile, item) for item in items]
    for row in pull_requests:
        number = row["number"]
        if number in phases:
            found.gained[number] = {"readyAt": phases[number].ready_at, "workItem": item_of[row["mergeSha"]]}
            found.rows["reviews"] += _reviews(row["repo"], number, reviewed[number])


def _reviews(repo: str, number: int, given: Iterable[Review]) -> list[Row]:
    return [
        {
            "repo": repo,
            "number": number,
            "reviewer": one.reviewer,
            "state": one.state,
            "submittedAt": one.submitted_at,
        }
        for one in given
    ]


def _work_item(profile: Profile, item: WorkItem) -> Row:
    return {
        "key": item.key,
        "type": item.type,
        "team": profile.team,
        "repo": item.repo,
        "createdAt": item.created_at,
        "startedAt": item.started_at,
        "doneAt": item.done_at,
        "activeSecs": item.active_secs,
        "status": item.status,
    }
