"""Custom metrics: saved definitions over a fixed catalogue, checked, composed into SQL and answered. No I/O but `shipped`."""
