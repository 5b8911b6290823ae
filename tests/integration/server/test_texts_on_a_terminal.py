"""What others write (files, repositories, arguments) reaches a terminal as text: nothing of it is obeyed."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.integration.server.test_command_line import koalr

RED = "\x1b[31m"
TITLE = "\x1b]0;owned\x07"
FILES = {
    "members.csv": f"team,login\n{RED}team,{TITLE}ann\n,{RED}bob\n",
    "members.jsonl": json.dumps({"team": RED, "login": 5})
    + "\n"
    + json.dumps({f"te{RED}am": 1})
    + f"\nnot {RED} JSON\n",
    "deployments.jsonl": json.dumps(
        {"repo": "a", "env": "production", "status": "success", "sha": f"{RED}", "deployedAt": "2026-01-01T00:00:00Z"}
    ),
    "copilot.jsonl": json.dumps({f"te{RED}am": 1}) + "\n",
    "definition.toml": f'slug = "a{json.dumps(RED)[1:-1]}b"\n"{json.dumps(RED)[1:-1]}" = 1\n',
}


@pytest.mark.parametrize(
    "words",
    [
        ("import", "members", "members.csv"),
        ("import", "deployments", "deployments.jsonl"),
        ("import", "copilot", "copilot.jsonl"),
        ("import", "members", f"no{RED}file"),
        ("ingest", "git", "clone"),
        ("metrics", "check", "definition.toml"),
        ("keys", "revoke", f"{RED}key"),
        ("doctor", "--team", f"{RED}team"),
    ],
    ids=lambda words: "-".join(words[:3]).replace(RED, ""),
)
def test_no_text_of_others_is_obeyed(tmp_path: Path, words: tuple[str, ...]) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    git = ["git", "-C", str(tmp_path / "clone"), "-c", f"user.name={RED}", "-c", "user.email=a@b.example"]
    subprocess.run(["git", "init", "-q", str(tmp_path / "clone")], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", f"{RED} (#1)"], check=True)
    places = [str(tmp_path / word) if (tmp_path / word).exists() else word for word in words]
    done = koalr(*places, "--data", str(tmp_path / "data"))
    assert done.stdout or done.stderr
    for control in ("\x1b", "\x07", "\x00"):
        assert control not in done.stdout + done.stderr
