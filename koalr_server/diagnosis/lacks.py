"""What lacks have in common: one sentence with its command; the same gap is the same Lack in every finding (pure)."""

from datetime import datetime, timedelta

from koalr_server.diagnosis.counts import RECENT_DAYS, Counts, Part
from koalr_server.diagnosis.finding import Lack, named

PROGRAM = "python -m koalr_server"
INGEST = f"{PROGRAM} ingest git PATH"
INGEST_TAGS = f"{PROGRAM} ingest git PATH --deploy-tags 'v*'"
STALE = timedelta(days=14)


def importing(kind: str) -> str:
    """The command that imports a kind of records."""
    return f"{PROGRAM} import {kind} FILE"


def some(part: Part, noun: str, without: str, consequence: str, command: str) -> Lack | None:
    """ "3 of 7 repositories without … (acme/api): consequence", if it is worth saying."""
    if not part.notable:
        return None
    counted = f"All {part.of:,}" if part.lacking == part.of > 1 else f"{part.lacking:,} of {part.of:,}"
    return Lack(f"{counted} {noun} {without}{named(part.examples)}: {consequence}.", command)


def stale(counts: Counts) -> Lack | None:
    """The data end more than two weeks ago."""
    if counts.newest_at is None or counts.now - counts.newest_at <= STALE:
        return None
    days = (counts.now - counts.newest_at).days
    command = INGEST if counts.newest_commit_at else importing("deployments")
    return Lack(f"The newest data are {days} days old: shorter windows are empty. Bring in newer ones.", command)


def behind(counts: Counts, newest_at: datetime | None, noun: str, command: str) -> Lack | None:
    """Of this kind there is nothing recent, although there is of others."""
    if newest_at is None or counts.newest_at is None or counts.newest_at - newest_at < timedelta(days=RECENT_DAYS):
        return None
    return Lack(f"The newest {noun} is {(counts.now - newest_at).days} days old, other data are newer.", command)
