"""Entry of `python -m koalr_api`."""

import sys

from koalr_api.command.line import main

sys.exit(main(sys.argv[1:]))
