"""Which rows of a table are wanted: words and choices, kept in the URL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from components import address
from components.format import cell_text

LONGEST_WORDS = 100
MOST_OPTIONS = 200
WORDS, PAGE = "q", "page"
SEARCH_WIDTH, CHOICE_WIDTH = 300, 196


@dataclass(frozen=True, slots=True)
class Choice:
    """A column that can be narrowed to one of its values.

    Attributes:
        name: of the URL parameter.
        anything: what the control says while nothing is chosen.
        known: values that are offered even if no row in view has them.
    """

    name: str
    column: str
    anything: str
    known: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """What of a table can be searched: the columns words are looked for in, the choices, and words that say so."""

    table: str
    columns: Sequence[str]
    choices: Sequence[Choice]
    hint: str

    @property
    def parameters(self) -> Sequence[str]:
        """Of the URL."""
        return (WORDS, PAGE, *(choice.name for choice in self.choices))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Words that all must occur in a row, and values of columns; none by default."""

    words: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.words or self.values)


def asked(name: str) -> str:
    """What the URL says, as far as it can be used."""
    return cell_text(st.query_params.get(name, ""), LONGEST_WORDS)


def wanted(fields: Fields) -> Wanted:
    """What the URL asks for."""
    values = {choice.column: value for choice in fields.choices if (value := asked(choice.name))}
    return Wanted(asked(WORDS), values)


def matching(frame: pd.DataFrame, searched: Wanted, columns: Sequence[str]) -> pd.DataFrame:
    """The rows that have every word in one of these columns, and the chosen values; capitals do not count."""
    keep = [True] * len(frame)
    for column, value in searched.values.items():
        keep = [kept and _text(cell) == value.casefold() for kept, cell in zip(keep, frame[column], strict=True)]
    words = [word.removeprefix("#") for word in searched.words.casefold().split()]
    if words:
        texts = [" ".join(map(_text, row)) for row in zip(*(frame[column] for column in columns), strict=True)]
        keep = [kept and all(word in text for word in words) for kept, text in zip(keep, texts, strict=True)]
    # Not frame[keep]: of no rows that would be no columns.
    return frame.loc[keep]


def found(fields: Fields, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows the URL asks for."""
    return matching(frame, wanted(fields), fields.columns)


def _text(cell: object) -> str:
    return "" if cell is None or cell is pd.NA else str(cell).casefold()


def options(frame: pd.DataFrame, choice: Choice, value: str | None) -> list[str]:
    """What can be chosen: what is known, what the rows have, and what is chosen already."""
    seen = sorted({cell for cell in frame[choice.column] if isinstance(cell, str) and 0 < len(cell) <= LONGEST_WORDS})
    return list(dict.fromkeys([*choice.known, *seen[:MOST_OPTIONS], *([value] if value else [])]))


def draw(fields: Fields, frame: pd.DataFrame) -> None:
    """The controls above a table."""
    with st.container(horizontal=True, vertical_alignment="center"):
        key = f"{fields.table}.{WORDS}"
        st.session_state[key] = asked(WORDS) or None
        st.text_input(
            "Search",
            value=None,
            max_chars=LONGEST_WORDS,
            key=key,
            placeholder=fields.hint,
            icon=":material/search:",
            label_visibility="collapsed",
            on_change=_remember,
            args=(key, WORDS),
            width=SEARCH_WIDTH,
        )
        for choice in fields.choices:
            _draw_choice(f"{fields.table}.{choice.name}", frame, choice)


def _draw_choice(key: str, frame: pd.DataFrame, choice: Choice) -> None:
    value = asked(choice.name) or None
    st.session_state[key] = value
    st.selectbox(
        choice.column,
        options(frame, choice, value),
        index=None,
        key=key,
        placeholder=choice.anything,
        label_visibility="collapsed",
        on_change=_remember,
        args=(key, choice.name),
        width=CHOICE_WIDTH,
    )


def _remember(key: str, name: str) -> None:
    """Other rows are wanted, beginning with the newest."""
    address.write(name, cell_text(st.session_state.get(key) or "", LONGEST_WORDS) or None)
    address.write(PAGE, None)


def resume(fields: Fields) -> None:
    """Coming back from another page, take up the search that was left: Streamlit drops the parameters of a page."""
    given = {name: st.query_params[name] for name in fields.parameters if name in st.query_params}
    kept: Mapping[str, str] = st.session_state.get(f"{fields.table}.asked", {})
    coming = f"{fields.table}.{WORDS}" not in st.session_state
    if coming and kept and not given:
        for name, value in kept.items():
            address.write(name, value)
        # The frame has drawn its link to this view already.
        st.rerun()
    st.session_state[f"{fields.table}.asked"] = given


def forget(fields: Fields) -> None:
    """Every row is wanted again."""
    for name in fields.parameters:
        address.write(name, None)
