"""Reads a git repository into Arrow tables. Only `git` runs, and nothing that the repository's configuration names."""

from koalr_server.ingest.git.changes import ChangeLog, read_changes
from koalr_server.ingest.git.process import GitError
from koalr_server.ingest.git.repository import GitHistory, read_repository

__all__ = ["ChangeLog", "GitError", "GitHistory", "read_changes", "read_repository"]
