"""Pull requests: what their events come to."""

from typing import Any

import pytest

from tests.unit.server.sources.github.bodies import only, records
from tests.unit.server.sources.github.stories import (
    HEAD,
    MERGED,
    REPOSITORY,
    Delivery,
    clock,
    merged,
    on_pull_request,
    on_review,
    pull_request,
)


def listed(event: str, minute: int, **lists: Any) -> Delivery:
    return event, {"repository": REPOSITORY, "pull_request": pull_request(minute), **lists}


def commit(sha: str, authored: int) -> dict[str, Any]:
    return {"sha": sha, "commit": {"author": {"name": "Ann", "date": clock(authored)}}}


def moves(*events: tuple[str, int]) -> Delivery:
    return listed(
        "pull_request_timeline", 30, timeline=[{"event": event, "created_at": clock(at)} for event, at in events]
    )


def by_nobody(state: str) -> Delivery:
    event, body = on_review("synced", 12, 90, state, 10)
    body["review"]["user"] = None
    return event, body


def test_a_merged_pull_request_has_what_its_object_says() -> None:
    fields = {"labels": [{"name": "ui"}, {"name": "bug"}], "user": {"login": "renovate[bot]", "type": "Bot"}}
    assert only([on_pull_request("closed", 20, **merged(20), **fields)], "pull_requests") == {
        "repo": "acme/api",
        "number": 12,
        "title": "Search by name",
        "author": "renovate[bot]",
        "isBot": True,
        "createdAt": clock(0),
        "mergedAt": clock(20),
        "closedAt": clock(20),
        "mergeSha": MERGED,
        "headSha": HEAD,
        "labels": ["bug", "ui"],
        "additions": 10,
        "deletions": 2,
        "changedFiles": 3,
        "workItem": "acme/api#7",
    }


def test_the_trial_merge_of_an_open_or_abandoned_one_is_no_merge() -> None:
    assert "mergeSha" not in only([on_pull_request("opened", 0)], "pull_requests")
    abandoned = only([on_pull_request("closed", 9, state="closed", closed_at=clock(9))], "pull_requests")
    assert abandoned["closedAt"] == clock(9)
    assert "mergeSha" not in abandoned


def test_one_reopened_is_open() -> None:
    shut = on_pull_request("closed", 9, state="closed", closed_at=clock(9))
    assert "closedAt" not in only([on_pull_request("reopened", 10), shut], "pull_requests")


def test_of_two_bodies_of_one_second_the_merged_one_holds() -> None:
    labelled = on_pull_request("labeled", 20, labels=[{"name": "zzz"}])
    assert only([labelled, on_pull_request("closed", 20, **merged(20))], "pull_requests")["mergedAt"] == clock(20)


def test_of_two_bodies_of_one_second_the_one_with_more_labels_holds() -> None:
    story = [on_pull_request("opened", 0), on_pull_request("labeled", 0, labels=[{"name": "bug"}])]
    assert only(story, "pull_requests")["labels"] == ["bug"]


def test_a_body_without_sizes_leaves_the_known_ones() -> None:
    embedded = {key: value for key, value in pull_request(30).items() if key != "additions"}
    later = ("pull_request_review_comment", {"repository": REPOSITORY, "pull_request": {**embedded, "title": "New"}})
    row = only([on_pull_request("opened", 0), later], "pull_requests")
    assert (row["title"], row["additions"]) == ("New", 10)


def embedded(minute: int, *absent: str, **fields: Any) -> Delivery:
    told = {key: value for key, value in pull_request(minute, **fields).items() if key not in absent}
    return "pull_request_review_comment", {"repository": REPOSITORY, "pull_request": told}


def test_a_body_without_labels_or_draft_leaves_the_known_ones() -> None:
    drafted = on_pull_request("opened", 0, draft=True, labels=[{"name": "bug"}])
    row = only([drafted, embedded(30, "draft", "labels", title="New")], "pull_requests")
    assert (row["title"], row["labels"], row.get("readyAt")) == ("New", ["bug"], None)
    row = only([drafted, embedded(30)], "pull_requests")
    assert row["labels"] == []


def test_without_a_word_of_labels_or_drafts_neither_is_known() -> None:
    row = only([embedded(0, "draft", "labels")], "pull_requests")
    assert not {"labels", "readyAt"} & row.keys()


@pytest.mark.parametrize(("draft", "ready_at"), [(None, clock(0)), ("no", None)])
def test_one_opened_where_there_were_no_drafts_was_ready_at_once(draft: Any, ready_at: str | None) -> None:
    event, body = on_pull_request("opened", 0)
    del body["pull_request"]["draft"]
    body["pull_request"] |= {} if draft is None else {"draft": draft}
    assert only([(event, body)], "pull_requests").get("readyAt") == ready_at


@pytest.mark.parametrize(
    ("title", "kept"),
    [("", ""), ("a\ud800b\x00c", "a\ufffdb\ufffdc"), ("x" * 5_000, "x" * 1_000)],
)
def test_a_title_is_kept_as_far_as_the_store_can_hold_it(title: str, kept: str) -> None:
    assert only([on_pull_request("opened", 0, title=title)], "pull_requests")["title"] == kept


def test_the_author_who_deleted_the_account_is_ghost() -> None:
    assert only([on_pull_request("opened", 0, user=None)], "pull_requests")["author"] == "ghost"


