"""A random organisation in the import format: small, seeded, and awkward on purpose."""

from tests.oracle.chance import DAYS, NOWS, Chance
from tests.oracle.random_code import PEOPLE, RandomCode
from tests.oracle.random_operations import RandomOperations
from tests.oracle.rows import Organisation, Row, wire

__all__ = ["DAYS", "NOWS", "random_organisation"]

REPOS = ("acme/api", "acme/web", "acme/lib", "acme/docs")


def random_organisation(seed: int, size: int = 12) -> Organisation:
    """One organisation per seed, the same on every machine.

    Args:
        seed: which one.
        size: roughly how many events (pull requests, commits) each repository sees.

    Returns:
        Rows by kind, times as ISO text with Z. Ask at `NOWS`, over `DAYS`; some events lie after every now.
    """
    chance = Chance(seed)
    repos = list(REPOS[: chance.between(2, 4)])
    teams, members, repo_rows = _people(chance, repos)
    work_items = _work_items(chance, [row["name"] for row in teams], repos, size)
    codes = [RandomCode(chance, repo, [row["key"] for row in work_items]) for repo in repos]
    operations = RandomOperations(chance)
    for code in codes:
        code.grow(size)
        operations.deploy(code, chance.between(0, size + size // 2))
    quiet = chance.between(0, 1)
    if chance.maybe(0.85):
        operations.break_down(repos[quiet:], chance.between(size // 2, 2 * size))
    return {
        "teams": teams,
        "members": members,
        "repos": repo_rows,
        "commits": [row for code in codes for row in code.commits],
        "pull_requests": [row for code in codes for row in code.pulls],
        "reviews": [row for code in codes for row in code.reviews],
        "deployments": operations.deployments,
        "incidents": operations.incidents,
        "work_items": work_items,
    }


def _people(chance: Chance, repos: list[str]) -> tuple[list[Row], list[Row], list[Row]]:
    """Teams, members, repos: someone in two teams, a team of people, one of repositories, an empty one."""
    names = ["Platform", "Growth", "Tools", "Ghosts", "Überblick"][: chance.between(3, 5)]
    teams = [
        {"name": name, "id": f"t-{index}" if chance.maybe(0.4) else None, "createdAt": wire(chance.moment())}
        for index, name in enumerate(names)
    ]
    people = list(PEOPLE[:-1])
    members = [{"team": "Platform", "login": login} for login in people[: chance.between(2, 4)]]
    members += [{"team": "Growth", "login": login} for login in people[chance.between(1, 2) : chance.between(3, 6)]]
    owners = {
        "Platform": chance.some(repos, 2),
        "Growth": chance.some(repos, 1) if chance.maybe(0.5) else [],
        "Tools": [chance.pick(repos)],
    }
    rows: list[Row] = [
        {"repo": repo, "teams": [name for name in names if repo in owners.get(name, [])] or None} for repo in repos
    ]
    return teams, members, rows


def _work_items(chance: Chance, teams: list[str], repos: list[str], size: int) -> list[Row]:
    """Tracker items: in some organisations none, in some of one team alone, in some of everybody."""
    trackers = chance.some(teams, 2)
    repo_trackers = chance.some(repos, 2)
    teamless = chance.maybe(0.4)
    rows = []
    for number in range(chance.between(0, size) if chance.maybe(0.8) else 0):
        owners: list[Row] = [{"team": team} for team in trackers] + [{"repo": repo} for repo in repo_trackers]
        owners += [{}] if teamless else []
        if owners:
            rows.append({"key": f"KEY-{number}", **chance.pick(owners), **_progress(chance)})
    return rows


def _progress(chance: Chance) -> Row:
    created = chance.moment()
    started = chance.after(created, 300) if chance.maybe(0.8) else None
    done = chance.after(started or created, 400) if chance.maybe(0.65) else None
    return {
        "type": chance.pick(("story", "bug", None)),
        "createdAt": wire(created),
        "startedAt": wire(started),
        "doneAt": wire(done),
        "activeSecs": chance.pick((0, 3_600, 200_000, 9_000_000)) if chance.maybe(0.7) else None,
        "status": "done" if done else None,
    }
