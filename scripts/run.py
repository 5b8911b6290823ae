"""`make run [REPO=path]`: set up, load the sample or a repository, start the dashboard (standard library only)."""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys

from environment import PYTHON, ROOT, fail, set_up


def port_from(text):
    """The port to use, 8501 unless PORT says otherwise."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        fail("PORT={} is not a port; use a number from 1 to 65535.".format(text))
    return int(text)


def check_port(host, port):
    """Refuse a taken port before anything slow is done."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            fail(
                "port {} on {} cannot be used ({}); stop the other program or run make run PORT={}".format(
                    port, host, error.strerror, port + 1
                )
            )


def data_folder(repository):
    """A folder of its own per repository, so that neither meets the sample."""
    if not repository:
        return os.path.join(ROOT, ".koalr", "sample")
    path = os.path.realpath(repository)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(path)) or "repository"
    return os.path.join(ROOT, ".koalr", "{}-{}".format(name, hashlib.sha256(path.encode()).hexdigest()[:8]))


def load_repository(repository, folder):
    """Bring the store up to date with the repository; a second time reads only what is new."""
    command = [PYTHON, "-m", "koalr_server", "ingest", "git", os.path.abspath(repository), "--data", folder]
    status = subprocess.call(command, cwd=ROOT)
    if status:
        sys.exit(status)


def main():
    """Start everything in one process that replaces this one."""
    repository = os.environ.get("REPO", "")
    host = os.environ.get("HOST") or "127.0.0.1"
    port = port_from(os.environ.get("PORT") or "8501")
    if repository and shutil.which("git") is None:
        fail("git is not installed; install it first (for example: apt-get install git).")
    if repository and not os.path.isdir(repository):
        fail("REPO={} is not a folder; give the path of a git clone.".format(repository))
    check_port(host, port)
    set_up()
    folder = data_folder(repository)
    if repository:
        load_repository(repository, folder)
    shown_host = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    sys.stderr.write("Dashboard: http://{}:{} (stop with Ctrl+C)\n".format(shown_host, port))
    sys.stderr.flush()
    # Empty: the web server leaves addresses as they are, and the dashboard itself decides which proxy to believe.
    environment = dict(os.environ, KOALR_DATA_DIR=os.environ.get("KOALR_DATA_DIR") or folder, FORWARDED_ALLOW_IPS="")
    command = [PYTHON, "-m", "streamlit", "run", "app.py", "--server.address", host, "--server.port", str(port)]
    os.chdir(ROOT)
    os.execve(PYTHON, command, environment)


if __name__ == "__main__":
    main()
