"""The sample organisation: real deployments of GOV.UK applications, the rest simulated around them (data/NOTICE.md)."""

from koalr_server.sample.organisation import EDITION, NOTICE, UNMOVED_NOTICE, sample_tables
from koalr_server.sample.quarter import ENDS_AT

__all__ = ["EDITION", "ENDS_AT", "NOTICE", "UNMOVED_NOTICE", "sample_tables"]
