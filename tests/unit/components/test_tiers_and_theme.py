"""The ladder's geometry and words, and colours that agree with the theme file."""

import tomllib
from pathlib import Path

import pytest

from components.theme import DARK, LIGHT, Palette
from components.tiers import BANDS, TIERS, distance, position, tier_of
from koalr_server.metrics import tiers as server

CONFIG = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
SERVER = {
    "deploy_frequency": server.frequency_tier,
    "lead_time": server.lead_time_tier,
    "change_failure_rate": server.failure_rate_tier,
    "mttr": server.restore_tier,
}


@pytest.mark.parametrize("metric", BANDS)
def test_dashboard_and_server_draw_the_same_bands(metric: str) -> None:
    edges = BANDS[metric].edges
    values = [0.0, *edges, *(edge * factor for edge in edges for factor in (0.999, 1.001, 0.5, 2))]
    assert [tier_of(metric, value) for value in values] == [SERVER[metric](value) for value in values]


@pytest.mark.parametrize("metric", BANDS)
def test_better_is_always_further_right(metric: str) -> None:
    low, high = sorted((BANDS[metric].edges[0], BANDS[metric].edges[4]))
    values = [low + (high - low) * step / 500 for step in range(501)]
    places = [position(metric, value) or 0.0 for value in values]
    assert places == sorted(places, reverse=not BANDS[metric].higher_is_better)
    assert all(0 < place < 4 for place in places)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_no_data_has_no_place(value: float | None) -> None:
    assert (tier_of("lead_time", value), position("lead_time", value), distance("lead_time", value)) == (
        None,
        None,
        "no data",
    )


@pytest.mark.parametrize(
    ("metric", "value", "text"),
    [
        ("lead_time", 27.6, "3.6 h to Elite"),
        ("change_failure_rate", 0.007, "4.3 pt to spare"),
        ("mttr", 80, "20 min to Elite"),
        ("deploy_frequency", 30.0, "29.0 /day to spare"),
        ("deploy_frequency", 0, "1.0 /month to Medium"),
    ],
)
def test_distances_add_up_with_the_value_shown(metric: str, value: float, text: str) -> None:
    assert distance(metric, value).replace("\u00a0", " ") == text


@pytest.mark.parametrize(("section", "palette"), [("light", LIGHT), ("dark", DARK)])
def test_the_palette_is_that_of_the_theme_file(section: str, palette: Palette) -> None:
    theme = CONFIG["theme"][section]
    colours = {"elite": "green", "high": "blue", "medium": "orange", "low": "red"}
    assert (theme["backgroundColor"], theme["textColor"], theme["borderColor"]) == (
        palette.background,
        palette.text,
        palette.border,
    )
    for tier in TIERS:
        assert theme[f"{colours[tier]}Color"] == palette.tier_fill[tier]
        assert theme[f"{colours[tier]}TextColor"] == palette.tier_text[tier]
        assert theme[f"{colours[tier]}BackgroundColor"] == palette.tier_tint[tier]
    assert len(theme["chartCategoricalColors"]) == 10


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two hex colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_can_be_read_and_marks_be_seen(palette: Palette) -> None:
    assert contrast(palette.text, palette.background) > 7
    assert contrast(palette.muted, palette.background) > 4.5
    for tier in TIERS:
        assert contrast(palette.tier_text[tier], palette.background) > 4.5
        assert contrast(palette.tier_text[tier], palette.tier_tint[tier]) > 4.5
        assert contrast(palette.tier_fill[tier], palette.background) > 3
