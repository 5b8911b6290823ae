"""The command line: line reads it, questions asks, views says what is shown, tables and texts how."""
