"""`risk features`: what pull request risk is learnt from."""

import argparse
from typing import Any

from koalr_server.commands import change_features


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the commands."""
    parser = commands.add_parser("risk", help="change metrics of a repository")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    change_features.add_to(actions, shared)
