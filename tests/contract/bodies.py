"""The example bodies of the API page, shared by the tests of both sides: neither side imports the other's types."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ENDPOINTS: list[dict[str, str]] = json.loads((FOLDER / "endpoints.json").read_text(encoding="utf-8"))


def body(name: str) -> dict[str, Any]:
    """The example body of one endpoint, by file name without ending."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found
