"""Pull requests, reverts and deployments read out of real repositories."""

from datetime import datetime

import pytest

from tests.integration.git.builder import Repository
from tests.integration.git.conftest import Ingest
from tests.integration.server.loaded import import_rows


def test_a_github_merge_has_title_branch_commits_and_author(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.branch("feature")
    own = [repository.commit("one", GIT_AUTHOR_NAME="Bo"), repository.commit("two", GIT_AUTHOR_NAME="Cleo")]
    repository.checkout("main")
    sha = repository.merge("feature", message="Merge pull request #7 from acme/feature\n\nAdd retries\n\nWith care.")
    ingest(repository.path)
    (found,) = ingest.pull_requests().values()
    assert (found["number"], found["kind"], found["title"], found["author"]) == (7, "merge", "Add retries", "Bo")
    assert (found["merge_sha"], found["commits"]) == (sha, own)
    assert found["created_at"] is None


def test_a_merge_without_a_body_takes_the_branch_as_title(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.branch("feature")
    repository.commit("one")
    repository.checkout("main")
    repository.merge("feature", message="Merge pull request #7 from acme/feature")
    ingest(repository.path)
    assert ingest.pull_requests()[7]["title"] == "acme/feature"


def test_a_squash_loses_its_number_from_the_title(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    sha = repository.commit("Fix (again) the parser (#12)")
    ingest(repository.path)
    found = ingest.pull_requests()[12]
    assert (found["kind"], found["title"], found["merge_sha"], found["commits"]) == (
        "squash",
        "Fix (again) the parser",
        sha,
        [],
    )


def test_a_squash_written_as_it_was_merged_has_no_cycle_time_but_a_lead_time(
    repository: Repository, ingest: Ingest
) -> None:
    repository.commit("start")
    repository.tag("v1.0.0")
    repository.commit("Fix (#12)")
    repository.tag("v1.0.1")
    ingest(repository.path)
    (change,) = ingest.rows("SELECT * FROM changes")
    assert change["number"] == 12
    assert change["cycle_start_at"] is None
    assert change["first_commit_at"] == datetime(2025, 1, 1, 3)


def test_a_squash_that_kept_its_author_date_has_a_cycle_time(repository: Repository, ingest: Ingest) -> None:
    repository.commit("Fix (#12)", GIT_AUTHOR_DATE="@1735600000 +0000")
    ingest(repository.path)
    (row,) = ingest.rows("SELECT cycle_start_at FROM pull_request_facts")
    assert row["cycle_start_at"] == datetime.fromisoformat("2024-12-30T23:06:40")


def test_a_gitlab_merge_is_read_from_its_last_line(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.branch("feature")
    own = repository.commit("one")
    repository.checkout("main")
    repository.merge(
        "feature", message="Merge branch 'feature' into 'main'\n\nAdd retries\n\nSee merge request group/sub/api!34"
    )
    ingest(repository.path)
    found = ingest.pull_requests()[34]
    assert (found["kind"], found["title"], found["commits"]) == ("gitlab", "Add retries", [own])


def test_a_branch_that_took_in_main_owns_only_its_own_commits(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.branch("feature")
    first = repository.commit("one", "b.txt")
    repository.checkout("main")
    elsewhere = repository.commit("on main", "c.txt")
    repository.checkout("feature")
    catch_up = repository.merge("main", message="Merge branch 'main' into feature")
    last = repository.commit("two", "b.txt")
    repository.checkout("main")
    repository.merge("feature", message="Merge pull request #1 from acme/feature\n\nFeature")
    ingest(repository.path)
    own = ingest.pull_requests()[1]["commits"]
    assert sorted(own) == sorted([first, catch_up, last])
    assert elsewhere not in own


def test_a_nested_pull_request_keeps_its_own_commits(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.branch("feature")
    outer = repository.commit("outer", "b.txt")
    repository.branch("part")
    inner = repository.commit("inner", "c.txt")
    repository.checkout("feature")
    nested = repository.merge("part", message="Merge pull request #2 from acme/part\n\nPart")
    repository.checkout("main")
    repository.merge("feature", message="Merge pull request #1 from acme/feature\n\nFeature")
    ingest(repository.path)
    found = ingest.pull_requests()
    assert found[2]["commits"] == [inner]
    assert sorted(found[1]["commits"]) == sorted([outer, inner, nested])


def test_an_octopus_merge_owns_what_all_its_branches_brought(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    own = []
    for name in ("x", "y"):
        repository.branch(name, "main")
        own.append(repository.commit(name, f"{name}.txt"))
    repository.checkout("main")
    repository.merge("x", "y", message="Merge pull request #3 from acme/both\n\nBoth")
    ingest(repository.path)
    assert sorted(ingest.pull_requests()[3]["commits"]) == sorted(own)


def test_the_same_number_twice_is_one_pull_request_with_a_copy(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.branch("release")
    repository.checkout("main")
    landed = repository.commit("Fix (#5)")
    repository.checkout("release")
    copy = repository.commit("Fix (#5)", "b.txt")
    repository.checkout("main")
    ingest(repository.path)
    (found,) = ingest.pull_requests().values()
    assert (found["merge_sha"], found["copies"]) == (landed, [copy])


def test_a_revert_is_recorded_on_the_pull_request_and_fails_its_deployment(
    repository: Repository, ingest: Ingest
) -> None:
    repository.commit("start")
    repository.tag("v1.0.0")
    bad = repository.commit("Break it (#1)")
    repository.tag("v1.0.1")
    repository.commit(f'Revert "Break it (#1)" (#2)\n\nThis reverts commit {bad}.')
    repository.tag("v1.0.2")
    ingest(repository.path)
    (row,) = ingest.rows("SELECT reverted_by FROM pull_request_facts WHERE number = 1")
    assert row["reverted_by"] == "#2"
    assert ingest.rows("SELECT ref, failure FROM deployment_facts WHERE failed_at IS NOT NULL") == [
        {"ref": "v1.0.1", "failure": "revert"}
    ]


def test_a_revert_of_a_revert_lands_again_and_fails_nothing_more(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.tag("v1.0.0")
    bad = repository.commit("Break it (#1)")
    repository.tag("v1.0.1")
    back = repository.commit(f"Revert it (#2)\n\nThis reverts commit {bad[:10]}.")
    repository.tag("v1.0.2")
    repository.commit(f"Land again (#3)\n\nThis reverts commit {back}.")
    repository.tag("v1.0.3")
    ingest(repository.path)
    reverted = {
        row["number"]: row["reverted_by"] for row in ingest.rows("SELECT number, reverted_by FROM pull_request_facts")
    }
    assert reverted == {1: "#2", 2: "#3", 3: None}
    assert [row["ref"] for row in ingest.rows("SELECT ref FROM deployment_facts WHERE failed_at IS NOT NULL")] == [
        "v1.0.1"
    ]


def test_a_change_reverted_before_it_shipped_fails_nothing(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.tag("v1.0.0")
    bad = repository.commit("Break it (#1)")
    repository.commit(f"Revert it (#2)\n\nThis reverts commit {bad}.")
    repository.tag("v1.0.1")
    ingest(repository.path)
    assert not ingest.rows("SELECT ref FROM deployment_facts WHERE failed_at IS NOT NULL")


def test_a_tag_on_a_side_branch_ships_what_it_contains_and_no_more(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    repository.tag("v1.0.0")
    repository.branch("release")
    repository.commit("Patch (#1)", "b.txt")
    repository.checkout("main")
    repository.commit("Feature (#2)")
    repository.checkout("release")
    repository.tag("v1.0.1")
    repository.checkout("main")
    repository.tag("v2.0.0")
    ingest(repository.path)
    shipped = {
        row["number"]: row["ref"]
        for row in ingest.rows("SELECT number, ref FROM changes JOIN deployments USING (deployment_id)")
    }
    assert shipped == {1: "v1.0.1", 2: "v2.0.0"}


def test_the_first_release_is_a_baseline_and_ships_nothing(repository: Repository, ingest: Ingest) -> None:
    repository.commit("One (#1)")
    repository.tag("v1.0.0")
    repository.commit("two")
    repository.tag("v1.1.0")
    ingest(repository.path)
    assert [row["number"] for row in ingest.rows("SELECT number FROM changes")] == [None]


@pytest.mark.parametrize("annotated", [True, False])
def test_a_deployment_is_dated_by_its_tag_or_else_its_commit(
    repository: Repository, ingest: Ingest, annotated: bool
) -> None:
    repository.commit("start")
    repository.tag("v1", annotated)
    ingest(repository.path)
    (row,) = ingest.rows("SELECT deployed_at, env, status FROM deployments")
    assert row == {"deployed_at": datetime(2025, 1, 1, 2 if annotated else 1), "env": "production", "status": "success"}


def test_pre_releases_and_other_tags_are_no_production_deployments(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    for name in ("v1.0.0-rc.1", "v1.0.0", "nightly", "client/v2.1", "rc-tool-v0.3"):
        repository.tag(name)
    counts = ingest(repository.path)
    environments = {row["ref"]: row["env"] for row in ingest.rows("SELECT ref, env FROM deployments")}
    assert environments == {
        "v1.0.0-rc.1": "pre-release",
        "v1.0.0": "production",
        "client/v2.1": "production",
        "rc-tool-v0.3": "production",
    }
    assert counts["skipped_tags"] == {"no release by their name": 1}


def test_deploy_tags_say_which_tags_are_deployments(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    for name in ("v1.0.0", "prod-17", "prod-18-rc1"):
        repository.tag(name)
    ingest(repository.path, ["prod-*"])
    assert {row["ref"]: row["env"] for row in ingest.rows("SELECT ref, env FROM deployments")} == {
        "prod-17": "production",
        "prod-18-rc1": "pre-release",
    }


def test_tags_on_blobs_are_left_out_and_counted(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start", "a.txt", "x")
    repository.git("tag", "v9", repository.git("rev-parse", "HEAD:a.txt"))
    repository.git("tag", "--annotate", "--message", "tree", "v10", repository.git("rev-parse", "HEAD^{tree}"))
    counts = ingest(repository.path)
    assert counts["skipped_tags"] == {"points to a blob": 1, "points to a tree": 1}
    assert counts["commits"] == 1


def test_a_team_can_be_given(repository: Repository, ingest: Ingest) -> None:
    repository.commit("start")
    ingest(repository.path, team="Platform")
    assert ingest.rows("SELECT name, repo FROM teams JOIN team_repos USING (team_id)") == [
        {"name": "Platform", "repo": "acme/api"}
    ]


def test_a_rebase_that_an_import_tells_of_is_one_change_where_the_clone_has_the_branch(
    repository: Repository, ingest: Ingest
) -> None:
    repository.commit("start")
    repository.tag("v1.0.0")
    repository.branch("feature")
    own = [repository.commit("one", "b.txt"), repository.commit("two\n\nWith care.", "b.txt")]
    repository.checkout("main")
    direct = repository.commit("elsewhere")
    repository.moment += 3600
    repository.git("cherry-pick", *own)
    repository.tag("v1.0.1")
    ingest(repository.path)
    told = {"repo": "acme/api", "number": 7, "title": "Both", "author": "ann", "mergedAt": "2025-01-01T06:00:00Z"}
    import_rows(ingest.database, {"pull_requests": [{**told, "mergeSha": repository.head(), "commits": own}]})
    changes = {row["number"]: row for row in ingest.rows("SELECT number, sha, first_commit_at FROM changes")}
    assert {number: row["sha"] for number, row in changes.items()} == {7: repository.head(), None: direct}
    assert changes[7]["first_commit_at"] == datetime(2025, 1, 1, 3)
    assert ingest.rows("SELECT len(commits) AS commits FROM pull_request_signals") == [{"commits": 2}]
