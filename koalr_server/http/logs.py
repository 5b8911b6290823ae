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
    """Write there what fails, here or in the HTTP server below, and every request if asked."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("koalr_server", "uvicorn"):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("koalr_server.access").setLevel(logging.INFO if requests else logging.WARNING)
