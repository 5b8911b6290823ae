"""The walk from the choice of sources to the lines that are to be kept."""

from collections.abc import Mapping, Sequence

from koalr_server.connect.ending import ending
from koalr_server.connect.reading import read_github
from koalr_server.connect.receiving import CI, receive, receive_calls, server_address
from koalr_server.connect.terminal import Outside, Terminal, safe
from koalr_server.connect.webhooks import WEBHOOKS

SYNC = "sync"
SOURCES: Mapping[str, str] = {
    SYNC: "GitHub, read over its API: what was and what is new",
    "github": "GitHub, by webhook: what happens, within seconds",
    "pagerduty": "PagerDuty, by webhook",
    "opsgenie": "Opsgenie, by webhook",
    "incident-io": "incident.io, by webhook",
    CI: "any CI or script, by a call",
}
WELCOME = (
    "This walks through connecting the tools that figures come from. Secrets are neither shown nor kept, and it can be left at any"
    " time. Which sources?"
)


def walk(terminal: Terminal, outside: Outside) -> None:
    """Ask, try, tell.

    Raises:
        EOFError: the input has ended.
    """
    chosen = _choose(terminal)
    sync: Sequence[str] = ()
    credentials: Sequence[str] = ()
    if SYNC in chosen:
        _head(terminal, SYNC)
        sync, credentials = read_github(terminal, outside)
    received = [source for source in chosen if source != SYNC]
    secrets = []
    if received:
        terminal.say()
        server = server_address(terminal)
        for source in received:
            _head(terminal, source)
            if source == CI:
                receive_calls(terminal, outside, server)
            else:
                secrets.append(receive(terminal, outside, WEBHOOKS[source], server))
    terminal.say()
    for line in ending(sync, credentials, secrets, outside.folder, outside.data):
        terminal.say(line)


def choice(text: str) -> Sequence[str] | None:
    """The sources that numbers name, in the order of SOURCES; all of them, the first for nothing; None for anything else."""
    words = text.replace(",", " ").split() or ["1"]
    names = list(SOURCES)
    if words == ["all"]:
        return names
    numbers = {str(number): name for number, name in enumerate(names, 1)}
    if not all(word in numbers for word in words):
        return None
    return [name for number, name in numbers.items() if number in words]


def _choose(terminal: Terminal) -> Sequence[str]:
    terminal.say(WELCOME)
    for number, title in enumerate(SOURCES.values(), 1):
        terminal.say(f"  {number}  {title}")
    while True:
        text = terminal.ask("Numbers with commas, or all (Enter for 1): ")
        chosen = choice(text)
        if chosen is not None:
            return chosen
        terminal.say(f"{safe(text.strip())!r} is no choice; write numbers from 1 to {len(SOURCES)}, such as 1,3.")


def _head(terminal: Terminal, source: str) -> None:
    terminal.say()
    terminal.say(SOURCES[source])
