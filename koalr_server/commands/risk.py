"""`risk …`: what the risk score is made of, and what it is worth."""

import argparse
from typing import Any

from koalr_server.commands import change_features, risk_evaluation

ACTIONS = (change_features, risk_evaluation)


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command; each action declares itself."""
    parser = commands.add_parser("risk", help="change metrics of a repository, and what models make of them")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for module in ACTIONS:
        module.add_to(actions, shared)
