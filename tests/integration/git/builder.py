"""Builds small real repositories with git, one step a line, with fixed people and dates."""

import os
import subprocess
from pathlib import Path

SAFE = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
FIRST_MOMENT = 1_735_689_600  # 2025-01-01T00:00:00Z
STEP_SECS = 3600


class Repository:
    """A repository in a folder; each commit comes an hour after the one before."""

    def __init__(self, path: Path, bare: bool = False) -> None:
        self.path = path
        self.moment = FIRST_MOMENT
        subprocess.run(
            ["git", "init", "--quiet", "--initial-branch=main", *(["--bare"] if bare else []), str(path)],
            check=True,
            env=os.environ | SAFE,
        )

    def git(self, *arguments: str, **environment: str) -> str:
        """Run git here; standard output without the last line break."""
        finished = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.path,
            check=True,
            capture_output=True,
            env=os.environ | SAFE | self._people() | environment,
        )
        return finished.stdout.decode("utf-8", "replace").rstrip("\n")

    def _people(self) -> dict[str, str]:
        moment = f"@{self.moment} +0000"
        return {
            "GIT_AUTHOR_NAME": "Ann",
            "GIT_AUTHOR_EMAIL": "ann@example.org",
            "GIT_COMMITTER_NAME": "Forge",
            "GIT_COMMITTER_EMAIL": "forge@example.org",
            "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_DATE": moment,
        }

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def commit(self, message: str, name: str = "a.txt", text: str | None = None, **environment: str) -> str:
        """Change a file and commit; answers the sha."""
        self.moment += STEP_SECS
        self.write(name, text if text is not None else f"{message}\n{self.moment}\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message, **environment)
        return self.head()

    def merge(self, *branches: str, message: str, **environment: str) -> str:
        """Merge branches with a true merge commit; answers the sha."""
        self.moment += STEP_SECS
        self.git(
            "merge",
            "--quiet",
            "--no-ff",
            "--strategy-option=ours" if len(branches) == 1 else "--no-ff",
            "--message",
            message,
            *branches,
            **environment,
        )
        return self.head()

    def branch(self, name: str, start: str | None = None) -> None:
        """Create a branch and go there."""
        self.git("checkout", "--quiet", "-b", name, *([start] if start else []))

    def checkout(self, name: str) -> None:
        """Go to a branch."""
        self.git("checkout", "--quiet", name)

    def tag(self, name: str, annotated: bool = True, commit: str = "HEAD") -> None:
        """Tag a commit."""
        self.moment += STEP_SECS
        self.git("tag", *(["--annotate", "--message", name] if annotated else []), name, commit)

    def head(self) -> str:
        """Sha of HEAD."""
        return self.git("rev-parse", "HEAD")
