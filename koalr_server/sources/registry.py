"""Every source by its name in the URL, `POST /api/ingest/NAME`."""

from collections.abc import Mapping

from koalr_server.sources.deployments import DEPLOYMENTS
from koalr_server.sources.github.source import GitHub
from koalr_server.sources.incident_io import IncidentIo
from koalr_server.sources.incidents import INCIDENTS
from koalr_server.sources.opsgenie import Opsgenie
from koalr_server.sources.pagerduty import PagerDuty
from koalr_server.sources.source import Source

_ALL: tuple[Source, ...] = (GitHub(), PagerDuty(), Opsgenie(), IncidentIo(), DEPLOYMENTS, INCIDENTS)

SOURCES: Mapping[str, Source] = {source.name: source for source in _ALL}

READERS = 1
"""The version of what sources tell of a body and of how records are made of that. Raise it with every change of either: a store
whose deliveries earlier readers read then has the raw bodies that are kept read once more (store/readers.py)."""
