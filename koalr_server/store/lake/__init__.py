"""The shared store: DuckLake, tables as Parquet files and a catalogue of them in PostgreSQL, or in a DuckDB file."""
