"""`import coverage FILE...`: Cobertura, JaCoCo, Clover and lcov reports, recognised by what they hold (pure)."""

from koalr_server.ingest.coverage.reading import read_report

__all__ = ["read_report"]
