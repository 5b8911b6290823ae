"""Forecasts: when so many items will be done, and how fast a backlog empties (docs/METRICS.md)."""
