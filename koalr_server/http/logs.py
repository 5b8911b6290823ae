"""Log records as lines of JSON on standard error: one line each, whatever is in them."""

import json
import logging
from datetime import UTC, datetime

FIELDS = "fields"
"""Attribute of a record that holds what happened, field by field."""


class JsonLines(logging.Formatter):
    """A record as one line: time (ISO 8601 UTC), level, message, and its fields. Line ends inside a value are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        return json.dumps(line | getattr(record, FIELDS, {}))


def log_to_standard_error(requests: bool) -> None:
    """Write failures of the server there, and every request if asked."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name, level in (
        ("koalr_server", logging.WARNING),
        ("koalr_server.access", logging.INFO if requests else logging.ERROR),
    ):
        logging.getLogger(name).setLevel(level)
    logging.getLogger("koalr_server").addHandler(handler)
