"""`python -m koalr_server`: serve, ingest, import, sample, keys."""

import sys

from koalr_server.commands.line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
