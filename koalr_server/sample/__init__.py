"""The sample organisation: real deployments of GOV.UK applications, January to March 2025 (data/NOTICE.md)."""

from koalr_server.sample.organisation import ENDS_AT, NOTICE, UNMOVED_NOTICE, sample_tables

__all__ = ["ENDS_AT", "NOTICE", "UNMOVED_NOTICE", "sample_tables"]
