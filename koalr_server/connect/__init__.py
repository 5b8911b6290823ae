"""Walks a newcomer through connecting sources. No I/O: a terminal and the outside come in."""
