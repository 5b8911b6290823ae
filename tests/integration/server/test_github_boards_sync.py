"""What a sync reads of boards of Projects, and that it comes to the tables that webhooks come to."""

import itertools
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from koalr_server.sources.observation import Delivery
from koalr_server.store.database import Database
from koalr_server.store.gateway import LocalAccess
from koalr_server.sync.outbox import Outbox
from koalr_server.sync.report import Report
from tests.integration.server import github_server as network
from tests.integration.server.github_boards import Board, Boards, Card
from tests.integration.server.github_server import VirtualTime, World
from tests.integration.server.github_world import ANTS, NOW, Body
from tests.integration.server.memory_store import Killed, MemoryStore
from tests.integration.server.test_github_sync import LONG_AGO, bodies, events, read

REPOSITORY = {"full_name": ANTS, "name": "ants", "owner": {"login": "acme", "id": 1}, "pushed_at": None}


def at(day: int, minute: int = 0) -> str:
    """An instant of April."""
    return f"2022-04-{day:02}T10:{minute:02}:00Z"


def issue(number: int, day: int = 1) -> Body:
    """An open issue as REST has it."""
    return {
        "id": number,
        "number": number,
        "title": f"Issue {number}",
        "state": "open",
        "created_at": at(day),
        "updated_at": at(day),
        "labels": [],
    }


def world_with(issues: int) -> World:
    """A repository of issues alone."""
    there = World(VirtualTime(NOW))
    path = f"/repos/{ANTS}"
    there.objects[path] = REPOSITORY
    there.lists["/orgs/acme/repos"] = [REPOSITORY]
    for name in ("pulls", "issues", "commits", "deployments", "releases"):
        there.lists[f"{path}/{name}"] = []
    for number in range(1, issues + 1):
        there.lists[f"{path}/issues"].append(issue(number))
        there.lists[f"{path}/issues/{number}/timeline"] = []
    return there


def put(boards: Boards, board: Board, number: int, *moves: tuple[str | None, str]) -> Card:
    """An issue comes onto a board and goes through states."""
    card = boards.put(board, ANTS, number, at(2))
    for status, moved_at in moves:
        boards.move(board, card, status, moved_at)
    return card


def webhook(board: Board, number: int, status: str | None, moved_at: str, action: str = "edited") -> Delivery:
    """What a webhook tells of a move, with the number of the issue."""
    item = {
        "updated_at": moved_at,
        "project_node_id": board.id,
        "content": {"number": number, "repository": REPOSITORY},
    }
    change = {"field_name": "Status", "to": status and {"name": status}}
    body = {"action": action, "projects_v2_item": item, "changes": {"field_value": change}}
    return Delivery("github", "projects_v2_item", f"{number} {moved_at} {action}", json.dumps(body).encode())


def work_items(*steps: Callable[[LocalAccess], object]) -> list[str]:
    """All rows of work items after some steps."""
    database = Database.in_memory()
    access = LocalAccess(database)
    for step in steps:
        step(access)
    rows = database.rows("SELECT key, status, started_at, done_at, active_secs FROM work_items ORDER BY key")
    database.close()
    return [" ".join(map(str, row.values())) for row in rows]


def told(*deliveries: Delivery) -> Callable[[LocalAccess], object]:
    """Deliveries that come by webhook."""

    def step(access: LocalAccess) -> None:
        outbox = Outbox(access, "github")
        outbox.accept(deliveries)
        outbox.settle()

    return step


def synced(there: World) -> Callable[[LocalAccess], Report]:
    """A run against a world."""
    return lambda access: read(there, access)


