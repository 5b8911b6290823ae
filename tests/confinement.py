"""So much more memory and no more for a running process: over it the kernel kills it, as on a machine that has none left."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONTROL_GROUPS = Path("/sys/fs/cgroup")
NONE_HERE = "needs root, and control groups of memory that may be made"


@contextmanager
def confined(process: "subprocess.Popen[str]", more_bytes: int) -> Iterator[Callable[[], int]]:
    """Memory that the process has counts to nobody; answers how often the kernel has killed for the limit. It has to be over at the end."""
    first = (CONTROL_GROUPS / "memory").is_dir()
    parent = CONTROL_GROUPS / "memory" if first else CONTROL_GROUPS
    limit, events = ("memory.limit_in_bytes", "memory.oom_control") if first else ("memory.max", "memory.events")
    group = parent / f"koalr-test-{process.pid}"
    delegated = first or "memory" in _text(parent / "cgroup.subtree_control").split()
    if not delegated or not os.access(parent, os.W_OK):
        pytest.skip(NONE_HERE)
    try:
        group.mkdir()
        (group / limit).write_text(str(more_bytes))
        (group / "cgroup.procs").write_text(str(process.pid))
    except OSError as error:
        pytest.skip(f"{NONE_HERE}: {error}")
    try:
        yield lambda: next(
            int(line.split()[1]) for line in _text(group / events).splitlines() if line.startswith("oom_kill ")
        )
    finally:
        group.rmdir()


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""
