"""`reprocess`: read the raw bodies that are kept once more."""

import argparse
from typing import Any

from koalr_server.commands.progress import waiting
from koalr_server.settings import Settings
from koalr_server.store.gateway import open_access


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser(
        "reprocess", parents=[shared], help="read all kept deliveries of other tools once more"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Say how many there were."""
    with open_access(Settings.read(data_dir=options.data).store) as store, waiting("reading"):
        answer = store.call("reprocess", {})
    print(f"{answer['read']:,} deliveries read once more")
    return 0
