"""Tables as files: exactly what is shown, safe to open in a spreadsheet (pure)."""

import json
from typing import Any

import pandas as pd

# What a spreadsheet takes for the beginning of a formula, also behind a line end.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# So that spreadsheets read UTF-8 as such.
_BYTE_ORDER_MARK = "\ufeff"


def csv_text(frame: pd.DataFrame) -> str:
    """Comma-separated values with a header, times in ISO 8601; texts that would be formulas begin with an apostrophe."""
    return _BYTE_ORDER_MARK + _plain_values(frame).map(_harmless).to_csv(index=False, lineterminator="\r\n")


def json_text(frame: pd.DataFrame) -> str:
    """A JSON array with an object per row; what has no value is null."""
    rows = _plain_values(frame).astype(object).where(lambda cells: cells.notna(), None).to_dict(orient="records")
    return json.dumps(rows, ensure_ascii=False, indent=1, default=str)


def _plain_values(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.map(_plain_value)


def _plain_value(cell: Any) -> Any:  # noqa: ANN401 - a table holds anything
    return cell.isoformat() if isinstance(cell, pd.Timestamp) and not pd.isna(cell) else cell


def _harmless(cell: Any) -> Any:  # noqa: ANN401 - a table holds anything
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA_STARTS) else cell
