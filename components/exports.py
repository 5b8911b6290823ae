"""Tables as files: exactly what is shown, safe to open in a spreadsheet (pure)."""

import json
import math
import re
import unicodedata

import pandas as pd

# What a spreadsheet takes for the beginning of a formula; full-width forms become these when they are normalised.
_FORMULA_STARTS = ("=", "+", "-", "@", "\u2212")
# A spreadsheet that separates by semicolons or tabs, as many countries set theirs, begins a cell in the middle of a text.
_CELL_INSIDE = re.compile(r"(?!\A)([;\t\r\n][\s\"']*)([=+\-@\u2212＝＋－＠﹢﹣﹦﹫])")
_SURROGATE = re.compile("[\ud800-\udfff]")
# So that spreadsheets read UTF-8 as such.
_BYTE_ORDER_MARK = "\ufeff"
LONGEST_NAME = 40


def csv_text(frame: pd.DataFrame) -> str:
    """Comma-separated values with a header, times in ISO 8601; what would be a formula begins with an apostrophe."""
    safe = _plain_values(frame).map(_harmless)
    safe.columns = pd.Index([_harmless(str(name)) for name in safe.columns])
    return _BYTE_ORDER_MARK + safe.to_csv(index=False, lineterminator="\r\n")


def json_text(frame: pd.DataFrame) -> str:
    """A JSON array with an object per row; what has no value is null."""
    rows = _plain_values(frame).astype(object).where(lambda cells: cells.notna(), None).to_dict(orient="records")
    return json.dumps(rows, ensure_ascii=False, indent=1, default=str, allow_nan=False)


def file_name(page: str, team: str | None, days: int, suffix: str, part: str = "") -> str:
    """ "pull-requests_platform_30-days.csv"; team names are others' text, so only letters and digits remain.

    Args:
        part: which rows, where the file does not hold all.
    """
    whose = _slug(team) or "team" if team is not None else "all-teams"
    return "_".join(text for text in (page, whose, f"{days}-days", _slug(part)) if text) + f".{suffix}"


def _slug(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")[:LONGEST_NAME].strip("-")


def _plain_values(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.map(_plain_value)


def _plain_value(cell: object) -> object:
    if isinstance(cell, pd.Timestamp):
        return None if pd.isna(cell) else cell.isoformat()
    if isinstance(cell, str):
        return _SURROGATE.sub("\ufffd", cell)
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    inside = _CELL_INSIDE.sub(r"\1'\2", cell)
    return f"'{inside}" if cell[:1] in ("\t", "\r", "\n") or _beginning(cell).startswith(_FORMULA_STARTS) else inside


def _beginning(text: str) -> str:
    """The first sign that counts: behind blanks, signs without width and quotation marks, which programs cut off."""
    for sign in text:
        if not (sign.isspace() or sign in "\"'`" or unicodedata.category(sign) in ("Cf", "Cc")):
            return unicodedata.normalize("NFKC", sign)
    return ""
