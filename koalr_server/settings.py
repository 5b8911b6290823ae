"""Settings: the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from koalr_server.errors import InputError

DEFAULT_DATA_DIR = ".koalr"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data are and what "now" is.

    `KOALR_DATA_DIR` names the data folder (default `.koalr`), `KOALR_AS_OF` freezes now (ISO 8601).
    """

    data_dir: Path
    as_of: datetime | None = None

    @classmethod
    def read(
        cls, environment: Mapping[str, str] | None = None, data_dir: str | None = None, as_of: str | None = None
    ) -> "Settings":
        """Settings from command line values, which win, and the environment."""
        values = os.environ if environment is None else environment
        folder = data_dir or values.get("KOALR_DATA_DIR") or DEFAULT_DATA_DIR
        moment = as_of or values.get("KOALR_AS_OF")
        return cls(Path(folder).expanduser(), parse_instant(moment) if moment else None)


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant; without a zone it is UTC.

    Raises:
        InputError: the text is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a time; write it like 2025-03-31T23:59:59Z.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
