"""`connect`: a walk through connecting sources, at a terminal or with piped answers."""

import argparse
import getpass
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from koalr_server.clock import wall_clock
from koalr_server.commands import syncing
from koalr_server.settings import Settings

if TYPE_CHECKING:
    from koalr_server.sync.github.visit import Visit
    from koalr_server.sync.ping import Echo

ENDED, INTERRUPTED = 1, 130
LEFT = (
    "left before the end; no secret was kept, what was synced stays, and `python -m koalr_server connect` begins again"
)


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser(
        "connect", parents=[shared], help="a walk through connecting GitHub, incident tools and CI, with a test of each"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Walk: 0 at its end, 1 if the input ended before, 130 if it was interrupted."""
    # Imported here, because every other command would wait for it and not use it.
    from koalr_server.connect.walk import walk

    store = Settings.read(data_dir=options.data).store
    folder = os.path.abspath(store) if isinstance(store, Path) else ""
    try:
        walk(Console(), World(folder, options.data))
    except (EOFError, KeyboardInterrupt) as error:
        print(f"\n{LEFT}", file=sys.stderr)
        return ENDED if isinstance(error, EOFError) else INTERRUPTED
    return 0


class Console:
    """Standard input and output; see connect/terminal.py."""

    def say(self, line: str = "") -> None:
        """Show a line."""
        print(line, flush=True)

    def ask(self, question: str) -> str:
        """The line that answers a question."""
        answer = input(question)
        if not sys.stdin.isatty():
            # Nobody pressed Enter.
            print()
        return answer

    def ask_secret(self, question: str) -> str:
        """The same unseen. Nothing shows what is piped, and getpass would look for a terminal."""
        return getpass.getpass(question) if sys.stdin.isatty() else self.ask(question)


@dataclass(frozen=True, slots=True)
class World:
    """GitHub, servers, and the sync; see connect/terminal.py."""

    folder: str
    data: str | None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def now(self) -> datetime:
        """The current instant."""
        return wall_clock()

    def visit(self, url: str, token: str | None, organisation: str | None, repository: str | None) -> "Visit":
        """Visit GitHub."""
        from koalr_server.errors import InputError
        from koalr_server.sync.github.credentials import credentials
        from koalr_server.sync.github.visit import Visit, visit

        try:
            return visit(url, credentials(self._with(token)), organisation, repository, self.now())
        except InputError as error:
            return Visit(fault=str(error))

    def ping(self, url: str, headers: Mapping[str, str], body: bytes) -> "Echo":
        """Post a delivery."""
        from koalr_server.sync.ping import ping

        return ping(url, headers, body)

    def sync(self, words: Sequence[str], token: str | None) -> int:
        """Run `sync github`."""
        from koalr_server.commands.line import build_parser

        data = [] if self.data is None else ["--data", self.data]
        return syncing.run(build_parser().parse_args(["sync", "github", *words, *data]), self._with(token))

    def _with(self, token: str | None) -> Mapping[str, str]:
        from koalr_server.sync.github.credentials import TOKENS

        return self.environment if token is None else {**self.environment, TOKENS[0]: token}
