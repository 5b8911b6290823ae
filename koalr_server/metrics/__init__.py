"""The metric definitions of docs/METRICS.md as SQL plus shaping. No I/O: a query function, now and windows come in."""
