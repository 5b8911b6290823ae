"""Why an answer is empty: what each rests on, what it lacks, and the command that brings it. No I/O: a query function and now come in."""
