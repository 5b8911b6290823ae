"""The slow reading of git: each rule on a small repository, and both readings of reach on random ones."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.oracle.chance import FIRST_DAY
from tests.oracle.deployments import contained_shas, read_deployments
from tests.oracle.git_commands import lines
from tests.oracle.git_history import read_git
from tests.oracle.metrics import dora, value_stream
from tests.oracle.random_repository import random_repository
from tests.oracle.repository_writer import RepositoryWriter
from tests.oracle.rows import Organisation, Row

REPO = "acme/api"
HOUR = timedelta(hours=1)
Write = Callable[[RepositoryWriter, str], None]


@pytest.fixture
def history(tmp_path: Path) -> Callable[[Write], Organisation]:
    """Reads a repository that begins with one commit and goes on as the test writes."""

    def written(write: Write) -> Organisation:
        with RepositoryWriter(tmp_path / "clone") as writer:
            write(writer, writer.commit([], "Begin", "Ann", FIRST_DAY))
        return read_git(tmp_path / "clone", REPO)

    return written


def only_pull(org: Organisation) -> Row:
    (pull,) = org["pull_requests"]
    return pull


def test_a_github_merge_is_a_pull_request_with_its_own_commits(history: Callable[[Write], Organisation]) -> None:
    shas: list[str] = []

    def write(writer: RepositoryWriter, root: str) -> None:
        one = writer.commit([root], "one", "Bo", FIRST_DAY + HOUR)
        main = writer.commit([root], "meanwhile", "Ann", FIRST_DAY + 2 * HOUR)
        two = writer.commit([one, main], "Merge branch 'main' into topic", "Ann", FIRST_DAY + 3 * HOUR)
        message = "Merge pull request #12 from acme/topic\n\nAdd retries"
        merge = writer.commit([main, two], message, "Ann", FIRST_DAY + 4 * HOUR)
        shas.extend([one, two, merge])

    pull = only_pull(history(write))
    one, two, merge = shas
    assert pull == {
        "repo": REPO,
        "number": 12,
        "title": "Add retries",
        "author": "Bo",
        "mergedAt": "2025-01-06T04:00:00Z",
        "mergeSha": merge,
        "headSha": two,
        "commits": [one, two],
        "landings": [merge],
    }


def test_a_squash_has_no_commits_of_its_own(history: Callable[[Write], Organisation]) -> None:
    pull = only_pull(history(lambda writer, root: _add(writer, root, "Add retries (#7)")))
    assert (pull["number"], pull["title"], pull["commits"]) == (7, "Add retries", [])


def test_a_gitlab_merge_names_its_request_in_the_body(history: Callable[[Write], Organisation]) -> None:
    message = "Merge branch 'topic' into 'main'\n\nAdd retries\n\nSee merge request acme/tools/api!31"

    def write(writer: RepositoryWriter, root: str) -> None:
        writer.commit([root, writer.commit([root], "one", "Bo", FIRST_DAY)], message, "Ann", FIRST_DAY)

    pull = only_pull(history(write))
    assert (pull["number"], pull["title"], len(pull["commits"])) == (31, "Add retries", 1)


@pytest.mark.parametrize("subject", ["Fix (#7) for good", "Fix #7", 'Revert "Fix (#7)"', "Merge branch 'topic'"])
def test_other_subjects_are_no_pull_request(subject: str, history: Callable[[Write], Organisation]) -> None:
    assert history(lambda writer, root: _add(writer, root, subject))["pull_requests"] == []


def test_a_pick_of_a_landing_is_a_second_landing_of_the_one_pull_request(
    history: Callable[[Write], Organisation],
) -> None:
    def write(writer: RepositoryWriter, root: str) -> None:
        picked = writer.commit([root], "Add retries (#7)", "Ann", FIRST_DAY + HOUR)
        writer.tag("v1.0.1", picked, FIRST_DAY + 2 * HOUR)
        _add(writer, root, "Add retries (#7)")

    org = history(write)
    pull = only_pull(org)
    assert len(pull["landings"]) == 2
    assert org["deployments"][0]["sha"] in pull["landings"]
    assert pull["mergeSha"] != org["deployments"][0]["sha"]


@pytest.mark.parametrize(
    ("tag", "env"),
    [
        ("v1.2.3", "production"),
        ("1.2.3", "production"),
        ("v123", "production"),
        ("v1.2.3-rc.1", "pre-release"),
        ("1.2.0beta2", "pre-release"),
        ("v2-alpha", "pre-release"),
        ("nightly-7", None),
        ("123", None),
        ("version-one", None),
    ],
)
def test_a_version_tag_is_a_deployment(tag: str, env: str | None, history: Callable[[Write], Organisation]) -> None:
    found = history(lambda writer, root: writer.tag(tag, root))["deployments"]
    assert [row["env"] for row in found] == ([env] if env else [])


def test_an_annotated_tag_has_a_time_of_its_own(history: Callable[[Write], Organisation]) -> None:
    def write(writer: RepositoryWriter, root: str) -> None:
        writer.tag("v1", root)
        writer.tag("v2", root, FIRST_DAY + HOUR, "+0545")

    times = {row["ref"]: row["deployedAt"] for row in history(write)["deployments"]}
    assert times == {"v1": "2025-01-06T00:00:00Z", "v2": "2025-01-06T01:00:00Z"}


def _add(writer: RepositoryWriter, parent: str, message: str) -> None:
    writer.commit([parent], message, "Bo", FIRST_DAY + HOUR, FIRST_DAY + 3 * HOUR)


@pytest.fixture(scope="module", params=range(4))
def random_clone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("random") / "clone"
    random_repository(path, request.param)
    return path


def test_what_a_deployment_contains_is_what_git_reaches_from_its_tag(random_clone: Path) -> None:
    org = read_git(random_clone, REPO)
    parents = {row["sha"]: row["parents"] for row in org["commits"]}
    deployments = read_deployments(org)
    assert deployments
    for deployment in deployments:
        reached = set(lines(random_clone, "rev-list", f"refs/tags/{deployment.ref}"))
        assert contained_shas(deployment, parents, set(parents)) == reached


def test_a_seed_gives_the_same_repository_again(tmp_path: Path) -> None:
    for name in ("one", "two"):
        random_repository(tmp_path / name, 3)
    assert lines(tmp_path / "one", "show-ref") == lines(tmp_path / "two", "show-ref")


def test_random_repositories_hold_every_kind_of_history(tmp_path: Path) -> None:
    orgs = []
    for seed in range(4):
        random_repository(tmp_path / str(seed), seed)
        orgs.append(read_git(tmp_path / str(seed), REPO))
    pulls = [row for org in orgs for row in org["pull_requests"]]
    own = [sha for row in pulls for sha in row["commits"]]
    seen = {
        "merged": any(row["commits"] for row in pulls),
        "squashed": any(not row["commits"] for row in pulls),
        "picked": any(len(row["landings"]) > 1 for row in pulls),
        "nested": any(row["mergeSha"] in own for row in pulls),
        "by a bot": any(row["author"] == "dependabot[bot]" for row in pulls),
        "pre-release": any(row["env"] == "pre-release" for org in orgs for row in org["deployments"]),
        "failed": any(dora(org, "2025-06-01T00:00:00Z", 365)["changeFailureRate"] for org in orgs),
        "shipped": all(value_stream(org, "2025-06-01T00:00:00Z", 365)["mergeToDeploy"] for org in orgs),
    }
    assert [kind for kind, there in seen.items() if not there] == []
