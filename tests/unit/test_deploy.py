"""docs/DEPLOY.md and deploy/ fit the code: settings, folders, safe defaults; the unit is one systemd accepts."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = (ROOT / "docs" / "DEPLOY.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
FILES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "deploy").iterdir()}
UNIT, DOCKERFILE, IGNORE = (
    FILES[name] for name in ("koalr-dashboard.service", "Dockerfile", "Dockerfile.dockerignore")
)
SETTING = re.compile(r"\b(?:KOALR|STREAMLIT)_[A-Z_]+\b")
RUNTIME = ("app.py", "pages", "components", "hosting", "koalr_api", "koalr_server")


def settings_of(text: str) -> set[str]:
    return set(SETTING.findall(text))


def sources(*folders: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_every_setting_for_sharing_is_explained() -> None:
    assert settings_of(sources("hosting")) <= settings_of(DEPLOY)


def test_every_setting_named_is_one_that_is_read_and_listed() -> None:
    named = settings_of(DEPLOY + "".join(FILES.values()))
    listed = set(re.findall(r"^\| `([A-Z_]+)`", OPERATIONS, re.MULTILINE))
    assert named <= listed
    ours = {name for name in named if name.startswith("KOALR_")}
    assert ours <= settings_of(sources("hosting", "components", "koalr_api", "koalr_server"))


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_referenced(name: str) -> None:
    assert f"(../deploy/{name})" in DEPLOY


def test_the_addresses_of_viewers_are_left_alone_wherever_we_start_the_dashboard() -> None:
    assert "Environment=FORWARDED_ALLOW_IPS=\n" in UNIT
    assert 'FORWARDED_ALLOW_IPS=""' in DOCKERFILE
    assert 'FORWARDED_ALLOW_IPS=""' in (ROOT / "scripts" / "run.py").read_text(encoding="utf-8")


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    copied = {word for line in re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()}
    assert set(RUNTIME) <= copied
    assert copied == set(re.findall(r"^!(.+)$", IGNORE, re.MULTILINE))
    assert IGNORE.splitlines()[1] == "*"
    assert all((ROOT / name).exists() for name in copied)


def test_the_container_is_not_root_and_is_probed() -> None:
    steps = re.findall(r"^([A-Z]+) (.*)$", DOCKERFILE.rpartition("\nFROM ")[2], re.MULTILINE)
    names = [name for name, _ in steps]
    assert ("USER", "koalr") in steps
    assert names.index("USER") < names.index("CMD")
    assert "HEALTHCHECK" in names
    assert "/healthz" in DOCKERFILE
    assert ("VOLUME", "/data") in steps


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".service")])
def test_systemd_accepts_the_units(tmp_path: Path, name: str) -> None:
    # What is named after its port is looked at with one.
    unit = tmp_path / name.replace("@", "@8601")
    unit.write_text(FILES[name].replace("/opt/koalr-dashboard/.venv/bin/python", sys.executable), encoding="utf-8")
    checked = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_composition_is_one_by_its_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run(
        [*command, str(ROOT / "deploy" / "compose.yaml")], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
