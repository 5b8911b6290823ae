"""A viewer without a browser: Streamlit's own messages over a websocket, to load a dashboard with many."""

import threading
import time
from collections.abc import Sequence
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

LONGEST_RUN_SECS = 60.0


class Session:
    """One open page."""

    def __init__(self, url: str, query: str = "") -> None:
        self._socket = connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],
            max_size=None,
            open_timeout=30,  # type: ignore[list-item]
        )
        self._query = query
        self.pages: dict[str, str] = {}

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.close()

    def open(self, page: str = "") -> float:
        """Go to a page by its path; seconds until its script is done.

        Raises:
            AssertionError: the script ended with an exception.
        """
        message = BackMsg()
        message.rerun_script.query_string = self._query
        if page in self.pages:
            message.rerun_script.page_script_hash = self.pages[page]
        else:
            message.rerun_script.page_name = page
        started = time.monotonic()
        self._socket.send(message.SerializeToString())
        while True:
            told = ForwardMsg()
            told.ParseFromString(bytes(self._socket.recv(timeout=LONGEST_RUN_SECS)))  # type: ignore[arg-type]
            kind = told.WhichOneof("type")
            if kind == "navigation":
                self.pages = {each.url_pathname: each.page_script_hash for each in told.navigation.app_pages}
            elif kind == "delta" and told.delta.WhichOneof("type") == "new_element":
                assert told.delta.new_element.WhichOneof("type") != "exception", told.delta.new_element.exception
            elif kind == "script_finished":
                return time.monotonic() - started


def runs_a_second(url: str, viewers: int, pages: Sequence[str], runs: int) -> float:
    """So many viewers click through pages at the same time, each as fast as it is answered.

    Args:
        runs: clicks of each viewer.
    """
    sessions = [Session(url) for _ in range(viewers)]
    for session in sessions:
        session.open(pages[0])
    together = threading.Barrier(viewers + 1)

    def click(session: Session) -> None:
        together.wait()
        for number in range(runs):
            session.open(pages[(number + 1) % len(pages)])

    threads = [threading.Thread(target=click, args=[session]) for session in sessions]
    for thread in threads:
        thread.start()
    together.wait()
    started = time.monotonic()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    for session in sessions:
        session.__exit__(None, None, None)
    return viewers * runs / seconds
