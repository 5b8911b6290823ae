"""`keys create | list | rotate | revoke`."""

import argparse
import sys
from typing import Any

from koalr_server.keys import DEFAULT_REQUESTS_PER_MINUTE, SCOPES, new_key
from koalr_server.settings import Settings
from koalr_server.store.gateway import open_access

SECS_PER_HOUR = 3600
DEFAULT_GRACE_HOURS = 24
LONGEST_GRACE_HOURS = 24 * 90


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("keys", help="create, list, rotate and revoke API keys")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    creating = actions.add_parser("create", parents=[shared], help="print a new key on standard output, once")
    creating.add_argument("--name", required=True, help="who or what uses the key")
    creating.add_argument("--scope", action="append", choices=SCOPES, help="what it may do (default: read)")
    creating.add_argument("--team", action="append", default=[], metavar="ID", help="limit it to a team, by id or name")
    creating.add_argument(
        "--limit",
        type=_positive,
        default=DEFAULT_REQUESTS_PER_MINUTE,
        metavar="N",
        help="requests per minute (default: 60)",
    )
    creating.set_defaults(run=create)
    listing = actions.add_parser("list", parents=[shared], help="show keys without their secrets")
    listing.set_defaults(run=show)
    rotating = actions.add_parser(
        "rotate", parents=[shared], help="print a new key in the place of one, which keeps working for a while"
    )
    rotating.add_argument("key_id", metavar="ID")
    rotating.add_argument(
        "--grace",
        type=_hours,
        default=DEFAULT_GRACE_HOURS,
        metavar="HOURS",
        help=f"how long the old key still works (default: {DEFAULT_GRACE_HOURS}; 0: not at all)",
    )
    rotating.set_defaults(run=rotate)
    revoking = actions.add_parser("revoke", parents=[shared], help="refuse a key from now on")
    revoking.add_argument("key_id", metavar="ID")
    revoking.set_defaults(run=revoke)


def _positive(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000000")
    return int(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= LONGEST_GRACE_HOURS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of hours from 0 to {LONGEST_GRACE_HOURS}")
    return hours


def create(options: argparse.Namespace) -> int:
    """Print the key alone, so that a script can capture it."""
    key = new_key()
    arguments = {
        "key": key,
        "name": options.name,
        "scopes": options.scope or ["read"],
        "teams": options.team,
        "limit": options.limit,
    }
    with open_access(Settings.read(data_dir=options.data).store) as store:
        store.call("create_key", arguments)
    print(key)
    return 0


def show(options: argparse.Namespace) -> int:
    """One line per key."""
    with open_access(Settings.read(data_dir=options.data).store, create=False) as store:
        keys = store.call("list_keys", {})["keys"]
    for key in keys:
        teams = ",".join(key["team_ids"] or []) or "all teams"
        used = f"last used {key['last_used_at']}" if key["last_used_at"] else "never used"
        print(
            f"{key['key_id']}  …{key['hint']}  {','.join(key['scopes'])}  {key['requests_per_minute']}/min  "
            f"{teams}  {_state(key)}  {used}  {key['name']}"
        )
    if not keys:
        print("no keys; `python -m koalr_server keys create --name NAME` makes one")
    return 0


def _state(key: dict[str, Any]) -> str:
    if key["revoked_at"]:
        return f"revoked {key['revoked_at']}"
    if key["expired"]:
        return f"ended {key['expires_at']}"
    return f"works until {key['expires_at']}" if key["expires_at"] else "active"


def rotate(options: argparse.Namespace) -> int:
    """Print the new key alone; what becomes of the old one goes to standard error."""
    key = new_key()
    arguments = {"key_id": options.key_id, "key": key, "grace_secs": round(options.grace * SECS_PER_HOUR)}
    with open_access(Settings.read(data_dir=options.data).store, create=False) as store:
        answer = store.call("rotate_key", arguments)
    print(key)
    print(f"the old key works until {answer['old_works_until']}; the new one is {answer['key_id']}", file=sys.stderr)
    return 0


def revoke(options: argparse.Namespace) -> int:
    """Revoke by id."""
    with open_access(Settings.read(data_dir=options.data).store, create=False) as store:
        answer = store.call("revoke_key", {"key_id": options.key_id})
    print(f"revoked {answer['key_id']}")
    return 0
