"""Tests. Like the commands they keep small matrices on one core (koalr_server/__main__.py)."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