def test_a_team_that_starts_with_a_sync_has_the_history_of_its_board() -> None:
    there = world_with(4)
    board = there.boards.board("acme", "PVT_1")
    put(there.boards, board, 1, ("Todo", at(2)), ("In progress", at(3)), ("In review", at(3, 30)), ("Done", at(4)))
    put(there.boards, board, 2, ("In progress", at(5)))
    put(there.boards, board, 3, ("In progress", at(5)), ("Todo", at(6)), (None, at(7)))
    with there.running():
        assert work_items(synced(there)) == [
            "acme/ants#1 done 2022-04-03 10:00:00 2022-04-04 10:00:00 86400",
            "acme/ants#2 in_progress 2022-04-05 10:00:00 None None",
            "acme/ants#3 in_progress 2022-04-05 10:00:00 None None",
            "acme/ants#4 open None None None",
        ]


def test_webhooks_and_syncs_in_any_order_and_number_give_the_same_rows() -> None:
    there = world_with(3)
    board = there.boards.board("acme", "PVT_1")
    put(there.boards, board, 1, ("In progress", at(3)), ("Done", at(4)))
    put(there.boards, board, 2, ("In progress", at(5)))
    left = put(there.boards, board, 3, ("In progress", at(5)), ("Done", at(6)))
    there.boards.remove(board, left, at(8))
    moves = (
        webhook(board, 1, "In progress", at(3)),
        webhook(board, 1, "Done", at(4)),
        webhook(board, 2, "In progress", at(5)),
        webhook(board, 3, "In progress", at(5)),
        webhook(board, 3, "Done", at(6)),
        webhook(board, 3, None, at(8), "deleted"),
    )
    # The one that left the board is known only to who saw it there.
    board.cards.append(left)
    with there.running():
        alone = work_items(synced(there))
        assert alone[0] == "acme/ants#1 done 2022-04-03 10:00:00 2022-04-04 10:00:00 86400"
        assert alone[2] == "acme/ants#3 done 2022-04-05 10:00:00 2022-04-06 10:00:00 86400"
        for steps in itertools.permutations([synced(there), told(*moves[:3]), told(*reversed(moves[2:]))]):
            assert work_items(*steps, *steps) == alone


def test_a_move_is_found_although_its_issue_did_not_change() -> None:
    there, store = world_with(2), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    put(there.boards, board, 1, ("Todo", at(2)))
    card = put(there.boards, board, 2, ("Todo", at(2)))
    with there.running():
        assert events(_read(there, store))["issue_boards"] == 2
        assert there.boards.asked == ["boards", "items", "states"]
        there.boards.asked.clear()
        read(there, store)
        assert there.boards.asked == ["boards"]
        there.boards.move(board, card, "In progress", at(9))
        read(there, store)
    assert there.boards.asked == ["boards", "boards", "items", "states"]
    assert [body["issue"]["number"] for body in bodies(store, "issue_boards")] == [1, 2, 2]
    assert bodies(store, "issue_boards")[-1] == {
        "repository": {"full_name": ANTS},
        "issue": {"number": 2, "node_id": f"I_{ANTS}_2"},
        "timeline": [
            {"event": "added_to_project_v2", "created_at": at(2), "project": {"node_id": "PVT_1"}},
            _turn("", "Todo", at(2)),
            _turn("Todo", "In progress", at(9)),
        ],
        "projects_v2_item": {
            "node_id": card.id,
            "project_node_id": "PVT_1",
            "archived": False,
            "updated_at": at(9),
            "status": {"name": "In progress", "updated_at": at(9)},
            "state": None,
            "stage": None,
        },
    }


def _turn(before: str, after: str, moved_at: str) -> Body:
    moved = {"event": "project_v2_item_status_changed", "created_at": moved_at, "project": {"node_id": "PVT_1"}}
    return moved | {"previous_status": before, "status": after}


def _read(there: World, store: MemoryStore) -> MemoryStore:
    assert not read(there, store).missing
    return store


def test_a_move_that_no_timeline_tells_is_seen_where_the_item_stands() -> None:
    there = world_with(1)
    there.boards.keeps_history = False
    board = there.boards.board("acme", "PVT_1")
    card = put(there.boards, board, 1, ("In progress", at(3)))

    def moves(status: str, day: int) -> Callable[[LocalAccess], object]:
        return lambda _: there.boards.move(board, card, status, at(day))

    with there.running():
        rows = work_items(synced(there), moves("Todo", 4), synced(there), moves("Done", 6), synced(there))
    assert rows == ["acme/ants#1 done 2022-04-03 10:00:00 2022-04-06 10:00:00 86400"]


