"""How often a screen on a wall looks for new figures."""

import pytest

from components.stage import refresh_secs


@pytest.mark.parametrize(
    ("setting", "secs"),
    [("", 60), ("30", 30), ("0.5", 0.5), ("0", 60), ("-1", 60), ("nan", 60), ("9999", 60), ("x", 60)],
)
def test_how_often_screens_look_is_a_setting(setting: str, secs: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOALR_TV_REFRESH_SECS", setting)
    assert refresh_secs() == secs
