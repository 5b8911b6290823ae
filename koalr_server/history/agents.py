"""Which commits an AI agent had a hand in, by how agents sign (pure; docs/METRICS.md says it in words)."""

import re

_TRAILER = re.compile(r"^[ \t]*co-authored-by:[ \t]*([^<\n]*)(?:<([^>\n]*)>)?", re.IGNORECASE | re.MULTILINE)
# Claude and Devin are also names of people: alone they count with their makers' addresses only.
_NAME = re.compile(
    r"copilot|\bcodex\b|^aider\b|^cursor$|cursor[ -]?agent|^claude[ -](code|opus|sonnet|haiku|\d)|^claude\[bot\]|^devin[ -]ai\b"
    r"|gemini[ -]code[ -]assist|^windsurf\b|^openhands\b|^google-labs-jules\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"@(anthropic|cursor|openai)\.com$|@cognition\.ai$|@devin\.ai$|@aider\.chat$"
    r"|(copilot|claude\[bot\]|devin-ai-integration\[bot\])@users\.noreply\.github\.com$",
    re.IGNORECASE,
)
# Where agents that open pull requests work, as their makers document it: copilot/fix-12, codex/add-retries.
_BRANCH = re.compile(r"(copilot|codex|claude|cursor|devin)/", re.IGNORECASE)
_MERGED_BRANCH = re.compile(r"Merge pull request #\d+ from [^/\s]+/(\S+)")


def is_agent(name: str | None, email: str | None = None) -> bool:
    """True for the names and addresses under which AI coding agents commit."""
    return bool(name and _NAME.search(name.strip())) or bool(email and _ADDRESS.search(email.strip()))


def names_agent(message: str) -> bool:
    """True if a Co-authored-by trailer of a commit message names an AI coding agent."""
    return any(is_agent(name, email) for name, email in _TRAILER.findall(message))


def merges_agent_branch(message: str) -> bool:
    """True if the message of a forge's merge commit names a branch that an AI coding agent made."""
    merged = _MERGED_BRANCH.match(message)
    return merged is not None and _BRANCH.match(merged[1]) is not None