def test_an_item_that_is_archived_stays_done_and_one_that_was_not_is_worked_on_no_longer() -> None:
    there = world_with(2)
    board = there.boards.board("acme", "PVT_1")
    cards = [put(there.boards, board, 1, ("In progress", at(3)), ("Done", at(4)))]
    cards.append(put(there.boards, board, 2, ("In progress", at(3))))
    for card in cards:
        card.archived, card.updated_at = True, at(5)
    closed = {"state": "closed", "closed_at": at(9), "updated_at": at(9)}
    there.lists[f"/repos/{ANTS}/issues"][1].update(closed)
    with there.running():
        assert work_items(synced(there)) == [
            "acme/ants#1 done 2022-04-03 10:00:00 2022-04-04 10:00:00 86400",
            "acme/ants#2 done 2022-04-03 10:00:00 2022-04-09 10:00:00 172800",
        ]


def test_an_item_that_left_its_board_is_asked_for_once_more_by_its_issue() -> None:
    there, store = world_with(2), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    put(there.boards, board, 1, ("In progress", at(3)))
    card = put(there.boards, board, 2, ("In progress", at(3)))
    with there.running():
        read(there, store)
        there.boards.remove(board, card, at(7))
        for _ in range(3):
            read(there, store)
    gone = bodies(store, "issue_boards")[2:]
    assert [(body["issue"]["number"], body.get("projects_v2_item")) for body in gone] == [(2, None)]
    assert gone[0]["timeline"][-1] == {
        "event": "removed_from_project_v2",
        "created_at": at(7),
        "project": {"node_id": "PVT_1"},
    }
    assert Counter(there.boards.asked) == {"boards": 4, "items": 2, "states": 2}


