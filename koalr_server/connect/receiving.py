"""Webhooks of tools, and calls of any CI: how they are set up, and whether a server lets them in."""

from collections.abc import Iterator

from koalr_server.connect.ending import command
from koalr_server.connect.signing import signed
from koalr_server.connect.terminal import Outside, Terminal, asked, safe
from koalr_server.connect.webhooks import Webhook
from koalr_server.errors import InputError
from koalr_server.sources.deployments import DEPLOYMENTS
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.source import Refusal
from koalr_server.sync.github.address import base_url
from koalr_server.sync.ping import Echo

SERVER = "http://127.0.0.1:8501"
CI = "deployments"
CI_PAGES = ("DORA", "Deployments", "Value stream", "Weekly summary")
ACCEPTED, BAD_BODY, UNAUTHORISED, FORBIDDEN, NOT_FOUND, SAMPLE = 202, 400, 401, 403, 404, 409
WHEN_IT_DOES_NOT_FIT = (
    "A secret that does not fit shows as 401 in the tool, with the words `fits no secret that is known here`; one that is not set"
    " as 403."
)


def receive(terminal: Terminal, outside: Outside, webhook: Webhook, server: str) -> str:
    """Walk through a webhook; answers the setting of its secret."""
    for line in webhook_lines(webhook, server):
        terminal.say(line)
    setting = SOURCES[webhook.source].secret_setting or ""
    # While one secret takes over from another, the first one is the new one.
    secret = outside.environment.get(setting, "").partition(",")[0].strip()
    terminal.say(f"  {setting} is {'set' if secret else 'not set'} in this environment.")
    if not secret:
        secret = terminal.ask_secret(
            "Secret to sign a ping with, which is neither shown nor kept (Enter to do without): "
        ).strip()
    if secret:
        _try(terminal, outside, webhook.source, secret, server)
    terminal.say(f"  {WHEN_IT_DOES_NOT_FIT}")
    terminal.say(f"From then on these pages have figures: {', '.join(webhook.pages)}.")
    return setting


def receive_calls(terminal: Terminal, outside: Outside, server: str) -> None:
    """Walk through the calls of a CI or a script."""
    terminal.say("A key with the write scope says who calls; this prints one, once:")
    terminal.say(f"  {command('keys create --name ci --scope write', outside.data)}")
    terminal.say("At the end of the job that deploys, with the address of the server in SERVER and the key in KEY:")
    for line in DEPLOYMENTS.example.splitlines():
        terminal.say(f"  {line}")
    key = terminal.ask_secret("Key to try, which is neither shown nor kept (Enter to do without): ").strip()
    if key:
        _try(terminal, outside, CI, key, server)
    terminal.say(f"From then on these pages have figures: {', '.join(CI_PAGES)}.")


def server_address(terminal: Terminal) -> str:
    """The server that is to get deliveries; encrypted, or on this machine."""
    while True:
        address = asked(terminal, "Address of your server, as this machine reaches it", SERVER)
        try:
            return base_url(address)
        except InputError:
            terminal.say(
                "That is no address that a secret may be sent to; write https://HOST, or http://127.0.0.1:PORT."
            )


def webhook_lines(webhook: Webhook, server: str) -> Iterator[str]:
    """What to do in the tool."""
    yield f"  In {webhook.title}: {webhook.where}"
    yield f"  Who may: {webhook.right}"
    yield f"  Address: {server}/api/ingest/{webhook.source}, with the host under which the tool reaches it"
    yield f"  Events: {', '.join(webhook.events)}; more do no harm"
    yield f"  Secret: {webhook.secret}"
    yield f"  To see what was answered: {webhook.proof}"


def echo_line(source: str, echo: Echo, server: str) -> str:
    """What the answer to a ping means, and what to do."""
    said = f": {safe(echo.message)}" if echo.message else ""
    if echo.status is None:
        return f"No server answers at {server}. Start one, `make run` or `python -m koalr_server serve`, then run connect again."
    if echo.status == ACCEPTED:
        return "A signed ping was accepted (202). The secret fits."
    if source == CI and echo.status == BAD_BODY:
        return "The key may write: an empty list was read and nothing recorded (400)."
    if echo.status == UNAUTHORISED:
        return f"Refused (401){said} The server has another secret or key; this is what a wrong one looks like."
    if echo.status == FORBIDDEN:
        return f"Refused (403){said} Set it where the server runs, and start that anew."
    if echo.status == SAMPLE:
        return f"Not taken (409){said}"
    if echo.status == NOT_FOUND:
        return f"What answers at {server} is no server of ours, or an old one (404). Check the address."
    return f"The server answered {echo.status}{said} 202 was expected. Check the address and its log."


def _try(terminal: Terminal, outside: Outside, source: str, secret: str, server: str) -> None:
    try:
        headers, body = signed(source, secret, outside.now())
    except Refusal as refusal:
        terminal.say(f"  {refusal}")
        return
    echo = outside.ping(f"{server}/api/ingest/{source}", headers, body)
    terminal.say(f"  {echo_line(source, echo, server)}")
