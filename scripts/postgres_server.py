"""Makes sure the tests have a PostgreSQL server: one that is there, else Debian's as root; with --optional, if it can be had."""

import os
import shutil
import subprocess
import sys
from pathlib import Path


def missing() -> bool:
    """Whether neither the PATH nor the place where Debian puts its versions has one."""
    return not (shutil.which("postgres") or list(Path("/usr/lib/postgresql").glob("*/bin/postgres")))


def install() -> None:
    """Install Debian's without a cluster that runs of itself, as far as that works."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing PostgreSQL with apt-get", file=sys.stderr)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-qy", "--no-install-recommends", "postgresql-common"],
        ):
            if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
                return
        _want_no_cluster(Path("/etc/postgresql-common/createcluster.conf"))
        command = ["apt-get", "install", "-qy", "--no-install-recommends", "postgresql"]
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)


def _want_no_cluster(settings: Path) -> None:
    """The tests make their own."""
    if settings.exists():
        text = settings.read_text(encoding="utf-8")
        settings.write_text(
            text.replace("#create_main_cluster = true", "create_main_cluster = false"), encoding="utf-8"
        )


def main(optional: bool) -> None:
    """Install what is missing; ends with one sentence if that does not work."""
    if missing():
        install()
    if missing() and optional:
        print("note: PostgreSQL cannot be installed here; tests that need it are skipped.", file=sys.stderr)
    elif missing():
        sys.exit("error: these tests need PostgreSQL; install it and run the same command again.")


if __name__ == "__main__":
    main(optional="--optional" in sys.argv[1:])