def test_pages_of_boards_items_and_moves_are_walked_to_their_end() -> None:
    there, store = world_with(0), MemoryStore()
    boards = [there.boards.board("acme", f"PVT_{number}") for number in range(120)]
    for number in range(1, 231):
        put(there.boards, boards[7], number, ("Todo", at(3)))
    for minute in range(250):
        there.boards.move(boards[7], boards[7].cards[4], f"State {minute}", at(4 + minute // 60, minute % 60))
    with there.running():
        _read(there, store)
    assert len(bodies(store, "issue_boards")) == 230
    (long,) = (body for body in bodies(store, "issue_boards") if body["issue"]["number"] == 5)
    assert len(long["timeline"]) == 2 + 250
    # Ten of 25 items at most; two further pages of one timeline.
    assert Counter(there.boards.asked) == {"boards": 2, "items": 120 + 2, "states": 10, "turns": 2}


def test_drafts_pull_requests_and_issues_of_other_repositories_are_passed_over() -> None:
    there, store = world_with(1), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    put(there.boards, board, 1)
    there.boards.put(board, "acme/elsewhere", 5, at(3))
    board.cards += [
        Card("PVTI_draft", {"__typename": "DraftIssue"}, at(3)),
        Card("PVTI_pull", {"__typename": "PullRequest"}, at(3)),
        Card("PVTI_redacted", None, at(3)),  # type: ignore[arg-type]
    ]
    with there.running():
        _read(there, store)
    assert [body["issue"]["number"] for body in bodies(store, "issue_boards")] == [1]


def test_only_what_changed_since_is_read_and_an_earlier_since_reads_the_rest() -> None:
    there, store = world_with(2), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    put(there.boards, board, 1)
    put(there.boards, board, 2, ("Todo", at(9)))
    with there.running():
        read(there, store, since=at(5))
        assert [body["issue"]["number"] for body in bodies(store, "issue_boards")] == [2]
        read(there, store, since=LONG_AGO)
    assert [body["issue"]["number"] for body in bodies(store, "issue_boards")] == [2, 1]


def test_a_board_without_a_new_date_is_looked_at_again_after_six_hours() -> None:
    there, store = world_with(1), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    card = put(there.boards, board, 1, ("Todo", at(2)))
    with there.running():
        read(there, store)
        there.boards.move(board, card, "Done", at(9))
        board.updated_at = at(2)
        read(there, store)
        assert len(bodies(store, "issue_boards")) == 1
        there.time.sleep(6 * 3600)
        read(there, store)
    assert len(bodies(store, "issue_boards")) == 2


def limited(world: World, request: Request) -> Response:
    """GraphQL says with the status 200 that the points are used up."""
    reset = str(int(world.time.clock().timestamp()) + 600)
    headers = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
    body = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    return Response(json.dumps(body), headers=headers, media_type="application/json")


def secondary(world: World, request: Request) -> Response:
    """A pause is asked for with the status 200."""
    message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    return Response(json.dumps({"errors": [{"message": message}]}), media_type="application/json")


def half(world: World, request: Request) -> Response:
    """Half of the data, beside an error without a type."""
    nodes = {"nodes": [None]}
    error = {"message": "Something went wrong while executing your query.", "path": ["nodes", 0]}
    return Response(json.dumps({"data": nodes, "errors": [error]}), media_type="application/json")


ACCIDENTS = (network.bad_gateway, limited, half, secondary, network.cut_json, network.retry_after, network.broken_off)


def test_accidents_on_the_way_change_nothing() -> None:
    stores = []
    for disturbed in (False, True):
        there, store = world_with(60), MemoryStore()
        boards = [there.boards.board("acme", f"PVT_{number}") for number in range(5)]
        for number in range(1, 61):
            put(there.boards, boards[number % 5], number, ("Todo", at(3)), ("Done", at(4)))
        with there.running():
            if disturbed:
                # After what the repository itself took.
                first = 1 + 5 + 3 + 60 + 1
                there.accidents = {first + 2 * number: ACCIDENTS[number - 1] for number in range(1, 8)}
            _read(there, store)
            assert not there.accidents
        stores.append(store.deliveries)
    assert stores[0] == stores[1]
    assert Counter(event for event, _ in stores[0].values())["issue_boards"] == 60


def test_used_up_points_are_waited_for_and_said() -> None:
    there, store, said = world_with(1), MemoryStore(), list[str]()
    put(there.boards, there.boards.board("acme", "PVT_1"), 1)
    with there.running():
        there.accidents = {len(_requests_before_boards(1)) + 2: limited}
        assert not read(there, store, said=said).missing
    assert said == ["The hourly rate limit is used up; waiting until 2022-05-01 12:10:01 UTC"]
    assert len(bodies(store, "issue_boards")) == 1


def _requests_before_boards(issues: int) -> list[str]:
    there = world_with(issues)
    with there.running():
        read(there, MemoryStore())
    return there.requests[:-1]


def test_too_much_at_once_is_asked_for_in_smaller_parts_and_one_that_fails_alone_is_missed_alone() -> None:
    there, store = world_with(0), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    for number in range(1, 31):
        put(there.boards, board, number)
    too_much = {"data": None, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Too much"}]}

    def accident(name: str, variables: Body) -> Body | None:
        many = variables.get("first", 0) > 20 or len(variables.get("ids", ())) > 9
        return too_much if many or board.cards[12].id in variables.get("ids", ()) else None

    there.boards.accident = accident
    with there.running():
        report = read(there, store)
        assert report.missing == {"boards: GitHub's GraphQL answered RESOURCE_LIMITS_EXCEEDED, 6 times": ["acme"]}
        assert len(bodies(store, "issue_boards")) == 29
        there.boards.accident = lambda name, variables: None
        _read(there, store)
    assert len(bodies(store, "issue_boards")) == 30


def test_one_board_without_an_answer_leaves_the_others() -> None:
    there, store = world_with(0), MemoryStore()
    for number in (1, 2, 3):
        put(there.boards, there.boards.board("acme", f"PVT_{number}"), number)
    there.boards.accident = lambda _, variables: {"data": None} if variables.get("board") == "PVT_2" else None
    with there.running():
        report = read(there, store)
        assert list(report.missing) == ["boards: GitHub's GraphQL answered no data, 6 times"]
        assert [body["issue"]["number"] for body in bodies(store, "issue_boards")] == [1, 3]
        there.boards.accident = lambda _, variables: None
        _read(there, store)
    assert [body["issue"]["number"] for body in bodies(store, "issue_boards")] == [1, 3, 2]


@pytest.mark.parametrize("kind", ["INSUFFICIENT_SCOPES", "FORBIDDEN"])
def test_a_missing_permission_is_named_once_and_the_rest_goes_on(kind: str) -> None:
    there, store = world_with(2), MemoryStore()
    error = {
        "type": kind,
        "message": "Your token has not been granted the required scopes",
        "path": ["repositoryOwner"],
    }
    there.boards.accident = lambda _, variables: {"data": {"repositoryOwner": None}, "errors": [error, error]}
    with there.running():
        report = read(there, store)
    sentence = f"boards: GitHub answered {kind}; the token needs Projects: read (of the organisation), or the scope read:project"
    assert report.refused == {sentence: ["acme"]}
    assert not report.missing
    assert events(store)["issues"] == 2


def test_what_may_be_seen_is_read_beside_what_may_not() -> None:
    there, store = world_with(2), MemoryStore()
    put(there.boards, there.boards.board("acme", "PVT_1"), 1)
    seen = {"__typename": "ProjectV2", "id": "PVT_1", "updatedAt": at(2)}
    listed = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [None, seen]}
    error = {
        "type": "FORBIDDEN",
        "message": "Resource not accessible",
        "path": ["repositoryOwner", "projectsV2", "nodes", 0],
    }
    answer = {"data": {"repositoryOwner": {"projectsV2": listed}}, "errors": [error]}
    there.boards.accident = lambda name, _: answer if name == "boards" else None
    with there.running():
        report = read(there, store)
    assert len(report.refused) == 1
    assert [body["issue"]["number"] for body in bodies(store, "issue_boards")] == [1]


def test_single_sign_on_is_named() -> None:
    there = world_with(0)
    error = {"type": "FORBIDDEN", "message": "Resource protected by organization SAML enforcement."}
    there.boards.accident = lambda name, _: {"data": {"repositoryOwner": None}, "errors": [error]}
    with there.running():
        (said,) = read(there, MemoryStore()).refused
    assert said == (
        "boards: authorise the token for the organisation's single sign-on, on the page of the token (FORBIDDEN)"
    )


def test_an_old_server_without_boards_is_said_and_no_failure() -> None:
    there, store = world_with(2), MemoryStore()
    there.boards.unknown = ("ProjectV2Owner",)
    with there.running():
        report = read(there, store)
    assert report.refused == {"boards: this server has no boards of Projects that GraphQL tells of": ["acme"]}
    assert not report.missing


def test_a_server_that_tells_no_moves_still_tells_where_issues_stand() -> None:
    there, store = world_with(1), MemoryStore()
    there.boards.unknown = ("ProjectV2ItemStatusChangedEvent",)
    put(there.boards, there.boards.board("acme", "PVT_1"), 1, ("In progress", at(3)))
    with there.running():
        report = read(there, store)
        assert work_items(synced(there)) == ["acme/ants#1 in_progress 2022-04-03 10:00:00 None None"]
    assert list(report.refused) == ["boards: this server tells no moves of issues, so only where they stand is read"]
    (body,) = bodies(store, "issue_boards")
    assert (body["timeline"], body["projects_v2_item"]["status"]["name"]) == ([], "In progress")


def test_a_server_without_graphql_is_no_failure() -> None:
    there = world_with(0)
    there.refused = {"/graphql": 404}
    with there.running():
        report = read(there, MemoryStore())
    assert (len(report.refused), report.missing) == (1, {})


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"repositoryOwner": 7},
        {"repositoryOwner": {"projectsV2": {"nodes": 7, "pageInfo": []}}},
        {"repositoryOwner": {"projectsV2": {"nodes": [{}, {"id": None}, 7]}}, "node": {"items": {"nodes": [{}, 7]}}},
        {
            "repositoryOwner": {"projectsV2": {"nodes": [{"id": "PVT_1"}]}},
            "node": {"items": {"nodes": [{"id": "I", "content": {"id": 7, "repository": {"nameWithOwner": ANTS}}}]}},
            "nodes": [{"content": {"number": "x"}}],
        },
        {
            "repositoryOwner": {"projectsV2": {"nodes": [{"id": "PVT_1"}]}},
            "node": {"items": {"nodes": [{"id": "I", "updatedAt": "2022-04-02T00:00:00Z", "content": {"repository": {"nameWithOwner": ANTS}}}]}},
            "nodes": [{"__typename": "ProjectV2Item", "content": {"number": 1, "timelineItems": 7}, "status": 7, "project": []}],
        },
    ],
)  # fmt: skip
def test_answers_of_another_shape_fail_nothing_else(data: Any) -> None:
    there, store = world_with(1), MemoryStore()
    there.boards.accident = lambda name, variables: {"data": data}
    with there.running():
        read(there, store)
    assert events(store)["issues"] == 1


