"""`import KIND FILE`: JSON lines or CSV with the field names of records.py."""

from koalr_server.ingest.files.reading import ImportedFile, read_file

__all__ = ["ImportedFile", "read_file"]
