"""Which version of the readers has read the deliveries of a store."""

import duckdb

from koalr_server.errors import ConflictError
from koalr_server.sources.registry import READERS
from koalr_server.store.merging import count
from koalr_server.store.operations import set_meta

Cursor = duckdb.DuckDBPyConnection

NAME = "source_readers"


def read_by_earlier(cursor: Cursor) -> bool:
    """Whether earlier readers than this version's read the deliveries; so it is where nobody noted it.

    Raises:
        ConflictError: later ones did. What this version tells beside them would not fit what they told.
    """
    held = count(cursor, "SELECT value::BIGINT FROM meta WHERE name = ?", [NAME])
    if held > READERS:
        raise ConflictError(
            f"A newer version of the server reads the deliveries of this store (readers {held}, here {READERS}). They are kept "
            "until one of it reads them: update this one. To go back for good, stop the newer ones and run `reprocess` with this one."
        )
    return held < READERS


def note_readers(cursor: Cursor) -> None:
    """From now on this version's readers have read the deliveries."""
    set_meta(cursor, NAME, str(READERS))
