"""`backtest`: did forecasts hold."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from koalr_server.commands.progress import waiting
from koalr_server.errors import InputError
from koalr_server.settings import Settings
from koalr_server.store.gateway import open_access

Series = list[tuple[str, tuple[int, ...]]]


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("backtest", parents=[shared], help="how often past forecasts would have held, as JSON")
    parser.add_argument(
        "--throughput",
        metavar="FILE.csv",
        help="look at a file with the columns series, week and count instead of the store",
    )
    parser.add_argument("--plot", metavar="FILE.svg", help="draw nominal against actual coverage")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print JSON; the plot goes to standard error, and into a file if one is named."""
    # Imported here, because every other command would wait for it and not use it.
    from koalr_server.commands.coverage_plot import drawing, lines
    from koalr_server.forecast.report import report

    named = options.throughput
    series = from_file(Path(named)) if named else from_store(Settings.read(data_dir=options.data))
    # Of a store the first series is all the others together, or more.
    pool = None if named else [name for name, _ in series[:1]]
    with waiting("looking back"):
        found = report(series, pool)
    if options.plot:
        write(Path(options.plot), drawing(found))
    print(json.dumps(found, indent=2))
    print("\n".join(lines(found)), file=sys.stderr)
    return 0


def from_file(path: Path) -> Series:
    """Daily counts of each series of a file.

    Raises:
        InputError: it cannot be read.
    """
    from koalr_server.forecast.throughput import read_throughput

    try:
        # Encoding with a byte-order mark: spreadsheets write one.
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(read_throughput(stream, str(path)).items())
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it as CSV in UTF-8.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def from_store(settings: Settings) -> Series:
    """Daily counts of the organisation and of each team."""
    arguments = {"as_of": settings.as_of.isoformat() if settings.as_of else None}
    with open_access(settings.store, create=False) as store:
        found = store.call("throughput", arguments)["series"]
    return [(each["name"], tuple(each["finished"])) for each in found]


def write(path: Path, text: str) -> None:
    """Write a file, or say why not."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