def test_a_list_without_an_end_is_left() -> None:
    there = world_with(0)
    same = {"pageInfo": {"hasNextPage": True, "endCursor": "x"}, "nodes": []}
    there.boards.accident = lambda name, variables: {"data": {"repositoryOwner": {"projectsV2": same}}}
    with there.running():
        report = read(there, MemoryStore())
    assert list(report.missing) == ["boards: the pages of a list did not come to an end"]
    assert there.boards.asked == ["boards", "boards"]


def test_what_moves_within_the_board_while_it_is_read_is_not_lost() -> None:
    there, store = world_with(0), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    for number in range(1, 151):
        put(there.boards, board, number)
    dragged = board.cards[120]

    def drag(name: str, variables: Body) -> None:
        if name == "items" and variables["after"] and board.cards.index(dragged):
            board.cards.remove(dragged)
            board.cards.insert(0, dragged)
            board.updated_at = dragged.updated_at = at(9)

    there.boards.accident = drag
    with there.running():
        for _ in range(2):
            _read(there, store)
    assert {body["issue"]["number"] for body in bodies(store, "issue_boards")} == set(range(1, 151))


@pytest.mark.parametrize("dies_at", [4, 5, 6, 7, 8])
def test_a_killed_run_is_resumed_and_loses_nothing(dies_at: int) -> None:
    there, store, whole = world_with(3), MemoryStore(dies_at), MemoryStore()
    board = there.boards.board("acme", "PVT_1")
    for number in (1, 2, 3):
        put(there.boards, board, number, ("Todo", at(3)))
    with there.running():
        with pytest.raises(Killed):
            read(there, store)
        store.dies_at = None
        assert _read(there, store).deliveries == _read(there, whole).deliveries


def test_boards_of_the_owner_of_each_repository_are_read() -> None:
    there, store = world_with(1), MemoryStore()
    there.objects["/repos/ann/own"] = {"full_name": "ann/own", "name": "own", "owner": {"login": "ann"}}
    for number, (owner, repository) in enumerate((("acme", ANTS), ("ann", "ann/own"))):
        there.boards.put(there.boards.board(owner, f"PVT_{number}"), repository, 1, at(3))
    with there.running():
        read(there, store, ANTS, "ann/own")
    told = {body["repository"]["full_name"] for body in bodies(store, "issue_boards")}
    assert told == {ANTS, "ann/own"}
