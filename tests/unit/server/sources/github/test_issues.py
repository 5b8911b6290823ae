"""Issues: work items and incidents."""

from typing import Any

import pytest

from koalr_server.sources.github.issue_records import severity, type_of
from koalr_server.sources.github.names import KIND as REPOSITORY_NAME
from koalr_server.sources.github.source import GITHUB
from koalr_server.sources.rules import Rules
from tests.unit.server.sources.github.bodies import only, records
from tests.unit.server.sources.github.stories import (
    DOING,
    ISSUE,
    REPOSITORY,
    Delivery,
    clock,
    closed,
    issue,
    on_issue,
)

INCIDENT = [{"name": "Incident"}, {"name": "SEV-2"}]


def timeline(*events: dict[str, Any]) -> Delivery:
    return "issue_timeline", {"repository": REPOSITORY, "issue": {"number": 7}, "timeline": list(events)}


def event(name: str, minute: int, **fields: Any) -> dict[str, Any]:
    return {"event": name, "created_at": clock(minute), **fields}


def labelled(name: str, minute: int, label: str) -> dict[str, Any]:
    return event(name, minute, label={"name": label})


def column(name: str, minute: int, column: str) -> dict[str, Any]:
    return event(name, minute, project_card={"project_id": 4, "column_name": column})


def on_board(minute: int, state: str | None, action: str = "edited", **change: Any) -> Delivery:
    item = {"updated_at": clock(minute), "content": {"number": 7, "repository": REPOSITORY}, "project_node_id": "P"}
    moved = {"field_name": "Status", "to": state and {"name": state}, **change}
    return "projects_v2_item", {
        "action": action,
        "projects_v2_item": item,
        "changes": {"field_value": moved},
    }


def times(story: list[Delivery], rules: Rules | None = None) -> tuple[Any, Any, Any, str]:
    row = only(story, "work_items", rules or Rules())
    return row.get("startedAt"), row.get("doneAt"), row.get("activeSecs"), row["status"]


def test_an_open_issue_is_a_work_item_of_its_repository() -> None:
    assert only([on_issue("opened", 0, labels=[{"name": "bug"}])], "work_items") == {
        "key": "acme/api#7",
        "type": "bug",
        "repo": "acme/api",
        "createdAt": clock(0),
        "status": "open",
    }


@pytest.mark.parametrize(("times", "status"), [({}, "open"), (closed(10), "done")])
def test_a_body_without_a_state_says_it_by_the_time_of_closing(times: dict[str, Any], status: str) -> None:
    event, body = on_issue("pinned", 10, **times)
    del body["issue"]["state"]
    assert only([(event, body)], "work_items")["status"] == status


@pytest.mark.parametrize("reason", ["completed", None, "something_new"])
def test_one_closed_is_done(reason: str | None) -> None:
    assert times([on_issue("closed", 9, **closed(9, reason))]) == (None, clock(9), None, "done")


@pytest.mark.parametrize("reason", ["not_planned", "duplicate"])
def test_one_closed_without_being_done_is_neither_done_nor_in_progress(reason: str) -> None:
    story = [on_issue("labeled", 2, "doing", labels=[{"name": "doing"}]), on_issue("closed", 9, **closed(9, reason))]
    assert times(story) == (None, None, None, reason)


def test_of_two_bodies_of_one_second_the_closed_one_holds() -> None:
    assert times([on_issue("closed", 9, **closed(9)), on_issue("edited", 9, title="~")])[3] == "done"


@pytest.mark.parametrize("before", [[], [{"name": "sev1"}], [{"name": f"a{number}"} for number in range(9)]])
def test_of_two_bodies_of_one_second_the_one_with_more_labels_holds(before: list[dict[str, str]]) -> None:
    labels = [*before, {"name": "incident"}]
    story = [on_issue("opened", 0, labels=before), on_issue("labeled", 0, "incident", labels=labels)]
    assert records(story).keys() == {"incidents"}


@pytest.mark.parametrize("first", ["labeled", "unlabeled"])
def test_a_label_that_takes_the_place_of_another_in_one_second_holds(first: str) -> None:
    after_it = {"labeled": [{"name": "bug"}, {"name": "incident"}], "unlabeled": []}[first]
    at_last = [{"name": "bug"}]
    name = {"labeled": "bug", "unlabeled": "incident"}
    second = "unlabeled" if first == "labeled" else "labeled"
    story = [
        on_issue("opened", 0, labels=[{"name": "incident"}]),
        on_issue(first, 5, name[first], labels=after_it),
        on_issue(second, 5, name[second], labels=at_last),
    ]
    assert only(story, "work_items")["type"] == "bug"


