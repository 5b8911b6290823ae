"""What the tools of a team say, by webhook or when asked, as facts about things: pure, one module or package per tool.

A source turns one body into observations (`observation.py`); all observations of a thing together make its records
(`assembly.py`), whatever order they came in and however often. What is read from the network or kept in the store is elsewhere
(`sync`, `store/inbox.py`).
"""
