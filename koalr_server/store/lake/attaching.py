"""A connection with a lake attached, which may touch nothing but its catalogue and its Parquet files."""

from pathlib import Path

import duckdb

from koalr_server.errors import StoreError, StoreLockedError
from koalr_server.store.engine import Settings, first_line, with_threads
from koalr_server.store.lake.address import LakeAddress, PostgresCatalogue
from koalr_server.store.lake.extensions import load_extension, quoted
from koalr_server.store.lake.turns import ALIAS as TURNS
from koalr_server.store.lake.turns import OPENING, taken

ALIAS = "lake"
SECRET = "koalr_catalogue"  # noqa: S105 - a name
# Changes of up to so many rows go into the catalogue, not into a Parquet file each: every batch of deliveries does.
MOST_INLINED_ROWS = 1000
CONNECT_SECS = 5
# Nothing is loaded unasked.
SETTINGS: Settings = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


def attached(address: LakeAddress, scratch: str, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Open or create the lake of an address.

    Args:
        scratch: a folder for what does not fit into memory.
        threads: as of Database.open.

    Raises:
        StoreLockedError: the catalogue is a file that another process has open.
        StoreError: it cannot be used; the text says why, never with a secret.
    """
    connection = duckdb.connect(":memory:", config=with_threads({**SETTINGS, "temp_directory": scratch}, threads))
    try:
        _make_folders(address)
        for name in _extensions(address):
            load_extension(connection, name)
        for statement in _secrets(address):
            connection.execute(statement)
        _attach(connection, address)
        for statement in _limits(address):
            connection.execute(statement)
    except (duckdb.Error, OSError) as error:
        connection.close()
        raise _refused(address, error) from None
    except StoreError:
        connection.close()
        raise
    return connection


def _make_folders(address: LakeAddress) -> None:
    for folder in (address.folder, None if address.bucket else Path(address.data)):
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def _extensions(address: LakeAddress) -> list[str]:
    postgres = ["postgres_scanner"] if isinstance(address.catalogue, PostgresCatalogue) else []
    return ["ducklake", *postgres, *(["httpfs"] if address.bucket else [])]


def _secrets(address: LakeAddress) -> list[str]:
    """Secrets of this connection alone; the engine shows them to nobody."""
    catalogue, s3 = address.catalogue, address.s3
    statements = []
    if isinstance(catalogue, PostgresCatalogue):
        parts = {"HOST": catalogue.host, "DATABASE": catalogue.database, "USER": catalogue.user}
        parts |= {"PASSWORD": catalogue.password} if catalogue.password else {}
        statements.append(_secret(SECRET, "postgres", parts | {"PORT": str(catalogue.port)}))
    if address.bucket:
        parts = {"KEY_ID": s3.key_id, "SECRET": s3.secret, "REGION": s3.region, "ENDPOINT": s3.endpoint}
        parts = {name: value for name, value in parts.items() if value}
        # Servers of one's own seldom have a name per bucket.
        parts |= {"URL_STYLE": "path", "USE_SSL": str(s3.encrypted).lower()} if s3.endpoint else {}
        statements.append(_secret("koalr_bucket", "s3", parts))
    return statements


def _secret(name: str, kind: str, parts: dict[str, str]) -> str:
    told = "".join(f", {part} {quoted(value)}" for part, value in parts.items())
    return f"CREATE TEMPORARY SECRET {name} (TYPE {kind}{told})"


def _attach(connection: duckdb.DuckDBPyConnection, address: LakeAddress) -> None:
    options = f"DATA_PATH {quoted(address.data)}, DATA_INLINING_ROW_LIMIT {MOST_INLINED_ROWS}"
    if isinstance(address.catalogue, Path):
        connection.execute(f"ATTACH {quoted(f'ducklake:{address.catalogue}')} AS {ALIAS} ({options})")
        return
    server = f"connect_timeout={CONNECT_SECS} application_name=koalr"
    connection.execute(f"ATTACH {quoted(server)} AS {TURNS} (TYPE postgres, SECRET {quoted(SECRET)})")
    # Two that find no lake yet would both make one.
    with taken(connection, OPENING):
        lake = quoted(f"ducklake:postgres:{server}")
        connection.execute(f"ATTACH {lake} AS {ALIAS} ({options}, META_SECRET {quoted(SECRET)})")


def _limits(address: LakeAddress) -> list[str]:
    """From here on no other file, extension or setting."""
    return [
        f"SET allowed_directories = [{quoted(address.data)}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ]


def _refused(address: LakeAddress, error: Exception) -> StoreError:
    told = address.without_secrets(" ".join(str(error).split())).rstrip(".")
    if isinstance(address.catalogue, Path) and "lock" in told.lower():
        return StoreLockedError(
            f"The catalogue {address.catalogue} is in use by another process; wait for it to end, or share one in PostgreSQL."
        )
    if isinstance(address.catalogue, PostgresCatalogue) and "connect to Postgres" in told:
        return StoreError(
            f"The catalogue {address.catalogue} cannot be reached: {told.rpartition('failed: ')[2]}. "
            "Check that PostgreSQL runs, and the host, database, user and password of KOALR_STORE_URL."
        )
    return StoreError(f"Cannot open the store {address}: {first_line(Exception(told))}.")


def is_lake(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether a store's cursor looks into a lake."""
    return cursor.execute("SELECT current_database()").fetchall() == [(ALIAS,)]
