"""No command prints a secret of the settings, not when it works, not when it fails, not when it crashes."""

from pathlib import Path

import pytest

from koalr_server.sources.registry import SOURCES
from koalr_server.store.database import FILE_NAME
from koalr_server.sync.github.credentials import APP, TOKENS
from tests.integration.server.test_command_line import koalr

MARK = "hush7f3a"
NAMES = [source.secret_setting for source in SOURCES.values() if source.secret_setting]
SECRETS = {name: f"{MARK}{number}" for number, name in enumerate([*NAMES, *TOKENS, *APP, "KOALR_API_KEY"])}
SECRETS["KOALR_CACHE_URL"] = f"redis://:{MARK}@127.0.0.1:1/0"


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("doctor",), {}),
        (("doctor", "--json"), {"KOALR_AS_OF": "never"}),
        (
            ("sync", "github", "--org", "acme", "--url", "http://127.0.0.1:1"),
            {"KOALR_GITHUB_TOKEN": f"{MARK} with a blank"},
        ),
        (("sync", "github", "--org", "acme"), {name: "" for name in TOKENS}),
        (("connect",), {}),
        (("serve", "--port", "1", "--host", "192.0.2.1"), {}),
    ],
    ids=lambda found: "-".join(found[:2]) if isinstance(found, tuple) else "",
)
@pytest.mark.parametrize("damaged", [False, True], ids=["whole", "damaged"])
def test_a_command_prints_no_secret(
    tmp_path: Path, words: tuple[str, ...], environment: dict[str, str], damaged: bool
) -> None:
    if damaged:
        (tmp_path / FILE_NAME).write_bytes(b"no store" * 1000)
    done = koalr(*words, "--data", str(tmp_path), stdin="1\nacme\n", **SECRETS | environment)
    assert done.stdout or done.stderr
    assert MARK not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
