"""Looks the locked packages up among known vulnerabilities (OSV, by pip-audit). Where nobody can be asked, that is said and is no failure."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-dev.lock"
# Ids that do not concern us; each has its reason in docs/SECURITY.md.
IGNORED: tuple[str, ...] = ()
COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--no-deps", "--disable-pip", "--format", "json"),
    *("--vulnerability-service", "osv", "--timeout", "10", "--progress-spinner", "off"),
    *(word for each in IGNORED for word in ("--ignore-vuln", each)),
)


def lines(report: str) -> list[str]:
    """A line for each vulnerability of a report of pip-audit."""
    return [
        f"{package['name']} {package['version']}: {found['id']}, repaired in {', '.join(found['fix_versions']) or 'no version'}"
        for package in json.loads(report)["dependencies"]
        for found in package.get("vulns", ())
    ]


def main(arguments: list[str]) -> int:
    """1 if something is vulnerable. The arguments go to pip-audit as well."""
    asked = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    if not asked.stdout.startswith("{"):
        # What pip-audit ends with where it gets no answer is a stack trace, and its last line the reason.
        reason = (asked.stderr.strip().splitlines() or ["no answer"])[-1]
        print(
            f"note: no advisories were looked up ({reason[:200]}); run make audit where api.osv.dev can be reached.",
            file=sys.stderr,
        )
        return 0
    vulnerable = lines(asked.stdout)
    for line in vulnerable:
        print(f"error: {line}", file=sys.stderr)
    if vulnerable:
        print("Raise the versions in requirements.txt or requirements-dev.txt, then make lock.", file=sys.stderr)
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
