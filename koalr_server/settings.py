"""Settings: the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from koalr_server.errors import InputError
from koalr_server.risk.floors import DEFAULT_FLOORS, Floors
from koalr_server.sources.registry import SOURCES
from koalr_server.sources.rules import Rules
from koalr_server.store.lake.address import LakeAddress, Place, read_address, s3_access

DEFAULT_DATA_DIR = ".koalr"
STORE_URL = "KOALR_STORE_URL"
COPILOT_MINUTES_PER_LINE = "KOALR_COPILOT_MINUTES_PER_LINE"
# An assumption, argued in docs/METRICS.md: a line of 40 characters, typed at 200 characters a minute.
DEFAULT_COPILOT_MINUTES_PER_LINE = 0.2
MOST_MINUTES_PER_LINE = 60
RISK_FLOORS = {
    "schema_migration": "KOALR_RISK_FLOOR_SCHEMA_MIGRATION",
    "open_incident": "KOALR_RISK_FLOOR_OPEN_INCIDENT",
    "failed_checks": "KOALR_RISK_FLOOR_FAILED_CHECKS",
}
HIGHEST_FLOOR = 100
RULES = {
    "production_environments": "KOALR_PRODUCTION_ENVIRONMENTS",
    "deploy_workflows": "KOALR_DEPLOY_WORKFLOWS",
    "deploy_releases": "KOALR_DEPLOY_RELEASES",
    "incident_labels": "KOALR_INCIDENT_LABELS",
    "started_states": "KOALR_STARTED_STATES",
    "done_states": "KOALR_DONE_STATES",
}
RAW_DAYS = "KOALR_RAW_DAYS"
CACHE_URL = "KOALR_CACHE_URL"
ENGINE_THREADS = "KOALR_ENGINE_THREADS"
DEFAULT_RAW_DAYS = 90
MOST_RAW_DAYS = 3650
MOST_ENGINE_THREADS = 256


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data are, what "now" is, what an accepted line of Copilot is taken to save, least risk scores, what tools may send.

    `KOALR_DATA_DIR` names the data folder (default `.koalr`), `KOALR_STORE_URL` a shared store in its place
    (store/lake/address.py), `KOALR_AS_OF` freezes now (ISO 8601),
    `KOALR_COPILOT_MINUTES_PER_LINE` is minutes over 0 and up to 60 (default 0.2), and the three of RISK_FLOORS are whole
    numbers from 0, which switches one off, to 100 (risk/floors.py has the defaults). The settings of RULES are names with `*`
    and `?`, separated by commas (sources/rules.py), `KOALR_RAW_DAYS` is for how many whole days raw deliveries are kept
    (1 to 3650, default 90), `KOALR_ENGINE_THREADS` is how many threads a server's engine has (1 to 256, default one for each
    core), the secrets of tools are those of sources/registry.py, several separated by commas, and
    `KOALR_CACHE_URL` names the Redis in which replicas of `serve` count requests together (default none).
    """

    store: Place
    as_of: datetime | None = None
    copilot_minutes_per_line: float = DEFAULT_COPILOT_MINUTES_PER_LINE
    risk_floors: Floors = DEFAULT_FLOORS
    rules: Rules = field(default_factory=Rules)
    raw_days: int = DEFAULT_RAW_DAYS
    engine_threads: int | None = None
    webhook_secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    cache_url: str = field(default="", repr=False)

    @classmethod
    def read(
        cls, environment: Mapping[str, str] | None = None, data_dir: str | None = None, as_of: str | None = None
    ) -> "Settings":
        """Settings from command line values, which win, and the environment.

        Raises:
            InputError: a value cannot be used; the text names it and what is allowed.
        """
        values = os.environ if environment is None else environment
        moment = as_of or values.get("KOALR_AS_OF")
        minutes, threads = values.get(COPILOT_MINUTES_PER_LINE), values.get(ENGINE_THREADS)
        floors = {
            name: parse_whole(variable, values[variable], 0, HIGHEST_FLOOR)
            for name, variable in RISK_FLOORS.items()
            if values.get(variable)
        }
        return cls(
            parse_place(data_dir, values),
            parse_instant(moment) if moment else None,
            parse_minutes_per_line(minutes) if minutes else DEFAULT_COPILOT_MINUTES_PER_LINE,
            Floors(**floors),
            Rules(**{name: names(values[variable]) for name, variable in RULES.items() if variable in values}),
            parse_whole(RAW_DAYS, values[RAW_DAYS], 1, MOST_RAW_DAYS) if values.get(RAW_DAYS) else DEFAULT_RAW_DAYS,
            parse_whole(ENGINE_THREADS, threads, 1, MOST_ENGINE_THREADS) if threads else None,
            {
                source.name: told
                for source in SOURCES.values()
                if source.secret_setting and (told := names(values.get(source.secret_setting, "")))
            },
            values.get(CACHE_URL, ""),
        )


def parse_place(data_dir: str | None, values: Mapping[str, str]) -> Place:
    """The data folder of a command line, else the shared store of the environment, else its data folder.

    Raises:
        InputError: the URL of the shared store cannot be used.
    """
    if not data_dir and (url := values.get(STORE_URL)):
        return read_address(url, s3_access(values))
    return _folder(data_dir, values)


def both_places(
    data_dir: str | None, store_url: str | None, environment: Mapping[str, str] | None = None
) -> tuple[Path, LakeAddress]:
    """The data folder and the shared store, for moving from one to the other; what a command line says wins.

    Raises:
        InputError: nothing names a shared store, or its URL cannot be used.
    """
    values = os.environ if environment is None else environment
    url = store_url or values.get(STORE_URL)
    if not url:
        raise InputError(f"Nothing names the shared store: give its URL, or set {STORE_URL}.")
    return _folder(data_dir, values), read_address(url, s3_access(values))


def _folder(data_dir: str | None, values: Mapping[str, str]) -> Path:
    return Path(data_dir or values.get("KOALR_DATA_DIR") or DEFAULT_DATA_DIR).expanduser()


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


def parse_minutes_per_line(text: str) -> float:
    """Minutes saved per accepted line.

    Raises:
        InputError: the text is no number over 0 and up to 60.
    """
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    # Written so that "nan" fails it too.
    if not 0 < minutes <= MOST_MINUTES_PER_LINE:
        raise InputError(
            f"{COPILOT_MINUTES_PER_LINE} is {text!r}; it should be minutes over 0 and up to {MOST_MINUTES_PER_LINE}, "
            f"such as {DEFAULT_COPILOT_MINUTES_PER_LINE}. Correct it, or unset it for that default."
        )
    return minutes


def names(text: str) -> tuple[str, ...]:
    """What a setting of several parts lists."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def parse_whole(variable: str, text: str, least: int, most: int) -> int:
    """The whole number of a setting.

    Raises:
        InputError: the text is none of `least` to `most`.
    """
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not least <= int(text) <= most:
        raise InputError(
            f"{variable} is {text[:80]!r}; it should be a whole number from {least} to {most}. Correct it, or unset it for the default."
        )
    return int(text)