@pytest.mark.parametrize(("first", "second"), [("labeled", "unlabeled"), ("unlabeled", "labeled")])
@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ([on_issue("opened", 0, labels=INCIDENT)], "incidents"),
        ([on_issue("opened", 0)], "work_items"),
        ([on_issue("opened", 0), on_issue("labeled", 2, "incident", labels=INCIDENT)], "incidents"),
        ([on_issue("opened", 0, labels=INCIDENT), on_issue("unlabeled", 2, "Incident")], "work_items"),
        # Of what was before there is only the list.
        ([on_issue("synced", 2, labels=INCIDENT)], "incidents"),
    ],
)
def test_a_label_put_on_and_taken_off_in_one_second_is_as_before_that(
    first: str, second: str, before: list[Delivery], kind: str
) -> None:
    labels = {"labeled": INCIDENT, "unlabeled": []}
    story = [*before, *(on_issue(action, 5, "incident", labels=labels[action]) for action in (first, second))]
    assert records(story).keys() == records(reversed(story)).keys() == {kind}


def test_a_label_put_on_and_taken_off_within_the_second_of_the_opening_is_off() -> None:
    story = [
        on_issue("opened", 0, labels=INCIDENT),
        *(on_issue(action, 0, "incident", labels=INCIDENT) for action in ("labeled", "unlabeled")),
    ]
    assert records(story).keys() == {"work_items"}


def test_work_goes_on_over_a_second_in_which_its_label_was_taken_off_and_put_on() -> None:
    history = timeline(
        labelled("labeled", 5, "doing"),
        labelled("unlabeled", 8, "doing"),
        labelled("labeled", 8, "doing"),
        labelled("unlabeled", 9, "doing"),
    )
    assert times([on_issue("closed", 20, **closed(20)), history]) == (clock(5), clock(20), 4 * 60, "done")


def test_one_reopened_is_not_done() -> None:
    assert times(ISSUE[:4]) == (clock(5), None, None, "in_progress")


def test_its_active_time_is_that_in_started_states_until_it_is_done() -> None:
    assert times(ISSUE) == (clock(5), clock(50), (30 - 5 + 50 - 40) * 60, "done")


def test_a_timeline_tells_what_webhooks_tell() -> None:
    history = timeline(
        labelled("labeled", 5, "In progress"),
        event("closed", 10),
        event("reopened", 20),
        labelled("unlabeled", 30, "In progress"),
        labelled("labeled", 40, "In progress"),
    )
    assert times([ISSUE[-1], history]) == times(ISSUE)
    assert times([*ISSUE, history]) == times(ISSUE)


def test_states_that_overlap_count_once() -> None:
    history = timeline(
        labelled("labeled", 5, "doing"),
        labelled("labeled", 8, "in review"),
        labelled("unlabeled", 9, "doing"),
        labelled("unlabeled", 12, "in review"),
    )
    assert times([on_issue("closed", 20, **closed(20)), history]) == (clock(5), clock(20), 7 * 60, "done")


def test_the_label_it_has_does_not_say_since_when() -> None:
    assert times([on_issue("synced", 9, labels=DOING)]) == (None, None, None, "open")


def test_started_states_follow_the_rules_whatever_their_case() -> None:
    story = [on_issue("labeled", 2, "WIP: now"), on_issue("closed", 9, **closed(9))]
    assert times(story)[0] is None
    assert times(story, Rules(started_states=["wip*"]))[0] == clock(2)


@pytest.mark.parametrize(
    "history",
    [
        timeline(
            column("added_to_project", 1, "To do"),
            column("moved_columns_in_project", 5, "In progress"),
            column("moved_columns_in_project", 9, "Backlog"),
        ),
        timeline(
            event("project_v2_item_status_changed", 5, status="In progress"),
            event("project_v2_item_status_changed", 9, status={"name": "Todo"}),
        ),
        timeline(column("added_to_project", 5, "In progress"), column("removed_from_project", 9, "In progress")),
    ],
)
def test_columns_of_boards_are_states(history: Delivery) -> None:
    assert times([on_issue("closed", 20, **closed(20)), history]) == (clock(5), clock(20), 4 * 60, "done")


@pytest.mark.parametrize("end", [on_board(9, "Todo"), on_board(9, None), on_board(9, None, "deleted")])
def test_items_of_a_board_that_name_their_issue_are_states(end: Delivery) -> None:
    story = [on_issue("closed", 20, **closed(20)), on_board(5, "In Progress"), end]
    assert times(story) == (clock(5), clock(20), 4 * 60, "done")


def test_other_fields_of_a_board_are_no_states() -> None:
    assert times([on_issue("opened", 0), on_board(5, "In progress", field_name="Priority")])[0] is None


