"""What a walk leaves to be kept: lines for files of settings and for systemd, and the command that looks after it (pure).

docs/SOURCES.md has the same units; a test compares them.
"""

import shlex
from collections.abc import Iterator, Sequence

from koalr_server.diagnosis.lacks import PROGRAM

SYNC_FILE = "/etc/koalr/github.env"
SERVER_FILE = "/etc/koalr-dashboard/settings"
PLACEHOLDER = "<secret>"


def ending(
    sync: Sequence[str], credentials: Sequence[str], secrets: Sequence[str], folder: str, data: str | None
) -> Iterator[str]:
    """The last page.

    Args:
        sync: arguments of `sync github`; empty where it was not chosen.
        credentials: settings that the sync reads.
        secrets: settings that the server reads.
        folder: the data folder, absolute; "" where the environment names a shared store.
        data: --data as it was given.
    """
    if sync:
        yield f"# {SYNC_FILE}, mode 0600; put the secrets in yourself"
        yield from (f"{name}={PLACEHOLDER}" for name in credentials)
        yield ""
        yield from unit(sync, folder)
        yield ""
        yield "sudo systemctl enable --now koalr-github.timer"
        yield ""
    if secrets:
        yield f"# {SERVER_FILE}, mode 0600: the EnvironmentFile of the unit that runs the server; start that anew then"
        yield from (f"{name}={PLACEHOLDER}" for name in secrets)
        yield ""
    yield "What has arrived, what is lacking, and what to do about it:"
    yield f"  {command('doctor', data)}"


def command(words: str, data: str | None) -> str:
    """A command of this program, on the data folder that was given."""
    return f"{PROGRAM} {words}" + (f" --data {shlex.quote(data)}" if data else "")


def unit(sync: Sequence[str], folder: str) -> Iterator[str]:
    """A service and a timer that sync every quarter of an hour; /opt/koalr stands for where this project lies."""
    # systemd takes a percent sign for the beginning of a specifier.
    arguments = shlex.join([*sync, *(("--data", folder) if folder else ())]).replace("%", "%%")
    yield "# /etc/systemd/system/koalr-github.service"
    yield "[Service]"
    yield "Type=oneshot"
    yield "User=koalr"
    yield "WorkingDirectory=/opt/koalr"
    yield f"EnvironmentFile={SYNC_FILE}"
    yield f"ExecStart=/opt/koalr/.venv/bin/python -m koalr_server sync github {arguments}"
    yield "# 1 is incomplete, which the next run makes good."
    yield "SuccessExitStatus=1"
    yield ""
    yield "# /etc/systemd/system/koalr-github.timer"
    yield "[Timer]"
    yield "OnBootSec=2min"
    yield "OnUnitInactiveSec=15min"
    yield ""
    yield "[Install]"
    yield "WantedBy=timers.target"