@pytest.mark.parametrize(
    ("story", "ready_at"),
    [
        ([on_pull_request("opened", 0)], clock(0)),
        ([on_pull_request("opened", 0, draft=True)], None),
        ([on_pull_request("synchronize", 3)], None),
        ([on_pull_request("synced", 3), moves()], clock(0)),
        ([on_pull_request("synced", 3, draft=True), listed("pull_request_commits", 1), moves()], clock(0)),
        ([on_pull_request("opened", 0, draft=True), on_pull_request("ready_for_review", 5)], clock(5)),
        ([on_pull_request("ready_for_review", 5), on_pull_request("ready_for_review", 8)], clock(5)),
        ([on_pull_request("opened", 0), on_pull_request("converted_to_draft", 5, draft=True)], None),
        (
            [
                on_pull_request("opened", 0),
                on_pull_request("converted_to_draft", 5, draft=True),
                on_pull_request("ready_for_review", 8),
            ],
            clock(8),
        ),
        ([moves(("ready_for_review", 2), ("convert_to_draft", 4), ("ready_for_review", 6))], clock(6)),
        ([on_pull_request("ready_for_review", 7), moves(("convert_to_draft", 6), ("ready_for_review", 7))], clock(7)),
        # Nobody saw it become ready, but it is no draft any more.
        ([on_pull_request("converted_to_draft", 5, draft=True), on_pull_request("labeled", 9)], None),
    ],
)
def test_it_is_ready_when_created_or_when_it_first_left_its_last_draft(
    story: list[Delivery], ready_at: str | None
) -> None:
    assert only(story, "pull_requests").get("readyAt") == ready_at


def test_commits_come_from_their_list_alone() -> None:
    story = [on_pull_request("opened", 0)]
    assert not {"commits", "firstCommitAt"} & only(story, "pull_requests").keys()
    story += [
        listed("pull_request_commits", 8, commits=[commit("e" * 40, 4), commit("f" * 40, 1)]),
        listed("pull_request_commits", 5, commits=[commit("e" * 40, 3)]),
    ]
    row = only(story, "pull_requests")
    assert (row["commits"], row["firstCommitAt"]) == (["e" * 40, "f" * 40], clock(1))


def test_files_are_those_of_the_latest_list() -> None:
    early, late = ({"filename": path, "additions": 1, "deletions": 0} for path in ("a.py", "b.py"))
    told = [
        listed("pull_request_files", 8, files=[late, {"additions": 1}, 7]),
        listed("pull_request_files", 5, files=[early]),
    ]
    assert records(told)["pull_request_files"] == [
        {"repo": "acme/api", "number": 12, "path": "b.py", "additions": 1, "deletions": 0}
    ]
    assert "pull_request_files" not in records([*told, listed("pull_request_files", 9, files=[])])


@pytest.mark.parametrize(
    ("state", "recorded"),
    [
        ("approved", "approved"),
        ("APPROVED", "approved"),
        ("CHANGES_REQUESTED", "changes_requested"),
        ("commented", "commented"),
        ("DISMISSED", "dismissed"),
        ("PENDING", None),
        ("", None),
    ],
)
def test_reviews_are_recorded_by_their_state(state: str, recorded: str | None) -> None:
    rows = records([on_review("submitted", 10, 90, state, 10)]).get("reviews", [])
    assert [row["state"] for row in rows] == ([recorded] if recorded else [])


@pytest.mark.parametrize(
    ("account", "called"),
    [
        ({"login": "Copilot", "type": "Bot"}, "Copilot[bot]"),
        ({"login": "renovate[bot]", "type": "Bot"}, "renovate[bot]"),
        ({"login": "ann", "type": "User"}, "ann"),
        ({"login": "ann"}, "ann"),
    ],
)
def test_a_bot_is_one_by_its_name_too(account: dict[str, Any], called: str) -> None:
    event, body = on_review("submitted", 10, 90, "commented", 10)
    body["review"]["user"] = body["pull_request"]["user"] = account
    assert only([(event, body)], "reviews")["reviewer"] == called
    assert only([(event, body)], "pull_requests")["author"] == called


def test_a_dismissed_review_keeps_its_time_and_stays_dismissed() -> None:
    story = [on_review("dismissed", 12, 90, "approved", 10), on_review("edited", 15, 90, "approved", 10)]
    row = only(story, "reviews")
    assert (row["state"], row["submittedAt"]) == ("dismissed", clock(10))


def test_a_review_is_known_before_its_pull_request() -> None:
    event, body = on_review("synced", 10, 90, "approved", 10)
    assert list(records([(event, {**body, "pull_request": {"number": 12}})])) == ["reviews"]


def test_a_reviewer_who_deleted_the_account_is_ghost() -> None:
    assert only([by_nobody("approved")], "reviews")["reviewer"] == "ghost"
    assert only([by_nobody("dismissed")], "reviews")["reviewer"] == "ghost"


@pytest.mark.parametrize("login", ["bob", "zoe"])
def test_a_reviewer_who_was_known_before_keeps_the_name(login: str) -> None:
    story = [on_review("submitted", 10, 90, "approved", 10, login=login), by_nobody("approved")]
    for told in (story, story[::-1]):
        assert only(told, "reviews")["reviewer"] == login
