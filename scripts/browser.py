"""Makes sure the browser tests have a Chromium: one on the PATH, else Debian's as root, else the test runner's own."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """Path of an installed browser."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def install() -> None:
    """Install one; ends with one sentence if nothing works."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium with apt-get", file=sys.stderr)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        for command in (
            ["apt-get", "update", "-q"],
            ["apt-get", "install", "-qy", "--no-install-recommends", "chromium"],
        ):
            if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
                break
        if installed():
            return
    print("Installing Playwright's Chromium", file=sys.stderr)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, check=False).returncode:
        sys.exit("error: no browser for the tests; install Chromium and run make test again.")


if __name__ == "__main__":
    if installed() is None:
        install()
