"""Looks for secrets in what git tracks (detect-secrets). What .secrets.baseline knows is made up for tests; --accept adds the rest."""

import json
import os
import subprocess
import sys
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.core import baseline
from detect_secrets.settings import default_settings

ROOT = Path(__file__).resolve().parents[1]
BASELINE = ROOT / ".secrets.baseline"
# Other people's published data and hashes of packages: long random texts by the thousand, and none of ours.
DATA = (".csv", ".gz", ".info", ".lock", ".png", ".svg", ".xml", "default_model.json", ".secrets.baseline")

Known = set[tuple[str, str]]
"""File and hash of the secret: where in the file does not matter."""


def tracked() -> list[str]:
    """The files to look through, from the top folder."""
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S607
    return [name for name in listed.stdout.split("\0") if name and not name.endswith(DATA) and (ROOT / name).is_file()]


def found_in(names: list[str]) -> SecretsCollection:
    """What looks like a secret, in files named from here."""
    found = SecretsCollection()
    with default_settings():
        found.scan_files(*names, num_processors=os.cpu_count() or 1)
    return found


def known() -> Known:
    """What the baseline holds."""
    results = json.loads(BASELINE.read_text(encoding="utf-8"))["results"] if BASELINE.exists() else {}
    return {(name, each["hashed_secret"]) for name, secrets in results.items() for each in secrets}


def main(accept: bool) -> int:
    """1 if there is one that is not known."""
    os.chdir(ROOT)  # names in the baseline are those from the top folder
    found = found_in(tracked())
    if accept:
        with default_settings():
            baseline.save_to_file(found, str(BASELINE))
        return 0
    fresh = [(name, each) for name, each in found if (name, each.secret_hash) not in known()]
    for name, each in fresh:
        print(f"error: {name}:{each.line_number}: {each.type}", file=sys.stderr)
    if fresh:
        print("Take it out and revoke it. If it was made up for a test: scripts/leaks.py --accept", file=sys.stderr)
    return 1 if fresh else 0


if __name__ == "__main__":
    sys.exit(main(accept="--accept" in sys.argv[1:]))
