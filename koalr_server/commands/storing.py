"""`store compact`, `backup`, `restore` and `migrate`: a store as a whole."""

import argparse
from contextlib import closing
from pathlib import Path
from typing import Any

from koalr_server.commands.progress import waiting
from koalr_server.settings import STORE_URL, Settings, both_places
from koalr_server.store.gateway import open_access

URL_HELP = f"URL of the shared store; left out, {STORE_URL} has it, and no list of processes shows its password"


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the commands."""
    store = commands.add_parser("store", help="look after the store").add_subparsers(required=True, metavar="ACTION")
    parser = store.add_parser("compact", parents=[shared], help="tidy what many small writes left behind")
    parser.set_defaults(run=compact)

    parser = commands.add_parser(
        "backup", parents=[shared], help="write the whole store into a folder, while it is used"
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a new folder")
    parser.set_defaults(run=backup)

    parser = commands.add_parser("restore", parents=[shared], help="fill an empty store from a backup")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder of a backup")
    parser.set_defaults(run=restore)

    parser = commands.add_parser("migrate", parents=[shared], help="move a single-file store to a shared one, or back")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--to", metavar="URL", nargs="?", const="", help=URL_HELP)
    way.add_argument("--from", dest="origin", metavar="URL", nargs="?", const="", help=f"the other way; {URL_HELP}")
    parser.set_defaults(run=migrate)


def compact(options: argparse.Namespace) -> int:
    """Compact, and say what was done."""
    with open_access(Settings.read(data_dir=options.data).store) as store, waiting("compacting"):
        answer = store.call("compact", {})
    told = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in answer["done"].items())
    print(f"{answer['kind']}: {told}")
    return 0


def backup(options: argparse.Namespace) -> int:
    """Back up, by the server if it has the store open."""
    folder = options.folder.absolute()
    with open_access(Settings.read(data_dir=options.data).store, create=False) as store, waiting("backing up"):
        answer = store.call("backup", {"folder": str(folder)})
    print(f"{folder}: {answer['rows']:,} rows of {answer['tables']} tables")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Restore into the store of the settings, which has to be empty."""
    from koalr_server.store import keeping
    from koalr_server.store.database import Database

    place = Settings.read(data_dir=options.data).store
    with closing(Database.open(place, unfinished=True)) as database, waiting("restoring"):
        answer = keeping.restore(database, options.folder)
    print(f"{place}: {answer['rows']:,} rows of {answer['tables']} tables, as of {answer['made_at']}")
    return 0


def migrate(options: argparse.Namespace) -> int:
    """Copy table by table and compare; what is there already is not copied again."""
    from koalr_server.store.database import Database
    from koalr_server.store.moving import copy

    folder, shared = both_places(options.data, options.to or options.origin)
    source, target = (folder, shared) if options.origin is None else (shared, folder)
    with closing(Database.open(source)) as held, closing(Database.open(target, unfinished=True)) as empty:
        rows = copy(held, empty, _tell)
    print(f"{target}: {rows:,} rows, every table compared. {source} is as it was.")
    return 0


def _tell(table: str, rows: int, there: bool) -> None:
    print(f"{table:22} {rows:>12,}  {'was there' if there else 'copied and compared'}", flush=True)
