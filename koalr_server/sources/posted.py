"""Records that a script posts itself, in the names of the import formats (records.py): one object, or an array of them (pure).

A body is the whole record. Of several with the same natural key the later one holds: that with the greater `updatedAt`, which is
the latest of its own times where it says none. Of two that are equally late the one that says the end holds.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from koalr_server.ingest.files.reading import row_of
from koalr_server.ingest.files.values import CellError
from koalr_server.records import Field, Kind
from koalr_server.sources.observation import Fields, Observation, Rows
from koalr_server.sources.rules import Rules
from koalr_server.sources.signatures import digest
from koalr_server.sources.values import key

LARGEST_ARRAY = 100
KEY_HEADER = "idempotency-key"
UPDATED_AT = "updatedAt"
# In the order in which they hold when they are equally late.
BEGUN, ENDED = "begun", "ended"
# Ids of records that the tools tell of themselves; two senders of one record would take it from each other.
TAKEN_PREFIXES = ("github:", "pagerduty:", "opsgenie:", "incident-io:")


@dataclass(slots=True)
class Posted:
    """A source whose senders are scripts; see `Source`.

    Args:
        kind: of the records. A body may hold `updatedAt` besides their fields.
        thing: kind of the things that are observed, one to a record.
        defaults: what a missing field means.
        natural_key: what tells one record from another.
        ended: whether a record says the end.
        times: the fields of which a body needs one.
        example: a call that works, for whoever leaves the time out.
    """

    name: str
    kind: Kind
    thing: str
    defaults: Mapping[str, str]
    natural_key: Callable[[Fields], list[Any]]
    ended: Callable[[Fields], bool]
    times: tuple[str, ...]
    example: str
    secret_setting: str | None = None

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
        """Nothing to do: the sender has shown an API key with the write scope."""

    def event(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002
        """There is one event."""
        return ""

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """A hash of the body, after the header Idempotency-Key of up to 200 characters where there is one.

        The header alone would not do: callers send begin and end of one deployment under one key, and both have to arrive.
        """
        return " ".join(filter(None, (key(headers.get(KEY_HEADER)), digest(body))))

    def check(self, body: Any) -> list[str]:  # noqa: ANN401 - JSON
        """A sentence for each item that cannot be taken: what is wrong first, what is allowed, what to do. Empty if all can."""
        items = _items(body)
        if not 1 <= len(items) <= LARGEST_ARRAY:
            return [
                f"The array holds {len(items)} {self.kind.name}; 1 to {LARGEST_ARRAY} are allowed. Send the rest in more calls."
            ]
        faults = []
        for number, item in enumerate(items, start=1):
            try:
                self._row(item)
            except CellError as error:
                faults.append(f"Item {number}: {error}" if isinstance(body, list) else str(error))
        return faults

    def observe(self, event: str, body: Any) -> list[Observation]:  # noqa: ANN401, ARG002 - JSON
        """The records of a body; an item that `check` complains of tells nothing."""
        told = []
        for item in _items(body):
            try:
                row = self._row(item)
            except CellError:
                continue
            facet = ENDED if self.ended(row) else BEGUN
            told.append(Observation(self.thing, json.dumps(self.natural_key(row)), facet, row[UPDATED_AT], row))
        return told

    def assemble(self, key: str, facets: Mapping[str, Fields], rules: Rules) -> Rows:  # noqa: ARG002 - an Assembler
        """The record of a thing: the later of what was told while it went on and of what was told of its end."""
        latest = max(facets, key=lambda facet: (facets[facet][UPDATED_AT], facet))
        return {self.kind.name: [{name: value for name, value in facets[latest].items() if name != UPDATED_AT}]}

    def _row(self, item: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """The fields of an item as JSON values, with `updatedAt`.

        Raises:
            CellError: it cannot be taken; the text says why.
        """
        if not isinstance(item, dict):
            raise CellError(f"should be a JSON object with {', '.join(field.name for field in self.kind.fields)}.")
        if all(item.get(name) is None for name in self.times):
            raise CellError(
                f"{self.times[-1]} is missing. The time of arrival cannot stand for it, because a call may be repeated later. "
                f"This works:\n{self.example}"
            )
        kind = Kind(self.kind.name, (*self.kind.fields, Field(UPDATED_AT, "instant")), self.kind.one_of)
        said = {name: value for name, value in item.items() if value is not None}
        row = {name: _json(value) for name, value in row_of(kind, {**self.defaults, **said}).items()}
        if (row["id"] or "").startswith(TAKEN_PREFIXES):
            raise CellError(
                f"id begins like those of a tool ({', '.join(TAKEN_PREFIXES)}), got {row['id']!r}; choose another one"
            )
        instants = [row[field.name] for field in self.kind.fields if field.type == "instant" and row[field.name]]
        return row | {UPDATED_AT: row[UPDATED_AT] or max(instants)}


def _items(body: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return body if isinstance(body, list) else [body]


def _json(value: Any) -> Any:  # noqa: ANN401 - what `row_of` answers
    return f"{value.isoformat()}Z" if isinstance(value, datetime) else value
