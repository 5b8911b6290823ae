"""What has locks and threads, through a fork of the process.

A child process has one thread and the locks as they were. One that another thread held would be held for ever, and what it
guarded be half changed; so a fork takes them all first.
"""

import os
import threading
import weakref
from typing import Protocol


class Forked(Protocol):
    """Something with locks and threads."""

    def before_fork(self) -> None:
        """Take the locks."""

    def after_fork_in_parent(self) -> None:
        """Let them go."""

    def after_fork_in_child(self) -> None:
        """Make new ones."""


_watched: "weakref.WeakSet[Forked]" = weakref.WeakSet()
_forking: list[Forked] = []
# Threads may fork at the same time, and there is one list.
_one_fork = threading.Lock()


def watch(forked: Forked) -> None:
    """See to it for as long as it lives."""
    _watched.add(forked)


def _before() -> None:
    _one_fork.acquire()
    _forking[:] = list(_watched)
    for forked in _forking:
        forked.before_fork()


def _after_in_parent() -> None:
    for forked in _forking:
        forked.after_fork_in_parent()
    _forking.clear()
    _one_fork.release()


def _after_in_child() -> None:
    for forked in _forking:
        forked.after_fork_in_child()
    _forking.clear()
    _one_fork.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
