"""What keeps a lake quick: small changes become files, small files become large ones, and what nobody needs leaves."""

from koalr_server.store.engine import Cursor
from koalr_server.store.lake.attaching import ALIAS

# Whoever reads looks at one snapshot for as long as a query takes; files of older ones may go.
KEPT_MINUTES = 60
# Answers with times need a package that nothing else here does, so they are counted where they are.
OLD = f"older_than => now() - INTERVAL {KEPT_MINUTES} MINUTE"
STEPS = {
    "rows_flushed": ("coalesce(sum(rows_flushed), 0)", f"ducklake_flush_inlined_data('{ALIAS}')"),
    "files_rewritten": ("coalesce(sum(files_processed), 0)", f"ducklake_rewrite_data_files('{ALIAS}')"),
    "files_joined": ("coalesce(sum(files_processed), 0)", f"ducklake_merge_adjacent_files('{ALIAS}')"),
    "snapshots_forgotten": ("count(*)", f"ducklake_expire_snapshots('{ALIAS}', {OLD})"),
    "files_deleted": ("count(*)", f"ducklake_cleanup_old_files('{ALIAS}', {OLD})"),
}


def compact(cursor: Cursor) -> dict[str, int]:
    """Run every step, each a transaction of its own; answers how much each one did."""
    done = {}
    for name, (figure, call) in STEPS.items():
        # All rows, although it is one: a result that is not read to its end is never committed.
        ((number,),) = cursor.execute(f"SELECT {figure} FROM {call}").fetchall()  # noqa: S608 - text of this module
        done[name] = int(number)
    return done
