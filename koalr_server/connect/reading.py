"""GitHub, read over its API: permissions, a visit, the first sync."""

import shlex
from collections.abc import Iterator, Mapping, Sequence

from koalr_server.connect.terminal import Outside, Terminal, agreed, asked, safe
from koalr_server.errors import InputError
from koalr_server.sync.github.address import GITHUB, base_url
from koalr_server.sync.github.credentials import APP, APP_ID, TOKENS
from koalr_server.sync.github.naming import is_full_name, is_login
from koalr_server.sync.github.permissions import PERMISSIONS
from koalr_server.sync.github.visit import Visit

# Only organisations have it.
COPILOT = "Copilot"
PAGES = (
    *("Overview", "DORA", "Flow", "Value stream", "Forecast", "Reviews", COPILOT, "PR risk"),
    *("Deployments", "Pull requests", "Weekly summary"),
)
INTERRUPTED = 130
SYNCED = {
    0: "All of it came.",
    1: "Something is incomplete, as the summary says; the next run reads it.",
}
NOT_SYNCED = "Nothing could be read; mend what the sentence above says, then run the command again."


def read_github(terminal: Terminal, outside: Outside) -> tuple[Sequence[str], Sequence[str]]:
    """Walk through it; answers the arguments of `sync github`, and the settings that hold its credentials."""
    place = _place(terminal)
    organisation, repository = (None, place) if "/" in place else (place, None)
    terminal.say("Give a token, or a GitHub App for a whole company, these permissions. All are read only.")
    for line in permission_lines(organisation is not None):
        terminal.say(line)
    terminal.say()
    url = _address(terminal)
    words = [*(("--org", place) if organisation else ("--repo", place)), *(() if url == GITHUB else ("--url", url))]
    names = given(outside.environment)
    token = None if names else _token(terminal)
    if names or token:
        found = outside.visit(url, token, organisation, repository)
        for line in visit_lines(found):
            terminal.say(line)
        terminal.say()
        if found.fault is None and agreed(terminal, f"Run `sync github {shlex.join(words)}` now? It may take a while."):
            _sync(terminal, outside, words, token)
    pages = [page for page in PAGES if organisation or page != COPILOT]
    terminal.say(f"After the sync these pages have figures: {', '.join(pages)}.")
    return words, names or TOKENS[:1]


def permission_lines(organisation: bool) -> Iterator[str]:
    """What to give, a line for each resource; those of an organisation only for one."""
    for each in PERMISSIONS:
        if organisation or not each.of_organisation:
            yield f"  {each.resource}"
            yield f"      {each.fine_grained} (classic token: {each.classic}); for {each.feeds}"


def visit_lines(found: Visit) -> Iterator[str]:
    """What a visit found, in words."""
    if found.fault is not None:
        yield safe(found.fault)
        return
    yield (
        f"GitHub knows you as {safe(found.login)}."
        if found.login
        else "GitHub takes the credentials; no account is behind them."
    )
    if found.requests_left is not None:
        of = f" of {found.requests_an_hour:,}" if found.requests_an_hour is not None else ""
        yield f"{found.requests_left:,}{of} requests are left in this hour."
    if found.repository:
        yield f"Asked about {safe(found.repository)}:"
    for each in found.tried:
        if each.fault is None:
            yield f"  yes  {each.permission.resource}"
        else:
            yield f"  no   {each.permission.resource}: {safe(each.fault)}. It needs {each.permission.fine_grained}."
    if any(each.fault for each in found.tried):
        yield "What is not open is left out of a sync and named in its summary; the rest goes on."


def given(environment: Mapping[str, str]) -> Sequence[str]:
    """The settings that hold credentials here: a token's, or the App's three; none without any."""
    tokens = [name for name in TOKENS if environment.get(name, "").strip()]
    if tokens:
        return tokens[:1]
    return APP if environment.get(APP_ID, "").strip() else ()


def _place(terminal: Terminal) -> str:
    while True:
        place = asked(terminal, "An organisation, or one repository as OWNER/NAME")
        if is_login(place) or is_full_name(place):
            return place
        terminal.say(f"{safe(place)!r} is neither; write acme, or acme/api.")


def _address(terminal: Terminal) -> str:
    while True:
        try:
            return base_url(asked(terminal, "Address of the API, https://HOST/api/v3 of an Enterprise server", GITHUB))
        except InputError:
            terminal.say(
                "That is no address that a token may be sent to; write https://api.github.com or https://HOST/api/v3."
            )


def _token(terminal: Terminal) -> str | None:
    while True:
        token = terminal.ask_secret(
            f"Token, which is neither shown nor kept (none in {', '.join(TOKENS)}; Enter to do it later): "
        ).strip()
        if token.isascii() and token.isprintable() and " " not in token:
            return token or None
        terminal.say("It holds blanks or characters that no token has; paste the token alone.")


def _sync(terminal: Terminal, outside: Outside, words: Sequence[str], token: str | None) -> None:
    status = outside.sync(words, token)
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    terminal.say(SYNCED.get(status, NOT_SYNCED))
