"""`import copilot FILE`: GitHub's reports, the retired day list and seats, recognised by their shape (pure)."""

from koalr_server.ingest.copilot.reading import read_copilot

__all__ = ["read_copilot"]
