"""`doctor`: why is this empty."""

import argparse
import json
import shlex
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from koalr_server.settings import Settings
from koalr_server.store.gateway import open_access
from koalr_server.store.modes import openness
from koalr_server.texts import printable

WIDTH = 110
MOST_NAMES = 5
STATUSES = ("ok", "partial", "missing")
NO_SOURCES = "No tool has sent anything yet; the command `connect` walks through connecting some."
SAMPLE_NOTE = "Commands that bring data in need a folder of their own (--data DIR): this one holds the sample."


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("doctor", parents=[shared], help="why is this empty: what each metric has and lacks")
    parser.add_argument("--team", metavar="NAME|ID", help="look at one team, by name or id")
    parser.add_argument("--json", action="store_true", help="as JSON, like GET /api/v1/status")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look and tell; what is lacking is no failure."""
    settings = Settings.read(data_dir=options.data)
    arguments = {"as_of": settings.as_of.isoformat() if settings.as_of else None, "team": options.team}
    with open_access(settings.store, create=False) as store:
        body = store.call("diagnose", arguments)
    if isinstance(settings.store, Path) and (warning := openness(settings.store)):
        print(f"warning: {printable(warning)}", file=sys.stderr)
    if options.data and not body["organisation"]["sample"]:
        _point_at(options.data, body)
    if options.json:
        print(json.dumps(body, indent=2))
    else:
        print("\n".join(lines(body, options.team)))
    return 0


def _point_at(folder: str, body: Mapping[str, Any]) -> None:
    """Let every command name the data folder that was looked at."""
    told = (lack for each in (*body["findings"], *(body["sources"] or ())) for lack in each["lacks"])
    for lack in (*body["steps"], *told):
        if lack["command"] and "--data" not in lack["command"]:
            lack["command"] += f" --data {shlex.quote(folder)}"


def lines(body: Mapping[str, Any], team: str | None = None) -> Iterator[str]:
    """The body of GET /api/v1/status for people: a line per answer, then what to do, most useful first."""
    organisation = body["organisation"]
    newest = organisation["newestFactAt"]
    of_team = f", team {printable(team)}" if team else ""
    yield f"{printable(organisation['name'])}{of_team}, as of {_minute(body['now'])}" + (
        f"; newest data {_minute(newest)}" if newest else ""
    )
    yield f"store: {body['store']}"
    if any(step["answers"] for step in body["steps"]):
        yield from _findings(body)
    if body["steps"]:
        yield ""
        yield "What to do, most useful first"
    for number, step in enumerate(body["steps"], 1):
        yield ""
        yield fill(f"{number:2}. {step['text']}", WIDTH, subsequent_indent="    ", break_long_words=False)
        if step["answers"]:
            yield f"    helps: {_first(step['answers'])}"
        if step["command"]:
            yield f"    {step['command']}"
    if organisation["sample"]:
        yield ""
        yield SAMPLE_NOTE
    else:
        yield from source_lines(body["sources"] or ())


def source_lines(sources: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What tools have sent, each with what to do."""
    yield ""
    if not sources:
        yield NO_SOURCES
        return
    yield "What tools have sent"
    for each in sources:
        newest = f", the last one {_minute(each['newestAt'])}" if each["newestAt"] else ""
        unread = f"; {each['unread']:,} not read yet" if each["unread"] else ""
        yield ""
        yield f"{each['source']}: {each['deliveries']:,} kept{newest}{unread}"
        for idle in each["idle"][:MOST_NAMES]:
            fault = f", {idle['fault']}" if idle["fault"] else ""
            yield f"    {idle['event'] or 'event named in the body'}: {idle['deliveries']:,} told nothing{fault}"
        if len(each["idle"]) > MOST_NAMES:
            yield f"    and {len(each['idle']) - MOST_NAMES} more events that told nothing"
        for lack in each["lacks"]:
            yield fill(f"  - {lack['text']}", WIDTH, subsequent_indent="    ", break_long_words=False)
            if lack["command"]:
                yield f"    {lack['command']}"


def _findings(body: Mapping[str, Any]) -> Iterator[str]:
    counted = Counter(finding["status"] for finding in body["findings"])
    told = ", ".join(f"{counted[status]} {status}" for status in STATUSES)
    yield f"{len(body['findings'])} answers: {told}; counts are of the last {body['days']} days of the data"
    yield ""
    width = max(len(finding["name"]) for finding in body["findings"])
    for finding in body["findings"]:
        basis = ", ".join(f"{each['count']:,} {each['what']}" for each in finding["basis"]) or "–"
        newest = f"; newest {finding['newestAt'][:10]}" if finding["newestAt"] else ""
        yield f"{finding['status']:8} {finding['name']:{width}}  {basis}{newest}"


def _first(names: Sequence[str]) -> str:
    """The names, of many the first few and how many more."""
    shown = names if len(names) <= MOST_NAMES else names[: MOST_NAMES - 1]
    return ", ".join(shown) + (f" and {len(names) - len(shown)} more" if len(shown) < len(names) else "")


def _minute(instant: str) -> str:
    """ "2025-03-31 23:59 UTC" of an instant as on the wire."""
    return f"{instant[:10]} {instant[11:16]} UTC"