def test_an_item_of_a_board_without_the_number_of_its_issue_tells_nothing() -> None:
    name, body = on_board(5, "In progress")
    body["projects_v2_item"]["content"] = None
    assert records([(name, body)]) == {}


def standing(minute: int, status: str | None = None, **item: Any) -> dict[str, Any]:
    """Where an item of a board stands since a minute."""
    field = None if status is None else {"name": status, "updated_at": clock(minute)}
    return {"project_node_id": "P", "archived": False, "updated_at": clock(minute), "status": field, **item}


def boards(*turns: dict[str, Any], **item: Any) -> Delivery:
    """All moves of an issue, with `projects_v2_item` where it stands on a board."""
    return "issue_boards", {"repository": REPOSITORY, "issue": {"number": 7}, "timeline": list(turns), **item}


def moved(minute: int, status: str, project: str = "P") -> dict[str, Any]:
    return event("project_v2_item_status_changed", minute, status=status, project={"node_id": project})


def left(minute: int, project: str = "P") -> dict[str, Any]:
    return event("removed_from_project_v2", minute, project={"node_id": project})


CLOSED = on_issue("closed", 20, **closed(20))


@pytest.mark.parametrize(
    "told",
    [
        boards(moved(5, "In progress"), moved(9, "Todo")),
        boards(moved(5, "In progress"), moved(9, "")),
        boards(moved(5, "In progress"), left(9)),
        boards(moved(5, "In progress"), projects_v2_item=standing(9, "Todo")),
        boards(moved(5, "In progress"), projects_v2_item=standing(9, archived=True)),
        boards(moved(5, "In progress"), moved(9, "Todo"), projects_v2_item=standing(9, "Todo")),
        boards(event("added_to_project_v2", 5, project={"node_id": "P"}), moved(5, "In progress"), left(9)),
    ],
)
def test_moves_on_boards_of_projects_are_states(told: Delivery) -> None:
    assert times([CLOSED, told]) == (clock(5), clock(20), 4 * 60, "done")


def test_the_moves_of_a_webhook_and_of_a_sync_are_the_same() -> None:
    webhooks = [on_board(5, "In progress"), on_board(9, "Done"), on_board(12, None, "deleted")]
    told = boards(moved(5, "In progress"), moved(9, "Done"), left(12))
    alone = [GITHUB.observe(*webhook)[0] for webhook in webhooks]
    assert [each for each in GITHUB.observe(*told) if each.kind != REPOSITORY_NAME] == alone


def test_an_item_stands_where_the_first_of_its_fields_says() -> None:
    stage = {"name": "In progress", "updated_at": clock(5)}
    assert times([on_issue("opened", 0), boards(projects_v2_item=standing(0, stage=stage))])[0] == clock(5)
    assert times([on_issue("opened", 0), boards(projects_v2_item=standing(9, "Todo", stage=stage))])[0] is None


def test_work_goes_on_while_one_of_several_boards_says_so() -> None:
    told = boards(moved(5, "In progress"), moved(7, "Doing", "Q"), left(9), moved(12, "Todo", "Q"))
    assert times([CLOSED, told]) == (clock(5), clock(20), 7 * 60, "done")


def test_a_move_that_is_told_with_two_times_is_one() -> None:
    told = boards(moved(5, "In progress"), moved(9, "Done"), projects_v2_item=standing(10, "Done"))
    assert times([on_issue("opened", 0), told]) == (clock(5), clock(9), 4 * 60, "done")


@pytest.mark.parametrize("end", [left(12), moved(12, "Todo")])
def test_done_is_taken_back_by_another_state_but_not_by_leaving_the_board(end: dict[str, Any]) -> None:
    told = boards(moved(5, "In progress"), moved(9, "Done"), end)
    assert times([on_issue("opened", 0), told])[3] == ("done" if end["event"].startswith("removed") else "in_progress")


def test_a_timeline_that_does_not_say_where_something_moved_tells_nothing() -> None:
    told = timeline(event("project_v2_item_status_changed", 5), event("removed_from_project_v2", 6))
    assert [each.facet for each in GITHUB.observe(*told)] == []


def test_a_pull_request_on_a_board_is_no_work_item() -> None:
    name, body = boards(moved(5, "In progress"))
    body["issue"]["pull_request"] = {}
    assert GITHUB.observe(name, body) == []


def test_a_board_may_say_that_it_is_done_until_it_is_reopened_or_moved_on() -> None:
    story = [on_issue("opened", 0), on_board(5, "In progress"), on_board(9, "Done")]
    assert times(story) == (clock(5), clock(9), 4 * 60, "done")
    assert times([*story, on_board(12, "In progress")])[3] == "in_progress"
    assert times([*story, on_issue("reopened", 12)])[3] == "in_progress"
    assert times([*story, on_issue("closed", 10, **closed(10))])[1] == clock(9)


