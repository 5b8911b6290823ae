"""Loads DuckDB's extensions out of their Python packages: nothing is fetched from a host of extensions."""

from importlib.util import find_spec
from pathlib import Path

import duckdb

from koalr_server.errors import StoreError

INSTALL = "python -m pip install -r requirements-shared.txt"


def load_extension(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension of this engine's own version; the engine checks its signature.

    Raises:
        StoreError: its package is not installed, or is for another version of the engine.
    """
    package = f"duckdb_extension_{name}"
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise StoreError(f"A shared store needs the package {package.replace('_', '-')}; install it with `{INSTALL}`.")
    version = f"v{duckdb.__version__}"
    path = Path(found.submodule_search_locations[0]) / "extensions" / version / f"{name}.duckdb_extension"
    if not path.is_file():
        raise StoreError(
            f"The package {package.replace('_', '-')} is not for DuckDB {duckdb.__version__}; both have one version: `{INSTALL}`."
        )
    connection.execute(f"LOAD {quoted(str(path))}")


def quoted(text: str) -> str:
    """A literal of SQL, where the grammar takes no parameter."""
    return "'" + text.replace("'", "''") + "'"
