"""Colours by meaning, for both themes; the same values as .streamlit/config.toml (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """One theme. Fills are for marks, texts for words, tints for areas; each tier has all three.

    `forecast_steps` fill days of a forecast by how likely all is done: under 50 %, then from 50, 85 and 95 %.
    """

    background: str
    text: str
    muted: str
    border: str
    ink: str
    context: str
    ring: str
    tier_fill: Mapping[str, str]
    tier_text: Mapping[str, str]
    tier_tint: Mapping[str, str]
    forecast_steps: Sequence[str]
    forecast_line: str

    @property
    def better(self) -> str:
        """Improved, succeeded."""
        return self.tier_fill["elite"]

    @property
    def worse(self) -> str:
        """Got worse, failed, rolled back."""
        return self.tier_fill["low"]


LIGHT = Palette(
    background="#FFFFFF",
    text="#101B26",
    muted="#5A6775",
    border="#E0E5EA",
    ink="#1F3A5F",
    context="#C3CCD5",
    ring="#5A6775",
    tier_fill={"elite": "#007A5E", "high": "#2563C9", "medium": "#C98500", "low": "#A33000"},
    tier_text={"elite": "#00664E", "high": "#1F55AF", "medium": "#7D4A00", "low": "#962C00"},
    tier_tint={"elite": "#E0F3EC", "high": "#E4EDFB", "medium": "#FBF0DA", "low": "#FBE7DD"},
    forecast_steps=("#F1F3F6", "#DDE6EF", "#BBCDDF", "#94B1CD"),
    forecast_line="#5F83A8",
)
DARK = Palette(
    background="#0D1319",
    text="#EDF2F7",
    muted="#9AA8B6",
    border="#26313D",
    ink="#DCE6F0",
    context="#3B4855",
    ring="#9AA8B6",
    tier_fill={"elite": "#3FCF9F", "high": "#6AA5FF", "medium": "#FFD166", "low": "#F4622E"},
    tier_text={"elite": "#5FDDB2", "high": "#8FBBFF", "medium": "#FFD98A", "low": "#FF9E78"},
    tier_tint={"elite": "#0F2E27", "high": "#152743", "medium": "#33270F", "low": "#3A1D12"},
    forecast_steps=("#161E27", "#1E2C3B", "#2A4058", "#3D5D7C"),
    forecast_line="#7FA3C8",
)


def palette(theme_type: str | None) -> Palette:
    """The palette of the viewer's theme; light if it is not known yet."""
    return DARK if theme_type == "dark" else LIGHT
