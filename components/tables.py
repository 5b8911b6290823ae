"""A table of records with its count line and its exports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from components import exports, figures, paging, search
from components.filters import Filters
from components.format import NO_DATA, duration
from components.search import Fields, Wanted
from components.sheets import Sheet
from components.theme import Palette

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler
    from streamlit.elements.lib.column_types import ColumnConfig

TABLE_HEIGHT = 560
ROW_HEIGHT = 35
# Beyond this cells are sent without colours and units of their own, which cost about 20 ms for 300 rows.
MOST_STYLED_ROWS = 1000
TIME, TIME_OF_ANOTHER_YEAR = "D MMM, HH:mm", "D MMM YYYY, HH:mm"

Scalar = str | float | bool | None
Colour = Callable[[Any, Palette], str | None]


@dataclass(frozen=True, slots=True)
class Look:
    """How the columns of a table are shown.

    Attributes:
        columns: Streamlit's column configuration by name.
        durations: columns of hours.
        colours: by column, the colour of a cell that is judged.
        alt: what the table is, for a screen reader.
    """

    columns: "Mapping[str, ColumnConfig | None]"
    durations: Sequence[str]
    alt: str
    colours: Mapping[str, Colour] = field(default_factory=dict)


def time_column(moments: "pd.Series[Any]") -> "ColumnConfig":
    """Moments in UTC, with the year where it is not this one."""
    this_year = bool((moments.dropna().dt.year == datetime.now(UTC).year).all())
    format_ = TIME if this_year else TIME_OF_ANOTHER_YEAR
    return st.column_config.DatetimeColumn(format=format_, timezone="UTC", width=116 if this_year else 146)


def link_column(links: "pd.Series[Any]", help_text: str) -> "ColumnConfig | None":
    """Addresses that components.links built; no column (None) where there is none."""
    if links.isna().all():
        return None
    return st.column_config.LinkColumn("Open", display_text=":material/open_in_new:", width=56, help=help_text)


def show(
    fields: Fields,
    sheet: Sheet[Any],
    found: pd.DataFrame,
    look: Look,
    chosen: Filters,
    *,
    rows_can_be_chosen: bool = False,
) -> int | None:
    """Count line, the rows that were found, the way to the others, exports.

    Args:
        found: those rows of the sheet that are wanted; see `search.found`.

    Returns:
        The index of the row somebody has clicked on; None without.
    """
    searched = search.wanted(fields)
    st.markdown(f":small[:gray[{paging.count_words(sheet, len(found), searched)}]]")
    if found.empty:
        _nothing_found(fields, sheet, searched)
    place = None if found.empty else _draw(fields.table, found, look, rows_can_be_chosen)
    # Not above the table, whose own tools appear there and would cover the buttons.
    with st.container(horizontal=True, vertical_alignment="center"):
        paging.draw(fields.table, sheet, searched)
        st.space("stretch")
        if not found.empty:
            _draw_exports(fields.table, found, chosen, part(sheet))
    return place


def part(sheet: Sheet[Any]) -> str:
    """Which rows a file holds, where it cannot hold all."""
    return "" if sheet.whole else f"rows-{sheet.first}-{sheet.last}"


def _nothing_found(fields: Fields, sheet: Sheet[Any], searched: Wanted) -> None:
    with st.container(border=True):
        st.markdown("**No row matches**" if searched else "**No rows**")
        st.markdown("## –")
        if searched:
            where = "these rows" if sheet.whole else "the rows searched"
            st.markdown(f":small[:gray[None of {where} has all that is asked for.]]")
            st.button(
                "Show every row",
                icon=":material/filter_alt_off:",
                key=f"{fields.table}.all",
                on_click=search.forget,
                args=(fields,),
            )
        else:
            st.markdown(":small[:gray[The server counts rows here and gives none.]]")


def _draw(table: str, frame: pd.DataFrame, look: Look, rows_can_be_chosen: bool) -> int | None:
    height = min(TABLE_HEIGHT, ROW_HEIGHT * (len(frame) + 1) + 3)
    shared: dict[str, Any] = {
        "hide_index": True,
        "column_config": {**look.columns, **(_hours(look) if len(frame) > MOST_STYLED_ROWS else {})},
        "height": height,
        "placeholder": NO_DATA,
        "key": f"{table}.table",
        "alt": look.alt,
        "lazy": False,
    }
    if not rows_can_be_chosen:
        st.dataframe(_styled(frame, look), **shared)
        return None
    # A box that is ticked belongs to a row; among other rows it would stand beside another one.
    shared["key"] += f".{int(pd.util.hash_pandas_object(frame, index=False).sum()):x}"
    state = st.dataframe(_styled(frame, look), on_select="rerun", selection_mode="single-row", **shared)
    chosen = [place for place in state["selection"]["rows"] if place < len(frame)]
    return int(frame.index[chosen[0]]) if chosen else None


def _hours(look: Look) -> dict[str, Any]:
    """Durations all in hours, where the cells do not choose their unit."""
    return {
        name: st.column_config.NumberColumn(column["label"], help=column["help"], format="%.1f h")
        for name in look.durations
        if (column := look.columns[name]) is not None
    }


def _styled(frame: pd.DataFrame, look: Look) -> "pd.DataFrame | Styler":
    if frame.empty or len(frame) > MOST_STYLED_ROWS:
        return frame
    palette = figures.viewer_palette()
    formats: Any = dict.fromkeys(look.durations, duration)
    styled = frame.style.format(formats, na_rep=NO_DATA)
    for column, colour in look.colours.items():
        styled = styled.map(partial(_style, colour, palette), subset=[column])
    return styled


def _style(colour: Colour, palette: Palette, cell: Scalar) -> str:
    found = None if pd.isna(cell) else colour(cell, palette)
    return f"color: {found}" if found else ""


def _draw_exports(table: str, frame: pd.DataFrame, chosen: Filters, part: str = "") -> None:
    """CSV and JSON of these rows."""
    for suffix, mime, written in (
        ("csv", "text/csv", exports.csv_text),
        ("json", "application/json", exports.json_text),
    ):
        st.download_button(
            suffix.upper(),
            partial(_encoded, written, frame),
            exports.file_name(table, chosen.team_name, chosen.days, suffix, part),
            mime,
            key=f"{table}.{suffix}",
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )


def _encoded(written: Callable[[pd.DataFrame], str], frame: pd.DataFrame) -> bytes:
    return written(frame).encode()
