"""Raw deliveries as the table that the store's `accept` takes."""

from collections.abc import Iterable

import pyarrow as pa

from koalr_server.sources.observation import Delivery

SCHEMA = pa.schema(
    [("source", pa.string()), ("event", pa.string()), ("key", pa.string()), ("body", pa.large_binary())],
)


def table_of(deliveries: Iterable[Delivery]) -> pa.Table:
    """A row per delivery, in their order."""
    return pa.Table.from_pylist(
        [{name: getattr(each, name) for name in SCHEMA.names} for each in deliveries],
        SCHEMA,
    )
