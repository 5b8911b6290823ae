"""Reads the command line, prints the answer, and turns every failure into one line and a status."""

import argparse
import errno
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from koalr_api.arguments import not_negative
from koalr_api.client import Koalr
from koalr_api.command.exits import INTERRUPTED, OK, OUTPUT_FAILED, PIPE_CLOSED, exit_status
from koalr_api.command.questions import QUESTIONS, Question
from koalr_api.command.tables import comma_separated, table
from koalr_api.command.texts import escaped_json, printable
from koalr_api.command.views import Table, View
from koalr_api.errors import APIStatusError, KoalrError
from koalr_api.model import Model
from koalr_api.pages import Page
from koalr_api.version import VERSION

PROGRAM = "python -m koalr_api"
WAIT_SECS = 10.0
# All pages of a long list are more than one minute's budget of requests.
WAIT_SECS_FOR_ALL = 90.0
MOST_RETRIES = 20
EPILOG = """The key comes from KOALR_API_KEY and never from an argument, which every user of the machine could read.
Exit status: 0 answered, 2 wrong usage, 3 no or refused key or wrong address, 4 not found, 5 bad request,
6 rate limited, 7 unreachable, timed out or failed, 8 an answer that does not fit, 9 the output cannot be written."""


def main(arguments: Sequence[str]) -> int:
    """Run one command; the answer is the process's exit status."""
    options = build_parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if sys.stdout is None:  # the shell closed it
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        _run(QUESTIONS[options.command], options)
        sys.stdout.flush()
    except KoalrError as error:
        print(f"error: {printable(_sentence(error))}", file=sys.stderr)
        return exit_status(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _write_no_more()
        return PIPE_CLOSED
    except OSError as error:
        _write_no_more()
        print(f"error: the output cannot be written ({error.strerror}).", file=sys.stderr)
        return OUTPUT_FAILED
    return OK


def _write_no_more() -> None:
    # Python flushes once more when it ends, which would complain.
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def on_terminal() -> bool:
    """Whether a person reads the output as it is."""
    return sys.stdout.isatty()


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; docs/CLIENT.md lists the same commands."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Engineering metrics from a Koalr API.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, question in QUESTIONS.items():
        command = commands.add_parser(name, help=question.words, description=f"Shows {question.words}.")
        for option in question.options:
            _ADD[option](command)
        command.add_argument("--url", help="address of the API (default: KOALR_API_URL or https://api.koalr.com)")
        command.add_argument("--wait", type=float, metavar="SECS", help="wait so long for a busy or failing API")
        command.add_argument("--json", action="store_true", help="print the body of the answer")
        command.set_defaults(csv=False, all=False)
    return parser


def _add_pull_request(command: argparse.ArgumentParser) -> None:
    command.add_argument("pull_request", nargs="?", metavar="OWNER/REPO#N", help="such as acme/api#1847")
    command.add_argument("--owner")
    command.add_argument("--repo")
    command.add_argument("--pr", type=int, metavar="N")


_ADD: dict[str, Callable[[argparse.ArgumentParser], object]] = {
    "days": lambda command: command.add_argument(
        "--days", type=int, default=30, help="the window, 1 to 1095 (default: %(default)s)"
    ),
    "team": lambda command: command.add_argument("--team", metavar="ID", help="one team; `teams` lists the ids"),
    "page": lambda command: command.add_argument("--page", type=int, default=1, help="from 1"),
    "page_size": lambda command: command.add_argument("--page-size", type=int, default=25, help="1 to 100"),
    "all": lambda command: command.add_argument("--all", action="store_true", help="all pages"),
    "csv": lambda command: command.add_argument("--csv", action="store_true", help="print the rows as CSV"),
    "items": lambda command: command.add_argument("--items", type=int, required=True, help="how many, 1 to 10000"),
    "slug": lambda command: command.add_argument("slug", metavar="SLUG"),
    "pull_request": _add_pull_request,
}


def _run(question: Question, options: argparse.Namespace) -> None:
    wait_secs = WAIT_SECS_FOR_ALL if options.all else WAIT_SECS
    if options.wait is not None:
        wait_secs = not_negative("--wait", options.wait)
    koalr = Koalr(base_url=options.url, max_retries=MOST_RETRIES, retry_budget_secs=wait_secs)
    found = question.ask(koalr, options)
    if options.json:
        print(escaped_json(json.dumps(_body(found, options), ensure_ascii=False, indent=2)))
    elif options.csv:
        _write_csv(comma_separated(found.data.kind, found))
    else:
        _write(question.view(found, options))
    for note in _notes(question, found, options):
        print(f"note: {note}", file=sys.stderr)


def _body(found: Model, options: argparse.Namespace) -> dict[str, Any]:
    if options.all and isinstance(found, Page):
        return {"data": [row.raw for row in found], "total": found.total}
    return found.raw


def _write(view: View) -> None:
    columns_wide = shutil.get_terminal_size().columns if on_terminal() else None
    bold = on_terminal() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    for part in view:
        lines = table(part.columns, part.rows, columns_wide, bold) if isinstance(part, Table) else [printable(part)]
        for line in lines:
            print(line)


def _write_csv(text: str) -> None:
    lines = map(printable, text.split("\n")) if on_terminal() else [text]
    print("\n".join(lines), end="")


def _notes(question: Question, found: Model, options: argparse.Namespace) -> list[str]:
    # What was put together from several answers has none of its own, but its rows have.
    read = list(found) if options.all and isinstance(found, Page) else [found]
    notes = []
    team = getattr(options, "team", None)
    if team is not None and not question.team_documented and any(each.scoped_team != team for each in read):
        notes.append(
            "this API does not say that it answers for a team here: take the figures for the whole organisation's"
        )
    ages = [each.age for each in read if each.stale]
    if ages:
        notes.append(f"the API cannot be asked; this answer is {max(ages).total_seconds() / 60:.0f} minutes old")
    return notes


def _sentence(error: KoalrError) -> str:
    later = error.retry_at if isinstance(error, APIStatusError) else None
    return f"{error}{f' Ask again at {later.astimezone(UTC):%H:%M:%S} UTC.' if later else ''}"
