"""The command streamlit with a client that waits less, so that minutes on a wall take seconds; all else is as it is."""

from streamlit.web.cli import main

from koalr_api import Koalr

FRESH_SECS = 1.0
TIMEOUT_SECS = (1.0, 2.0)

if __name__ == "__main__":
    Koalr.__init__.__kwdefaults__ |= {"cache_ttl_secs": FRESH_SECS, "timeout_secs": TIMEOUT_SECS}  # type: ignore[operator]
    main(prog_name="streamlit")
