"""The tools we know, by the name in their URL."""

from collections.abc import Mapping

from koalr_server.sources.source import Source

SOURCES: Mapping[str, Source] = {}
