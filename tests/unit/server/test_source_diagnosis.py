"""What is said about the deliveries of a tool, and what to do about them."""

import shlex
from datetime import datetime

import pytest

from koalr_server.clock import Moment
from koalr_server.commands.doctor import source_lines
from koalr_server.commands.line import build_parser
from koalr_server.diagnosis.sources import Idle, SourceCounts, source_lacks
from koalr_server.store.settling import read

AT = datetime(2026, 3, 14, 18, 22, 40)
MOMENT = Moment(AT)
HOSTILE = "\x1b[2J" + "e" * 100
ALL = SourceCounts(
    "github",
    5120,
    AT,
    3,
    (Idle("ping", None, 2), Idle("push", "not JSON", 1), Idle("x", "unknown source", 4), Idle("y", "of tomorrow", 1)),
)


def texts(counts: SourceCounts) -> list[str]:
    return [lack.text for lack in source_lacks(counts)]


def test_where_all_is_well_nothing_is_said() -> None:
    assert texts(SourceCounts("github", 10, AT)) == []


def test_what_is_urgent_comes_first_each_with_what_to_do() -> None:
    said = texts(ALL)
    assert [text.split(".")[0] for text in said] == [
        "3 deliveries are kept and not read yet",
        "1 delivery is not to be read (not JSON)",
        "4 deliveries are not to be read (unknown source)",
        "1 delivery is not to be read (of tomorrow)",
        "2 deliveries told nothing (ping): that does not concern the figures, or this version does not read it",
    ]
    assert "Have the tool send it again." in said[1]
    assert "Update the server" in said[2]
    assert "Update the server" in said[3]


def test_commands_are_ours_and_hold_nothing_of_a_sender() -> None:
    bad = SourceCounts(HOSTILE, 9, AT, 1, (Idle(HOSTILE, None, 1), Idle("e", HOSTILE, 1)))
    silent = SourceCounts("github", 2, AT, 0, (Idle("star", None, 2),))
    commands = {lack.command for counts in (ALL, bad, silent) for lack in source_lacks(counts) if lack.command}
    assert len(commands) == 3
    for command in commands:
        assert build_parser().parse_args(shlex.split(command)[3:]).run


@pytest.mark.parametrize(("kept", "unread", "said"), [(2, 0, True), (3, 0, False), (2, 1, False), (0, 0, False)])
def test_a_tool_of_which_nothing_told_anything_has_the_wrong_events(kept: int, unread: int, said: bool) -> None:
    found = texts(SourceCounts("github", kept, AT, unread, (Idle("star", None, 2),)))
    assert any(text.startswith("Nothing that was sent has told anything yet.") for text in found) is said


def test_names_of_senders_are_cut_and_cannot_steer_a_terminal() -> None:
    body = SourceCounts(HOSTILE, 9, AT, 0, (Idle(HOSTILE, None, 1),)).body(MOMENT)
    assert body["source"] == body["idle"][0]["event"] == "[2J" + "e" * 57
    assert "\x1b" not in "\n".join(source_lines([body]))


def test_a_line_tells_how_many_and_when_and_the_first_events() -> None:
    idle = tuple(Idle(name, None, 9 - number) for number, name in enumerate(["", "a", "b", "c", "d", "e", "f"]))
    told = list(source_lines([SourceCounts("pagerduty", 5120, AT, 3, idle).body(MOMENT)]))
    assert "pagerduty: 5,120 kept, the last one 2026-03-14 18:22 UTC; 3 not read yet" in told
    assert "    event named in the body: 9 told nothing" in told
    assert "    d: 5 told nothing" in told
    assert "    and 2 more events that told nothing" in told
    assert "    e: 4 told nothing" not in told


def test_every_fault_of_the_reader_has_a_remedy_of_its_own() -> None:
    from koalr_server.diagnosis.sources import MENDED
    from koalr_server.store.deliveries import Received

    told = read(
        [Received(1, "github", "push", b"{"), Received(2, "nobody", "", b"{}"), Received(3, "github", "ping", b"{}")]
    )
    assert {fault for _, _, fault in told.idle} - {None} == set(MENDED)
