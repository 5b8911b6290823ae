"""The documents name what there is: endpoints, commands, settings, import fields, error codes, pictures."""

import argparse
import re
from pathlib import Path

import pytest

from koalr_server.commands.line import build_parser
from koalr_server.http.app import ROUTERS
from koalr_server.http.errors import CODES
from koalr_server.records import KINDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
DECISIONS = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")


ENDPOINTS = sorted(
    f"{method} /api{route.path}"  # type: ignore[attr-defined]
    for router in ROUTERS
    for route in router.routes
    for method in route.methods  # type: ignore[attr-defined]
)


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_endpoint_is_documented(endpoint: str) -> None:
    assert f"`{endpoint}`" in API


@pytest.mark.parametrize(("status", "code"), CODES.items())
def test_every_error_code_is_documented(status: int, code: str) -> None:
    assert f"| {status} | {code} |" in API


@pytest.mark.parametrize("kind", KINDS)
def test_every_import_field_is_documented_as_optional_or_not(kind: str) -> None:
    (row,) = re.findall(rf"^\| `{kind}` \| ([^|]+) \|", OPERATIONS, re.MULTILINE)
    assert row.split(" (")[0].split() == [field.name + ("" if field.required else "?") for field in KINDS[kind].fields]


def commands(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command of the parser as its words."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        return [words]
    return [found for name, child in groups[0].choices.items() for found in commands(child, (*words, name))]


@pytest.mark.parametrize("words", commands(build_parser()), ids=" ".join)
def test_every_command_is_documented(words: tuple[str, ...]) -> None:
    assert f"`python -m koalr_server {' '.join(words)}" in OPERATIONS


@pytest.mark.parametrize("line", [line for line in re.findall(r"-m koalr_server ([^#\n`]+)", README)])
def test_commands_in_the_readme_parse(line: str) -> None:
    assert build_parser().parse_args(line.split()).run


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("koalr_server", "koalr_api", "components", "hosting")
        for path in (ROOT / folder).rglob("*.py")
    ]
    read = set(re.findall(r"\bKOALR_[A-Z_]+\b", "\n".join(sources)))
    documented = set(re.findall(r"^\| `(KOALR_[A-Z_]+)`", OPERATIONS, re.MULTILINE))
    assert documented == read


@pytest.mark.parametrize(
    "target", re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)
def test_every_make_target_is_documented(target: str) -> None:
    assert target == "help" or f"`make {target}`" in OPERATIONS


@pytest.mark.parametrize(
    "line",
    [
        line.split("==")[0]
        for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    ],
)
def test_every_runtime_dependency_has_a_reason(line: str) -> None:
    assert line in DECISIONS.split("## Dependencies")[1]


@pytest.mark.parametrize(
    "document", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target
