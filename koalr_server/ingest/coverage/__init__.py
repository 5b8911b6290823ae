"""`import coverage FILE...`: Cobertura, JaCoCo, Clover and lcov reports, recognised by what they hold (pure)."""

from koalr_server.ingest.coverage.reading import LARGEST_MIB, read_report

__all__ = ["LARGEST_MIB", "read_report"]
