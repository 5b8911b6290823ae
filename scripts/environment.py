"""Sets up .venv (standard library only: this runs before anything is installed)."""

import hashlib
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
LOCK = "requirements-dev.lock"
OLDEST = (3, 11)


def fail(sentence):
    """End with one sentence and status 1."""
    sys.exit("error: " + sentence)


def check_python():
    """Refuse a Python that cannot run the project."""
    if sys.version_info < OLDEST:
        fail(
            "Python 3.11 or newer is needed, this is {}.{}; install it or run make PYTHON=/path/to/python3.11".format(
                *sys.version_info[:2]
            )
        )


def wanted():
    """A fingerprint of what should be installed."""
    digest = hashlib.sha256(sys.version.encode())
    with open(os.path.join(ROOT, LOCK), "rb") as stream:
        digest.update(stream.read())
    return digest.hexdigest()


def run_with_clock(what, command):
    """Run a command quietly, showing that time passes; on failure show what it said."""
    terminal = sys.stderr.isatty()
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    reported = 0.0
    while True:
        try:
            output, _ = process.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            elapsed = time.monotonic() - started
            if terminal or elapsed - reported >= 10:
                reported = elapsed
                sys.stderr.write(
                    ("\r\x1b[K" if terminal else "")
                    + "  {}, {:.0f} s".format(what, elapsed)
                    + ("" if terminal else "\n")
                )
                sys.stderr.flush()
    if terminal:
        sys.stderr.write("\r\x1b[K")
    if process.returncode:
        sys.stderr.write(output.decode("utf-8", "replace")[-4000:])
        fail("{} failed (see above).".format(what[0].upper() + what[1:]))


def set_up():
    """Create .venv and install what the lock names, unless that is already so."""
    check_python()
    stamp = os.path.join(VENV, ".installed")
    fingerprint = wanted()
    if os.path.exists(PYTHON) and os.path.exists(stamp):
        with open(stamp) as stream:
            if stream.read() == fingerprint:
                return
    if shutil.which("git") is None:
        fail("git is not installed; install it first (for example: apt-get install git).")
    if os.path.islink(VENV):
        fail(
            ".venv is a link to {}, which setting up would empty; remove the link, "
            "or run make setup where that folder belongs.".format(os.path.realpath(VENV))
        )
    sys.stderr.write("Setting up .venv (only the first time and after updates)\n")
    run_with_clock("creating the environment", [sys.executable, "-m", "venv", "--clear", VENV])
    # Compiling every module now would take longer than compiling those that are used, when they are.
    run_with_clock(
        "installing packages",
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-compile",
            "-q",
            "--require-hashes",
            "-r",
            LOCK,
        ],
    )
    with open(stamp, "w") as stream:
        stream.write(fingerprint)


if __name__ == "__main__":
    set_up()
