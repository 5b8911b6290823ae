"""Runs git so that it neither touches the network nor starts a program the repository names."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO

from koalr_server.errors import InputError

CHUNK_BYTES = 1 << 20
# More moved and edited files than this in a commit count as deleted and created. git compares each with each: 2,000 take a second.
RENAME_LIMIT = 2_000
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
# What a clone's configuration can make git start or fetch, switched off one by one, and what would change its counts.
SAFE_CONFIGURATION = (
    "protocol.allow=never",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.sshCommand=false",
    "core.askPass=false",
    "core.alternateRefsCommand=false",
    "credential.helper=",
    "log.showSignature=false",
    "log.showRoot=true",
    "gpg.program=false",
    "diff.external=",
    "diff.submodule=short",
    "core.quotePath=false",
    "color.ui=false",
    "core.attributesFile=/dev/null",
    "core.bigFileThreshold=512m",
    "diff.algorithm=myers",
    "diff.orderFile=/dev/null",
    f"diff.renameLimit={RENAME_LIMIT}",
    "log.diffMerges=separate",
    # Newer versions of git take attributes from HEAD where there is no working tree.
    f"attr.tree={EMPTY_TREE}",
)
# Once it is found a repository is read as if it had no working tree, from outside: .gitattributes and .mailmap lying there are not
# part of the history, and bare clones have none.
WITHOUT_WORKING_TREE = ("-C", os.sep, "-c", "core.bare=true", "-c", "mailmap.blob=HEAD:.mailmap")
# git diff options that keep external programs out and the output independent of configuration.
SAFE_DIFF = (
    *("--no-ext-diff", "--no-textconv", "--no-relative", "--no-show-signature", "--no-notes", "--no-color"),
    "--ignore-submodules=none",
)
# Where the caller keeps the configuration, not which repository is meant.
KEPT_VARIABLES = ("GIT_CONFIG", "GIT_EXEC_PATH")


class GitError(InputError):
    """git refused or failed; the text is one sentence saying what to do."""


class MissingObjectsError(GitError):
    """The clone lacks file contents that the command needed."""


class Git:
    """One repository's git commands.

    Attributes:
        path: where the caller says it is.
        folder: that of the repository itself, once it is found; the path until then.
    """

    def __init__(self, path: Path) -> None:
        self.path = self.folder = path
        self._place: Sequence[str] = ("-C", str(path))
        self._environment = _environment(path)

    def find(self) -> None:
        """Look whether the path is a repository, and from now on read it without its working tree.

        Raises:
            GitError: it is none, or git does not trust it.
        """
        self.folder = (self.path / self.text("rev-parse", "--git-dir").removesuffix("\n")).absolute()
        self._place = (*WITHOUT_WORKING_TREE, f"--git-dir={self.folder}")

    def text(self, *arguments: str, stdin: str | None = None) -> str:
        """Standard output of a command.

        Raises:
            GitError: git is missing or failed.
        """
        try:
            finished = subprocess.run(  # noqa: S603 - an argument list, no shell
                self._command(arguments),
                input=None if stdin is None else stdin.encode(),
                capture_output=True,
                env=self._environment,
                check=False,
            )
        except FileNotFoundError:
            raise GitError("git is not installed; install it first (for example: apt-get install git).") from None
        if finished.returncode:
            raise self._error(finished.stderr, arguments)
        return finished.stdout.decode("utf-8", "backslashreplace")

    def succeeds(self, *arguments: str) -> bool:
        """Whether a command ends with status 0."""
        try:
            self.text(*arguments)
        except GitError:
            return False
        return True

    @contextmanager
    def _started(
        self, arguments: Sequence[str], stdin: str | None
    ) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
        with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as fed:
            # A wide pipe lets git work on while we parse. Input goes through a file: a pipe could fill up while git waits for us to read its output.
            fed.write((stdin or "").encode())
            fed.seek(0)
            process = subprocess.Popen(  # noqa: S603 - an argument list, no shell
                self._command(arguments),
                stdin=fed,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env=self._environment,
                pipesize=CHUNK_BYTES,
            )
            try:
                yield process, complaints
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
                if process.stdout:
                    process.stdout.close()

    def fields(self, *arguments: str, stdin: str | None = None) -> Iterator[bytes]:
        """The NUL-separated fields a command prints, as they come.

        Raises:
            MissingObjectsError: the clone lacks objects; what was yielded so far is incomplete.
            GitError: git failed.
        """
        with self._started(arguments, stdin) as (process, complaints):
            assert isinstance(process.stdout, BufferedReader)
            rest = b""
            while chunk := process.stdout.read1(CHUNK_BYTES):
                *fields, rest = (rest + chunk).split(b"\0")
                yield from fields
            if rest:
                yield rest
            if process.wait():
                complaints.seek(0)
                raise self._error(complaints.read(), arguments)

    def contents(self, objects: Sequence[str], most_bytes: int) -> Iterator[bytes | None]:
        """The content of each object; None for one that is missing or has more bytes.

        Raises:
            MissingObjectsError: the clone lacks an object that it should fetch; the ones after it are not answered.
            GitError: git failed.
        """
        if not objects:
            return
        arguments = ("cat-file", "--batch")
        with self._started(arguments, "".join(f"{name}\n" for name in objects)) as (process, complaints):
            assert process.stdout is not None
            for _ in objects:
                header = process.stdout.readline().split()
                if header and header[-1] == b"missing":
                    yield None
                    continue
                size = int(header[-1]) if header else 0
                content = process.stdout.read(min(size, most_bytes))
                left = size - len(content) + len(b"\n")
                while left and (skipped := process.stdout.read(min(left, CHUNK_BYTES))):
                    left -= len(skipped)
                if left:  # git has ended early
                    complaints.seek(0)
                    raise self._error(complaints.read(), arguments)
                yield content if size <= most_bytes else None

    def _command(self, arguments: Sequence[str]) -> list[str]:
        settings = [part for setting in SAFE_CONFIGURATION for part in ("-c", setting)]
        return ["git", "--no-pager", *self._place, *settings, *arguments]

    def _error(self, complaint: bytes, arguments: Sequence[str]) -> GitError:
        lines = [line.strip() for line in complaint.decode("utf-8", "replace").splitlines() if line.strip()]
        said = next((line for line in lines if line.startswith("fatal:")), lines[-1] if lines else "no reason given")
        whole = " ".join(lines)
        if "dubious ownership" in whole:
            return GitError(
                f"git does not trust {self.path} because another user owns it; if you do, run "
                f"`git config --global --add safe.directory {self.path.resolve()}` and try again."
            )
        if "not a git repository" in whole:
            return GitError(f"{self.path} is not a git repository; give the folder that holds .git, or a bare clone.")
        if any(
            sign in whole
            for sign in ("promisor", "unable to read", "missing blob", "missing object", "could not fetch")
        ):
            return MissingObjectsError(f"The clone {self.path} lacks objects ({said}).")
        return GitError(f"git {arguments[0]} failed in {self.path}: {said.removeprefix('fatal: ').rstrip('.')}.")


def _environment(path: Path) -> dict[str, str]:
    """Our environment without what would point git elsewhere, trace it or let it ask questions."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(KEPT_VARIABLES)
    }
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        # A folder inside some other repository is not that repository.
        "GIT_CEILING_DIRECTORIES": str(path.resolve().parent),
        "LC_ALL": "C.UTF-8",
    }
