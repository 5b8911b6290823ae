"""Which sheet of a long list to show, kept in the URL, and what the rows in view are."""

from typing import TypeVar

import streamlit as st

from components import address, states
from components.format import COUNT
from components.search import PAGE, Wanted
from components.sheets import Sheet
from koalr_api.pages import Identified

Row = TypeVar("Row", bound=Identified)

LONGEST_NUMBER = 6
SHOWN_PAGES = 5
# With the width of its content it shows fewer pages than it has room for.
PAGER_WIDTH = 264


def parse(text: str | None) -> int:
    """The number of a sheet from untrusted text; 1 if it is none."""
    usable = text is not None and text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    return max(1, int(text)) if usable and text else 1


def asked() -> int:
    """What the URL asks for."""
    return parse(st.query_params.get(PAGE))


def draw(table: str, sheet: Sheet[Row], searched: Wanted) -> None:
    """Page numbers if there is more than one, and the next stretch to search."""
    if sheet.sheets < 2 or sheet.ended:
        return
    key = f"{table}.{PAGE}.{sheet.number}"
    st.pagination(
        sheet.sheets,
        default=sheet.number,
        max_visible_pages=SHOWN_PAGES,
        width=PAGER_WIDTH,
        key=key,
        on_change=lambda: turn_to(st.session_state[key]),
    )
    if searched and sheet.number < sheet.sheets:
        rows = min(len(sheet.rows), sheet.total - sheet.last)
        st.button(
            f"Search further back: the next {COUNT.text(rows)}",
            icon=":material/manage_search:",
            key=f"{table}.next",
            on_click=turn_to,
            args=(sheet.number + 1,),
        )


def turn_to(number: int) -> None:
    """Show another sheet."""
    address.write(PAGE, str(number) if number > 1 else None)


def count_words(sheet: Sheet[Row], found: int, searched: Wanted) -> str:
    """What the rows in view are, and out of how many."""
    total, here = COUNT.text(sheet.total), COUNT.text(len(sheet.rows))
    if sheet.whole:
        counted = f"{COUNT.text(found)} of {total} rows match" if searched else f"All {total} rows, newest first"
    elif not sheet.rows:
        counted = f"None of {total} rows"
    else:
        span = f"{COUNT.text(sheet.first)} to {COUNT.text(sheet.last)}"
        place = f"the latest {here} of {total}" if sheet.first == 1 else f"rows {span} of {total}, newest first"
        if searched:
            counted = f"{COUNT.text(found)} {'row matches' if found == 1 else 'rows match'}, searched {place}"
        else:
            counted = f"Rows {span} of {total}, newest first; a click on a heading sorts these {here}"
    if sheet.ended and not sheet.whole:
        counted += "; the server gives no more"
    if sheet.skipped:
        counted += f"; {COUNT.text(sheet.skipped)} of these could not be read"
    if sheet.lacking is not None:
        counted += f"; the rows after these: {states.short_words(sheet.lacking)}"
    return f"{counted}."
