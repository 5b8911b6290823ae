"""The command streamlit with a client that waits less, so that minutes on a wall take seconds; all else is as it is."""

import os

from streamlit.web.cli import main

from components import asking, states
from koalr_api import Koalr

FRESH_SECS = 1.0
# Older answers are waited for, those of the head of a page too.
OLD_SECS = float(os.environ.get("HURRIED_OLD_SECS", "2"))
# A page waits 2 s for its first figures, so it says that they are on their way before this is over. A test that looks at
# the first alone takes a longer time.
TIMEOUT_SECS = (5.0, float(os.environ.get("HURRIED_ANSWER_SECS", "4")))
LOOK_AGAIN_SECS = 2.0

if __name__ == "__main__":
    Koalr.__init__.__kwdefaults__ |= {"cache_ttl_secs": FRESH_SECS, "timeout_secs": TIMEOUT_SECS}  # type: ignore[operator]
    asking.MAX_AGE_SECS = OLD_SECS
    states.LOOK_AGAIN_SECS = LOOK_AGAIN_SECS
    main(prog_name="streamlit")
