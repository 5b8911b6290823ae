"""Writes a git repository commit by commit through one `git fast-import`, so that hundreds of commits take a moment."""

import os
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from tests.oracle.git_commands import UNTOUCHED

MAIN = "refs/heads/main"


class RepositoryWriter:
    """A context manager; the repository is complete once it is left.

    Instants are naive UTC. `zone` is what git records beside them ("+0200"); it moves no instant.
    """

    def __init__(self, path: Path) -> None:
        environment = {**os.environ, **UNTOUCHED}
        subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(path)], check=True, env=environment)
        self._importer = subprocess.Popen(
            ["git", "-C", str(path), "fast-import", "--quiet", "--date-format=raw", "--force"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._marks: list[str] = []

    def __enter__(self) -> "RepositoryWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._importer.communicate()
        if kind is None and self._importer.returncode:
            raise ChildProcessError(f"git fast-import ended with {self._importer.returncode}, not 0")

    def commit(
        self,
        parents: list[str],
        message: str,
        author: str,
        authored_at: datetime,
        committed_at: datetime | None = None,
        zone: str = "+0000",
        tree: Mapping[str, bytes] | None = None,
    ) -> str:
        """Writes a commit and returns its sha. `tree` is everything it holds, by path; without, it changes one small file."""
        mark = len(self._marks) + 1
        self._send(f"reset {MAIN}\n\n" if not parents else "")
        self._send(f"commit {MAIN}\nmark :{mark}\n")
        self._send(f"author {_signed(author, authored_at, zone)}\n")
        self._send(f"committer {_signed('Forge', committed_at or authored_at, zone)}\n")
        self._data(message)
        for word, parent in zip(["from", *["merge"] * len(parents)], parents, strict=False):
            self._send(f"{word} {self._mark_of(parent)}\n")
        if tree is None:
            self._send(f"M 100644 inline files/{mark % 7}.txt\n")
            self._data(f"{mark}\n")
        else:
            self._send("deleteall\n")
            for path, content in tree.items():
                self._send(f"M 100644 inline {_quoted(path)}\n")
                self._data(content)
        self._send(f"\nget-mark :{mark}\n")
        self._marks.append(self._answer())
        return self._marks[-1]

    def branch(self, name: str, sha: str) -> None:
        """Points a branch at a commit."""
        self._send(f"reset refs/heads/{name}\nfrom {self._mark_of(sha)}\n\n")

    def tag(self, name: str, sha: str, tagged_at: datetime | None = None, zone: str = "+0000") -> None:
        """Tags a commit: annotated with a time, lightweight without."""
        if tagged_at is None:
            self._send(f"reset refs/tags/{name}\nfrom {self._mark_of(sha)}\n\n")
            return
        self._send(f"tag {name}\nfrom {self._mark_of(sha)}\ntagger {_signed('Forge', tagged_at, zone)}\n")
        self._data(name)

    def _mark_of(self, sha: str) -> str:
        """Commits of this session go by their mark: fast-import cannot look up what it has not yet stored."""
        return f":{self._marks.index(sha) + 1}"

    def _send(self, text: str) -> None:
        assert self._importer.stdin is not None
        self._importer.stdin.write(text.encode())

    def _data(self, content: str | bytes) -> None:
        raw = content.encode() if isinstance(content, str) else content
        self._send(f"data {len(raw)}\n")
        assert self._importer.stdin is not None
        self._importer.stdin.write(raw + b"\n")

    def _answer(self) -> str:
        assert self._importer.stdin is not None
        assert self._importer.stdout is not None
        self._importer.stdin.flush()
        return self._importer.stdout.readline().decode().strip()


def _signed(name: str, moment: datetime, zone: str) -> str:
    return f"{name} <{name.lower().replace(' ', '.')}@example.org> {int(moment.replace(tzinfo=UTC).timestamp())} {zone}"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
