"""What is installed, what it costs to import, and that type checkers know it."""

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from koalr_api import __version__

MOST_MODULES = 40
# What dataclasses need.
STANDARD = {"ast", "dataclasses", "dis", "inspect", "opcode"}
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive, built from a copy: building leaves files in the tree."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    for name in ("koalr_api", "koalr_server", "components", "docs"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "data", "pictures"))
    build = (
        "import sys; from setuptools import build_meta; target = sys.argv[1]; "
        "build_meta.build_wheel(target); build_meta.build_sdist(target)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", build, target], cwd=source, check=True, capture_output=True)
    return target


def test_the_wheel_holds_the_client_alone(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    assert wheel.name == f"koalr_api-{__version__}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"koalr_api", f"koalr_api-{__version__}.dist-info"}
    in_tree = {
        str(path.relative_to(ROOT)) for path in (ROOT / "koalr_api").rglob("*") if path.suffix in (".py", ".typed")
    }
    assert in_tree == {name for name in names if name.startswith("koalr_api/")}
    assert "koalr_api/py.typed" in in_tree


def test_the_wheel_needs_few_packages_and_offers_extras(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    metadata = zipfile.ZipFile(wheel).read(f"koalr_api-{__version__}.dist-info/METADATA").decode()
    needed = re.findall(r"^Requires-Dist: ([\w-]+)([^;\n]*)(;.*extra == .([\w-]+))?", metadata, re.MULTILINE)
    assert sorted((name, extra) for name, _version, _marker, extra in needed) == [
        ("Authlib", "login"),
        ("cachetools", ""),
        ("cryptography", "github-app"),
        ("duckdb-extension-ducklake", "shared"),
        ("duckdb-extension-httpfs", "shared"),
        ("duckdb-extension-postgres-scanner", "shared"),
        ("httpx2", "login"),
        ("pandas", "pandas"),
        ("redis", "redis"),
        ("requests", ""),
        ("urllib3", ""),
    ]


def test_the_source_archive_builds_on(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.split("/", 1)[-1] for name in opened.getnames()}
    assert {"pyproject.toml", "LICENSE", "koalr_api/client.py", "koalr_api/py.typed"} <= names
    assert not [name for name in names if name.startswith(("koalr_server", "components", "pages", "tests"))]


def test_the_wheel_runs_away_from_the_tree(built: Path, tmp_path: Path) -> None:
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "koalr_api", "--version"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.stdout, done.returncode) == (f"{__version__}\n", 0)


def test_the_newest_version_of_the_changelog_is_this_one() -> None:
    versions = re.findall(r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == __version__
    assert versions == sorted(versions, key=lambda text: [int(part) for part in text.split(".")], reverse=True)


def test_importing_loads_little_beside_what_it_builds_on() -> None:
    """Every module costs a start about half a millisecond; `make bench` measures the whole."""
    script = "import sys, requests, cachetools; before = set(sys.modules); import koalr_api\n"
    script += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    own = [name for name in loaded if name.partition(".")[0] == "koalr_api"]
    assert not [name for name in own if name.startswith(("koalr_api.models", "koalr_api.command", "koalr_api.redis"))]
    assert len(own) <= MOST_MODULES
    assert {name.partition(".")[0].lstrip("_") for name in set(loaded) - set(own)} <= STANDARD


def test_importing_loads_nothing_heavy() -> None:
    every = sorted(path.stem for path in (ROOT / "koalr_api" / "models").glob("[a-z]*.py"))
    script = "import sys, koalr_api, koalr_api.command.line\n"
    script += "".join(f"import koalr_api.models.{name}\n" for name in every)
    script += "print([name for name in ('pandas', 'numpy', 'redis', 'streamlit') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_strict_type_checker_knows_every_answer() -> None:
    script = Path(__file__).with_name("typed_script.py")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", "", str(script)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
