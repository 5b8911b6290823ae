"""`sync github`."""

import argparse
import os
import re
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from koalr_server.commands.progress import Progress
from koalr_server.errors import InputError, ServerError
from koalr_server.settings import Settings, parse_instant
from koalr_server.store.gateway import open_access
from koalr_server.sync.github.naming import is_full_name, is_login
from koalr_server.texts import printable, printable_lines

if TYPE_CHECKING:
    from koalr_server.sync.github.session import Surroundings

DEFAULT_SINCE = "365d"
MOST_DAYS = 36_500
DONE, INCOMPLETE, NOTHING_DONE, INTERRUPTED = 0, 1, 2, 130


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("sync", help="read a tool over its API")
    sources = parser.add_subparsers(dest="source", required=True, metavar="SOURCE")
    reading = sources.add_parser(
        "github",
        parents=[shared],
        help="pull requests, reviews, commits, deployments, issues, boards, teams, Copilot; KOALR_GITHUB_TOKEN holds the token",
    )
    what = reading.add_mutually_exclusive_group(required=True)
    what.add_argument("--org", metavar="NAME", help="an organisation, with all its repositories")
    what.add_argument("--repo", action="append", metavar="OWNER/NAME", help="a repository; may be given several times")
    reading.add_argument(
        "--since",
        default=DEFAULT_SINCE,
        metavar="DATE|DAYSd",
        help="how far back the first time, such as 2025-01-01 or 90d (default: %(default)s); later runs read what is new",
    )
    reading.add_argument("--url", metavar="URL", help="the API of an Enterprise server, https://HOST/api/v3")
    reading.set_defaults(run=run)


def run(options: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """Read what is new: 0 if all of it came, 1 if something is missing, 2 if nothing could be read.

    Args:
        environment: holds the credentials.
    """
    # Imported here, because every other command would wait for it and not use it.
    from koalr_server.sync.github.session import Surroundings

    try:
        return sync(options, Surroundings(), environment)
    except ServerError as error:
        print(f"error: {printable_lines(str(error))}", file=sys.stderr)
        return NOTHING_DONE
    except KeyboardInterrupt:
        print("interrupted; what was read is kept, and the next sync goes on from there", file=sys.stderr)
        return INTERRUPTED


def sync(options: argparse.Namespace, around: "Surroundings", environment: Mapping[str, str]) -> int:
    """The command with time, chance and credentials given.

    Raises:
        ServerError: nothing can be read, or the store takes nothing.
    """
    from koalr_server.sync.github.address import GITHUB, base_url
    from koalr_server.sync.github.credentials import credentials
    from koalr_server.sync.github.session import Order, read_github

    settings = Settings.read(data_dir=options.data)
    organisation = _login(options.org) if options.org else None
    names = list(dict.fromkeys(_full_name(name) for name in options.repo or []))
    since = since_of(options.since, around.clock())
    order = Order(
        base_url(options.url or GITHUB),
        credentials(environment),
        organisation,
        names,
        since,
        # The settings of deliveries bring them.
        settings.rules,
    )
    progress = Progress("requests")

    def say(sentence: str) -> None:
        progress.close()
        print(f"  {printable(sentence)}", file=sys.stderr, flush=True)

    started = time.monotonic()
    with open_access(settings.store) as store:
        report = read_github(order, store, around, say, progress)
    progress.close()
    print(f"{organisation or ', '.join(names)}, since {since[:10]}")
    for line in report.lines(time.monotonic() - started):
        print(printable(line))
    return NOTHING_DONE if not report.read else INCOMPLETE if report.missing else DONE


def since_of(text: str, now: datetime) -> str:
    """The instant that --since means; days count back from the midnight before now.

    Raises:
        InputError: it is neither a date nor days.
    """
    if match := re.fullmatch(r"(\d{1,5})d", text, re.ASCII):
        days = int(match[1])
        if 1 <= days <= MOST_DAYS:
            return f"{now - timedelta(days=days):%Y-%m-%dT00:00:00Z}"
    else:
        try:
            return parse_instant(text).astimezone(now.tzinfo).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (InputError, OverflowError, ValueError):
            pass
    raise InputError(f"--since {text[:80]!r} is neither a date like 2025-01-01 nor 1 to {MOST_DAYS} days like 90d.")


def _login(text: str) -> str:
    if not is_login(text):
        raise InputError(f"--org {text[:120]!r} is no name of an organisation; write it as in github.com/NAME.")
    return text


def _full_name(text: str) -> str:
    if not is_full_name(text):
        raise InputError(f"--repo {text[:220]!r} is no repository; write OWNER/NAME, such as acme/api.")
    return text