@pytest.mark.parametrize(
    ("assigned", "started_at"),
    [([0], None), ([3], clock(3)), ([0, 6, 3], clock(3))],
)
def test_without_states_it_starts_with_the_first_assignment_after_its_creation(
    assigned: list[int], started_at: str | None
) -> None:
    story = [on_issue("assigned", minute) for minute in assigned]
    assert times([*story, on_issue("labeled", 8, "bug")])[0] == started_at
    assert times([*story, on_issue("labeled", 8, "doing")])[0] == clock(8)


def test_what_starts_after_it_is_done_is_no_start() -> None:
    story = [on_issue("closed", 9, **closed(9)), on_issue("labeled", 12, "doing", **closed(9))]
    assert times(story) == (None, clock(9), None, "done")


def test_an_incident_lasts_from_its_creation_to_its_closing() -> None:
    opened = on_issue("opened", 0, labels=INCIDENT)
    assert records([opened]) == {
        "incidents": [
            {
                "id": "github:acme/api#7",
                "title": "Cannot search",
                "severity": "sev2",
                "status": "open",
                "startedAt": clock(0),
                "repo": "acme/api",
            }
        ]
    }
    row = only([opened, on_issue("closed", 9, labels=INCIDENT, **closed(9))], "incidents")
    assert (row["status"], row["resolvedAt"]) == ("resolved", clock(9))


def test_a_reopened_incident_is_open() -> None:
    story = [on_issue("reopened", 12, labels=INCIDENT), on_issue("closed", 9, labels=INCIDENT, **closed(9))]
    assert "resolvedAt" not in only(story, "incidents")


@pytest.mark.parametrize("reason", ["not_planned", "duplicate"])
def test_an_incident_closed_as_none_is_none(reason: str) -> None:
    assert records([on_issue("closed", 9, labels=INCIDENT, **closed(9, reason))]) == {}


def test_a_label_makes_an_incident_of_it_and_taken_away_a_work_item_again() -> None:
    labelled = on_issue("labeled", 5, "Incident", labels=INCIDENT)
    assert list(records([on_issue("opened", 0), labelled])) == ["incidents"]
    assert list(records([on_issue("opened", 0), labelled, on_issue("unlabeled", 6, "Incident")])) == ["work_items"]
    assert list(records([labelled], Rules(incident_labels=["outage"]))) == ["work_items"]


def test_a_deleted_issue_is_gone_whatever_comes_later() -> None:
    assert records([on_issue("deleted", 5), on_issue("synced", 9)]) == {}


@pytest.mark.parametrize("side", ["from", "to"])
def test_a_transferred_issue_is_gone_where_it_was_and_known_where_it_went(side: str) -> None:
    web = {"full_name": "acme/web"}
    leaving = on_issue("transferred", 5)
    leaving[1]["changes"] = {"new_repository": web, "new_issue": issue(5, number=3)}
    arriving = on_issue("opened", 5, number=3)
    arriving[1].update(repository=web, changes={"old_repository": REPOSITORY, "old_issue": {"number": 7}})
    told = [on_issue("opened", 0), leaving if side == "from" else arriving]
    assert only(told, "work_items")["key"] == "acme/web#3"


def test_a_pull_request_is_no_issue() -> None:
    assert records([on_issue("synced", 5, pull_request={"url": "https://api.github.com/repos/acme/api/pulls/7"})]) == {}


@pytest.mark.parametrize(
    ("labels", "type_"),
    [
        ([], None),
        (["needs triage"], None),
        (["Bug"], "bug"),
        (["enhancement", "bug"], "bug"),
        (["type: Feature", "bug"], "feature"),
        (["kind/regression"], "regression"),
    ],
)
def test_labels_name_the_type(labels: list[str], type_: str | None) -> None:
    assert type_of(labels) == type_


def test_an_issue_type_comes_before_labels() -> None:
    told = on_issue("opened", 0, labels=[{"name": "bug"}], type={"name": "Feature"})
    assert only([told], "work_items")["type"] == "feature"


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ([], None),
        (["incident"], None),
        (["sev1"], "sev1"),
        (["SEV-2"], "sev2"),
        (["severity: 3"], "sev3"),
        (["severity/critical"], "critical"),
        (["critical"], "critical"),
        (["P1"], "p1"),
        (["priority: high"], "high"),
        (["p1", "sev2"], "sev2"),
        (["sev3", "sev2"], "sev2"),
        (["low", "high"], "high"),
        (["2"], None),
        (["seven"], None),
        (["p9"], None),
    ],
)
def test_labels_name_the_severity(labels: list[str], found: str | None) -> None:
    assert severity(labels) == found
