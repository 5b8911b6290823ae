"""Who may import whom, read from the source: the architecture cannot erode unnoticed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("app.py", "pages", "components", "hosting", "koalr_api", "koalr_server")

# Room -> modules it must not import, at any depth, functions included.
IMPURE = ("duckdb", "fastapi", "starlette", "koalr_server.store", "koalr_server.http", "time", "random", "os")
FORBIDDEN = {
    "pages": ("koalr_server", "duckdb", "requests", "plotly"),
    "components": ("koalr_server", "duckdb", "requests"),
    "components/charts": ("streamlit", "koalr_api", "koalr_server", "requests", "time", "random"),
    "components/format.py": ("streamlit", "koalr_api", "requests", "time", "random"),
    "components/tiers.py": ("streamlit", "koalr_api", "requests", "time", "random"),
    "components/theme.py": ("streamlit", "koalr_api", "requests"),
    "hosting": ("streamlit", "koalr_api", "koalr_server", "components", "pages", "requests", "time", "random"),
    **{f"hosting/{core}.py": ("starlette", "os") for core in ("access", "networks", "policy")},
    "koalr_api": (
        "streamlit",
        "koalr_server",
        "components",
        "hosting",
        "pages",
        "plotly",
        "duckdb",
        "numpy",
        "pyarrow",
    ),
    **{
        f"koalr_api/{core}.py": (
            "requests",
            "os",
            "time",
            "random",
            "koalr_api.transport",
            "koalr_api.fetcher",
            "koalr_api.workers",
        )
        for core in (
            "budget",
            "circuit",
            "desk",
            "entries",
            "failures",
            "job",
            "queue",
            "request",
            "retry",
            "rules",
            "statistics",
        )
    },
    "koalr_server": ("koalr_api", "streamlit", "components", "hosting", "pages", "plotly"),
    "koalr_server/metrics": (
        "duckdb",
        "fastapi",
        "starlette",
        "koalr_server.store",
        "koalr_server.http",
        "time",
        "random",
        "os",
    ),
    "koalr_server/forecast": (*IMPURE, "pyarrow", "pandas"),
    "koalr_server/risk": (*IMPURE, "pyarrow", "pandas"),
    "koalr_server/diagnosis": (*IMPURE, "pyarrow", "pandas"),
    "koalr_server/custom": (
        "duckdb",
        "fastapi",
        "starlette",
        "koalr_server.store",
        "koalr_server.http",
        "koalr_server.commands",
        "koalr_server.settings",
        "time",
        "random",
        "os",
    ),
    "koalr_server/history": (
        "duckdb",
        "pyarrow",
        "subprocess",
        "koalr_server.store",
        "koalr_server.ingest",
        "time",
        "random",
        "os",
    ),
    "koalr_server/store": (
        "koalr_server.http",
        "koalr_server.commands",
        "koalr_server.metrics",
        "fastapi",
        "starlette",
    ),
    "koalr_server/ingest": ("koalr_server.store", "koalr_server.http", "koalr_server.commands", "duckdb"),
    "koalr_server/sources": (*IMPURE, "pyarrow", "koalr_server.commands", "koalr_server.settings", "subprocess"),
    "koalr_server/connect": (
        *IMPURE,
        "requests",
        "sys",
        "koalr_server.commands",
        "koalr_server.settings",
        "subprocess",
    ),
    "koalr_server/sync": ("koalr_server.store", "koalr_server.http", "koalr_server.commands", "duckdb", "os", "time"),
    **{
        f"koalr_server/sync/{core}.py": (*IMPURE, "requests")
        for core in (
            "position",
            "report",
            "github/address",
            "github/envelopes",
            "github/naming",
            "github/patience",
            "github/permissions",
        )
    },
    "koalr_server/ingest/copilot": ("io", "os", "pathlib", "sys", "time", "random"),
    "koalr_server/ingest/coverage": ("io", "os", "pathlib", "sys", "time", "random"),
    "koalr_server/sample/simulation": (
        "duckdb",
        "pyarrow",
        "koalr_server.store",
        "koalr_server.http",
        "koalr_server.commands",
        "time",
        "os",
        "secrets",
    ),
    "koalr_server/limiter.py": ("time", "random", "koalr_server"),
    "koalr_server/http": ("koalr_server.ingest", "koalr_server.commands", "duckdb"),
}
NOWHERE = ("pickle", "marshal", "shelve")


def sources(room: str) -> Iterator[Path]:
    path = ROOT / room
    return iter([path]) if path.is_file() else path.rglob("*.py")


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, also inside functions, as dotted names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


@pytest.mark.parametrize("room", FORBIDDEN)
def test_a_room_keeps_to_its_neighbours(room: str) -> None:
    breaches = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(room)
        for module in imported(path)
        for package in FORBIDDEN[room]
        if within(module, package)
    ]
    assert not breaches


def test_every_room_has_files() -> None:
    assert all(any(sources(room)) for room in FORBIDDEN)


def test_only_the_launcher_mounts_the_server() -> None:
    users = {
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in sources(folder)
        if not path.is_relative_to(ROOT / "koalr_server")
        for module in imported(path)
        if within(module, "koalr_server")
    }
    assert users == {"app.py"}


def test_only_the_sync_asks_other_servers() -> None:
    asking = {path for path in sources("koalr_server") if any(within(name, "requests") for name in imported(path))}
    assert asking
    assert all(path.is_relative_to(ROOT / "koalr_server" / "sync") for path in asking)


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_unpickled_or_evaluated(folder: str) -> None:
    for path in sources(folder):
        assert not any(within(module, package) for module in imported(path) for package in NOWHERE)
        calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
        assert not any(isinstance(call.func, ast.Name) and call.func.id in ("eval", "exec") for call in calls), path
        assert not any(keyword.arg == "unsafe_allow_html" for call in calls for keyword in call.keywords), path


def test_page_files_share_no_name_with_a_module_beside_them() -> None:
    """The pages folder comes first on the import path when a page runs."""
    taken = {path.stem for path in ROOT.glob("*.py")} | {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert not taken & {path.stem for path in (ROOT / "pages").glob("*.py")}
