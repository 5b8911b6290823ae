"""Writes the lock files: every package with its version and the hashes of its files, for every Python and system we run on."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = "uv==0.13.9"
# pip is there before anything is installed.
OPTIONS = (
    *("--universal", "--generate-hashes", "--python-version", "3.11", "--no-header", "--no-annotate", "--quiet"),
    *("--no-emit-package", "pip"),
)
# The project's own extras are what a shared dashboard and a GitHub App need.
PROJECT = ("pyproject.toml", "--extra", "login", "--extra", "github-app", "--extra", "redis")
# The first one is the largest; the others take their versions from it, so that what is tested is what runs.
LOCKS = {
    "requirements-dev.lock": ("requirements-dev.txt", *PROJECT),
    "requirements.lock": ("requirements.txt", *PROJECT, "--constraint", "requirements-dev.lock"),
    "requirements-shared.lock": ("requirements-shared.txt", "--constraint", "requirements-dev.lock"),
}


def main() -> None:
    """Write them."""
    with tempfile.TemporaryDirectory() as tools:
        python = Path(tools, "bin", "python")
        subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", UV], check=True)
        for lock, sources in LOCKS.items():
            subprocess.run([python, "-m", "uv", "pip", "compile", *OPTIONS, *sources, "-o", lock], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
