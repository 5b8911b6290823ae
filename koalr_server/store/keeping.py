"""Backups: a folder with a Parquet file per table and a list of them, the same for every kind of store."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from koalr_server.errors import ConflictError, InputError
from koalr_server.store.database import SCHEMA_VERSION, Database
from koalr_server.store.engine import Cursor
from koalr_server.store.moving import Mark, batches, claim_target, finish, mark, tables, take_in

LIST = "backup.json"
FORMAT = 1


def backup(database: Database, arguments: Mapping[str, Any], _tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """Write one state of the whole store while it is used. Arguments: folder (absolute, new or empty). Answers {"rows", "tables"}.

    The folder appears when everything is in it and on the disk.

    Raises:
        ConflictError: the folder holds something.
    """
    folder = Path(arguments["folder"])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(f"{folder} is not empty; name a new folder for the backup.")
    unready = folder.with_name(f".{folder.name}.unready")
    shutil.rmtree(unready, ignore_errors=True)
    try:
        # Its keys are hashed and its secrets are none, but whose pull requests these are concerns nobody else.
        unready.mkdir(parents=True, mode=0o700)
        listed = database.read(lambda cursor: {table: _write(cursor, table, unready) for table in tables(cursor)})
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {"format": FORMAT, "layout": SCHEMA_VERSION, "made_at": now, "store": database.kind, "tables": listed}
        _sync(unready / LIST, json.dumps(told, indent=1).encode())
        if folder.exists():
            folder.rmdir()
        unready.rename(folder)
    except OSError as error:
        raise InputError(f"Cannot write the backup to {folder}: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(unready, ignore_errors=True)
    return {"rows": sum(each["rows"] for each in listed.values()), "tables": len(listed)}


def _write(cursor: Cursor, table: str, folder: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    told = asdict(mark(cursor, table))
    path = folder / f"{table}.parquet"
    rows = batches(cursor, table)
    with pq.ParquetWriter(path, rows.schema, compression="zstd") as writer:
        for batch in rows:
            writer.write_batch(batch)
    return {**told, "sha256": _digest(path, flush=True)}


def _sync(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _digest(path: Path, flush: bool = False) -> str:
    with path.open("rb") as file:
        if flush:
            os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(database: Database, folder: Path) -> dict[str, Any]:
    """Fill an empty store from a backup. Answers {"rows", "tables", "made_at"}; run again after an interruption it goes on.

    Raises:
        InputError: the folder is no backup, is damaged, or is of another layout.
        ConflictError: the store holds something.
    """
    told = _read_list(folder)
    for table, each in told["tables"].items():
        path = folder / f"{table}.parquet"
        if not path.is_file() or _digest(path) != each["sha256"]:
            raise InputError(f"{path} is missing or damaged; restore another backup.")
    claim_target(database)
    for table, each in told["tables"].items():
        expected = Mark(each["rows"], each["summed"], each["folded"])
        database.write(lambda cursor, table=table, expected=expected: _fill(cursor, table, folder, expected))  # type: ignore[misc]
    finish(database)
    rows = sum(each["rows"] for each in told["tables"].values())
    return {"rows": rows, "tables": len(told["tables"]), "made_at": told["made_at"]}


def _fill(cursor: Cursor, table: str, folder: Path, expected: Mark) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(folder / f"{table}.parquet") as file:
        rows = pa.RecordBatchReader.from_batches(file.schema_arrow, file.iter_batches())
        take_in(cursor, table, rows, expected)


def _read_list(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / LIST).read_bytes())
        layout, known = told["layout"], told["format"] == FORMAT and isinstance(told["tables"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder} is no backup: it has no {LIST} that can be read.") from None
    if not known or layout != SCHEMA_VERSION:
        raise InputError(
            f"The backup {folder} has layout {layout}, this version reads {SCHEMA_VERSION}; "
            "restore it with the version that made it, then open the store with this one."
        )
    found: dict[str, Any] = told
    return found
