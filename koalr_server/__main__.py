"""`python -m koalr_server`: serve, connect, ingest, sync, import, sample, keys, metrics, risk, doctor."""

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class WithoutPandas(MetaPathFinder):
    """Makes `import pandas` fail at once.

    Arrow imports pandas, 0.3 s, only to ask whether a list is one of its objects, and does without if there is none. No
    command uses pandas.
    """

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:  # noqa: ARG002
        """Refuse pandas, leave every other module to the next finder."""
        if fullname == "pandas":
            raise ImportError("commands run without pandas", name=fullname)


if __name__ == "__main__":
    sys.meta_path.insert(0, WithoutPandas())
    # The matrices of risk models are small: sharing them out costs more than it saves, on a busy machine ten times as much.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from koalr_server.commands.line import main

    sys.exit(main(sys.argv[1:]))
