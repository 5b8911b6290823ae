"""Settings from the environment: what is allowed, and the sentence for what is not."""

from contextlib import closing
from pathlib import Path

import pytest

from koalr_server.errors import InputError
from koalr_server.risk.floors import Floors
from koalr_server.settings import DEFAULT_COPILOT_MINUTES_PER_LINE, Settings
from koalr_server.store.gateway import open_owned


@pytest.mark.parametrize(
    ("text", "minutes"), [("", DEFAULT_COPILOT_MINUTES_PER_LINE), ("0.5", 0.5), ("60", 60.0), (" 1 ", 1.0)]
)
def test_minutes_per_line_are_read(text: str, minutes: float) -> None:
    assert Settings.read({"KOALR_COPILOT_MINUTES_PER_LINE": text}).copilot_minutes_per_line == minutes


@pytest.mark.parametrize("text", ["much", "0", "-1", "61", "nan", "inf", "1,5"])
def test_wrong_minutes_per_line_are_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Settings.read({"KOALR_COPILOT_MINUTES_PER_LINE": text})
    assert str(caught.value) == (
        f"KOALR_COPILOT_MINUTES_PER_LINE is {text!r}; it should be minutes over 0 and up to 60, such as 0.2. "
        "Correct it, or unset it for that default."
    )


def test_risk_floors_are_read_and_keep_their_defaults() -> None:
    assert Settings.read({}).risk_floors == Floors(schema_migration=70, open_incident=70, failed_checks=80)
    environment = {"KOALR_RISK_FLOOR_OPEN_INCIDENT": "0", "KOALR_RISK_FLOOR_FAILED_CHECKS": "100"}
    assert Settings.read(environment).risk_floors == Floors(70, 0, 100)


@pytest.mark.parametrize("text", ["high", "-1", "101", "70.5", "٧٠", "7" * 5_000])
def test_wrong_risk_floors_are_one_sentence(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Settings.read({"KOALR_RISK_FLOOR_SCHEMA_MIGRATION": text})
    assert str(caught.value).startswith("KOALR_RISK_FLOOR_SCHEMA_MIGRATION is ")
    assert str(caught.value).endswith(
        "it should be a whole number from 0 to 100. Correct it, or unset it for the default."
    )


@pytest.mark.parametrize("text", ["0", "257", "two", "1.5"])
def test_a_wrong_number_of_threads_is_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match=r"KOALR_ENGINE_THREADS is .* a whole number from 1 to 256"):
        Settings.read({"KOALR_ENGINE_THREADS": text})


def test_a_store_has_the_threads_of_the_setting(tmp_path: Path) -> None:
    settings = Settings.read({"KOALR_DATA_DIR": str(tmp_path), "KOALR_ENGINE_THREADS": "3"})
    with closing(open_owned(settings.store, settings.engine_threads)) as database:
        assert database.rows("SELECT current_setting('threads') AS threads") == [{"threads": 3}]
