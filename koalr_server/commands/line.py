"""Reads the command line and turns every expected failure into one sentence and a status."""

import argparse
import sys
from collections.abc import Sequence

from koalr_server.commands import (
    backtesting,
    connecting,
    doctor,
    importing,
    ingesting,
    keys,
    metrics,
    reprocessing,
    risk,
    sampling,
    serving,
    storing,
    syncing,
)
from koalr_server.errors import ServerError
from koalr_server.texts import printable_lines

PROGRAM = "python -m koalr_server"
FAILED = 1
INTERRUPTED = 130


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; docs/OPERATIONS.md lists the same commands."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--data", metavar="DIR", help="data folder (default: KOALR_DATA_DIR or .koalr)")
    parser = argparse.ArgumentParser(prog=PROGRAM, description="The Koalr API on your own data.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (
        serving,
        connecting,
        ingesting,
        syncing,
        importing,
        reprocessing,
        sampling,
        keys,
        metrics,
        doctor,
        backtesting,
        risk,
        storing,
    ):
        module.add_to(commands, shared)
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one command; the answer is the process's exit status."""
    options = build_parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except ServerError as error:
        print(f"error: {printable_lines(str(error))}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted; the store is as it was before this command", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return FAILED
    return status
