"""The definitions every store has: one TOML file each."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from koalr_server.custom.definition import normal_form


@cache
def shipped_documents() -> Mapping[str, dict[str, Any]]:
    """Every shipped document in its normal form, by slug."""
    files = sorted(Path(__file__).parent.glob("*.toml"))
    documents = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return {document["slug"]: normal_form(document) for document in documents}
