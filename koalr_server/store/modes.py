"""Who on this machine may look into the data folder: its owner alone."""

import os
import shlex
import stat
from pathlib import Path

OTHERS = 0o077


def keep_to_owner() -> None:
    """Let whatever this process makes from now on be its owner's alone: the engine makes its log anew at any time."""
    os.umask(OTHERS)


def openness(folder: Path) -> str | None:
    """A sentence if others may look into a data folder, with the command that ends it; None if not, or if there is none."""
    try:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & OTHERS:
            return None  # nobody else reaches what is in it
        found = [path for path in (folder, *sorted(folder.iterdir())) if path.stat().st_mode & OTHERS]
    except OSError:
        return None
    named = ", ".join(path.name for path in found[1:])
    return (
        f"Others on this machine may enter the data folder {folder} (mode {mode:04o})"
        f"{f' and read or change {named}' if named else ''}; it holds hashes of keys and raw deliveries."
        f" Close it: chmod -R go-rwx {shlex.quote(str(folder))}"
    )
