"""What the walk needs of a terminal and of the world outside, and the questions that repeat until they are answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from koalr_server.sync.github.visit import Visit
from koalr_server.sync.ping import Echo
from koalr_server.texts import printable

YES, NO = ("", "y", "yes"), ("n", "no")


class Terminal(Protocol):
    """Where a person reads and writes; at the end of input its questions raise EOFError."""

    def say(self, line: str = "") -> None:
        """Show a line."""

    def ask(self, question: str) -> str:
        """The line that answers a question."""

    def ask_secret(self, question: str) -> str:
        """The same, and nobody sees it."""


class Outside(Protocol):
    """What is tried on the way. Secrets that are given in the walk go into these calls and nowhere else."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Settings, secrets among them."""

    @property
    def folder(self) -> str:
        """The data folder, absolute; "" where the environment names a shared store."""

    @property
    def data(self) -> str | None:
        """The data folder as it was given on the command line."""

    def now(self) -> datetime:
        """The current instant."""

    def visit(self, url: str, token: str | None, organisation: str | None, repository: str | None) -> Visit:
        """Visit GitHub with a token, or with what the environment holds."""

    def ping(self, url: str, headers: Mapping[str, str], body: bytes) -> Echo:
        """Post a delivery to a server."""

    def sync(self, words: Sequence[str], token: str | None) -> int:
        """Run `sync github` with these arguments; answers its exit status."""


def safe(text: str) -> str:
    """Text of others for a terminal."""
    return printable(text)[:300]


def asked(terminal: Terminal, question: str, default: str = "") -> str:
    """An answer without blanks around it; Enter for the default."""
    return terminal.ask(f"{question}{f' (Enter for {default})' if default else ''}: ").strip() or default


def agreed(terminal: Terminal, question: str) -> bool:
    """Yes, which is what Enter says, or no."""
    while True:
        answer = terminal.ask(f"{question} [Y/n] ").strip().lower()
        if answer in YES + NO:
            return answer in YES
        terminal.say(f"{safe(answer)!r} is neither yes nor no.")
