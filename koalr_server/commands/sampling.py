"""`sample load`."""

import argparse
from typing import Any

from koalr_server.commands.importing import report_without_commit
from koalr_server.commands.progress import waiting
from koalr_server.settings import Settings
from koalr_server.store.gateway import Access, open_access

# What the summary counts, in its order; a kind this store has no place for is left out.
WORDS = {
    "deployments": "deployments",
    "pull_requests": "pull requests",
    "commits": "commits",
    "reviews": "reviews",
    "work_items": "work items",
    "copilot_seats": "Copilot seats",
    "copilot_user_days": "days of Copilot use",
    "repos": "repositories",
    "members": "team memberships",
    "teams": "teams",
}


def add_to(commands: Any, shared: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse has no public type for it
    """Declare the command."""
    parser = commands.add_parser("sample", help="load the sample organisation")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    loading = actions.add_parser("load", parents=[shared], help="load it into an empty data folder")
    loading.add_argument("--no-shift", action="store_true", help="keep the original dates, January to March 2025")
    loading.set_defaults(run=load)


def load(options: argparse.Namespace) -> int:
    """Load and say what came in."""
    with open_access(Settings.read(data_dir=options.data).store) as store, waiting("loading the sample"):
        counts, without_commit = load_into(store, shifted=not options.no_shift)
    print(
        "sample organisation: "
        + ", ".join(f"{counts[kind]:,} {word}" for kind, word in WORDS.items() if kind in counts)
    )
    report_without_commit(without_commit)
    return 0


def load_into(store: Access, shifted: bool) -> tuple[dict[str, int], list[str]]:
    """Load the sample; answers rows per kind, and the deployments whose commit nobody knows."""
    # Imported here, because every other command would wait for the simulation and not use it.
    from koalr_server.sample import EDITION, ENDS_AT, NOTICE, UNMOVED_NOTICE, sample_tables

    tables = sample_tables()
    arguments = {
        "shift": "weekly" if shifted else "none",
        "ends_at": ENDS_AT.isoformat(),
        "notice": NOTICE if shifted else UNMOVED_NOTICE,
        "edition": EDITION,
    }
    answer = store.call("load_sample", arguments, tables)
    return {kind: sum(count.values()) for kind, count in answer["counts"].items()}, answer["without_commit"]
