"""Self-hosted Koalr API: http -> metrics -> store, and ingest -> store. Never imports the client or Streamlit."""

VERSION = "1.0"
