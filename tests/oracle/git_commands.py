"""Questions to a git repository, one command each."""

import os
import subprocess
from pathlib import Path

UNTOUCHED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "LC_ALL": "C.UTF-8"}
"""Whoever runs the tests may have any git configuration: none of it counts here."""


def git(repository: Path, *arguments: str) -> str:
    """What a git command prints.

    Raises:
        subprocess.CalledProcessError: git refused.
    """
    ran = subprocess.run(
        ["git", "-C", str(repository), *arguments],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **UNTOUCHED},
    )
    return ran.stdout


def lines(repository: Path, *arguments: str) -> list[str]:
    return git(repository, *arguments).splitlines()


def is_ancestor(repository: Path, older: str, newer: str) -> bool:
    ran = subprocess.run(
        ["git", "-C", str(repository), "merge-base", "--is-ancestor", older, newer],
        check=False,
        capture_output=True,
        env={**os.environ, **UNTOUCHED},
    )
    return ran.returncode == 0
