"""The version, in this one place; CHANGELOG.md says what changed."""

VERSION = "0.2.0"
