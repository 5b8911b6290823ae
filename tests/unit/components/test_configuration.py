"""What .streamlit/config.toml asks of Streamlit, and that this Streamlit knows of it."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

CONFIG = tomllib.loads((Path(__file__).parents[3] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def options(section: Mapping[str, Any], name: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in section.items():
        path = f"{name}.{key}" if name else key
        if isinstance(value, Mapping):
            yield from options(value, path)
        else:
            yield path, value


@pytest.mark.parametrize(
    ("name", "value"), [option for option in options(CONFIG) if not option[0].startswith("theme.")]
)
def test_every_option_that_is_set_is_one_of_this_streamlit(name: str, value: Any) -> None:
    assert type(st.get_option(name)) is type(value)


def test_no_full_collection_of_garbage_follows_each_run_of_a_page() -> None:
    assert dict(options(CONFIG))["runner.postScriptGC"] is False
