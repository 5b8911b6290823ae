"""Makes sure the tests have a Redis server: one on the PATH, else Debian's as root; with --optional, if it can be had."""

import os
import shutil
import subprocess
import sys

# The second one makes the certificate of the encrypted server.
NEEDED = {"redis-server": "redis-server", "openssl": "openssl"}


def missing() -> list[str]:
    """Debian packages of the programs that are not installed."""
    return [package for program, package in NEEDED.items() if not shutil.which(program)]


def install() -> None:
    """Install what is missing, as far as that works."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Redis with apt-get", file=sys.stderr)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-qy", "--no-install-recommends", *missing()],
        ):
            if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
                break


def main(optional: bool) -> None:
    """Install what is missing; ends with one sentence if that does not work."""
    if missing():
        install()
    lacking = " and ".join(missing())
    if lacking and optional:
        print(f"note: {lacking} cannot be installed here; tests that need it are skipped.", file=sys.stderr)
    elif lacking:
        sys.exit(f"error: the tests need {lacking}; install it and run the same command again.")


if __name__ == "__main__":
    main(optional="--optional" in sys.argv[1:])
