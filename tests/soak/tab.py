"""A tab of a browser without the browser: Streamlit's messages over a websocket, read as they come and answered as a page does."""

import asyncio
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from components.states import RETRY_BUTTON

LONGEST_RUN_SECS = 60.0
TEAM, DAYS = "team", "days"
# How a card begins and ends that stands in the place of figures; and one that asks for patience.
CARD, TRY_AGAIN, QUEUED = "#### ", f"-{RETRY_BUTTON}", "hourglass"


class GoneError(Exception):
    """The connection of the page broke, or there was none to be had."""


@dataclass
class Seen:
    """What tabs were shown and how long it took, all together.

    Attributes:
        run_secs: of each run of a page, from the message that asks for it to its end.
        asked_at: when each of them was asked for, by the clock of the machine.
        refreshes: runs of parts that a page asks for by itself.
        cards: headings of cards in the place of a page's figures.
        faults: exception boxes, and runs that did not end.
    """

    run_secs: list[float] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    refreshes: int = 0
    cards: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Tab:
    """One open page; `choices` are the labels its filters offer, by their key."""

    def __init__(self, socket: ClientConnection, seen: Seen, query: str) -> None:
        self.choices: dict[str, Sequence[str]] = {}
        self._socket = socket
        self._seen = seen
        self._query = query
        self._page = ""
        self._pages: Mapping[str, str] = {}
        self._widgets: dict[str, str] = {}
        self._heading = ""
        self._run: asyncio.Future[bool] | None = None
        self._began = False
        self._reruns: dict[str, asyncio.Task[None]] = {}

    async def open(self, page: str) -> None:
        """Go to a page by its path; from the second on by its link, which has no query."""
        self._query = "" if self._pages else self._query
        asked = BackMsg()
        if page in self._pages:
            asked.rerun_script.page_script_hash = self._pages[page]
        else:
            asked.rerun_script.page_name = page
        await self._asked(asked)

    async def choose(self, filter_: str, label: str) -> None:
        """Set a filter of the page to one of its choices."""
        asked = BackMsg()
        asked.rerun_script.page_script_hash = self._page
        state = asked.rerun_script.widget_states.widgets.add(id=self._widgets[filter_])
        if filter_ == DAYS:
            state.string_array_value.data.append(label)
        else:
            state.string_value = label
        await self._asked(asked)

    async def ended(self, patience_secs: float) -> None:
        """Stay for so long.

        Raises:
            GoneError: the connection broke before.
        """
        with suppress(TimeoutError):
            await asyncio.wait_for(self._socket.wait_closed(), patience_secs)
            raise GoneError

    async def read(self) -> None:
        """Take what the dashboard tells until the connection ends."""
        try:
            async for message in self._socket:
                told = ForwardMsg()
                told.ParseFromString(message)  # type: ignore[arg-type]
                self._take(told)
        except ConnectionClosed:
            pass
        finally:
            self._stop_reruns(list(self._reruns))
            if self._run is not None and not self._run.done():
                self._run.set_result(False)

    async def _asked(self, asked: BackMsg) -> None:
        asked.rerun_script.query_string = self._query
        self._run, self._began = asyncio.get_running_loop().create_future(), False
        started = time.monotonic()
        try:
            await self._socket.send(asked.SerializeToString())
            ended = await asyncio.wait_for(self._run, LONGEST_RUN_SECS)
        except ConnectionClosed:
            ended = False
        except TimeoutError:
            self._seen.faults.append(f"a run of {asked.rerun_script.page_name!r} did not end in {LONGEST_RUN_SECS} s")
            ended = False
        if not ended:
            raise GoneError
        secs = time.monotonic() - started
        self._seen.run_secs.append(secs)
        self._seen.asked_at.append(time.time() - secs)

    def _take(self, told: ForwardMsg) -> None:
        match told.WhichOneof("type"):
            case "navigation":
                self._pages = {each.url_pathname: each.page_script_hash for each in told.navigation.app_pages}
            case "new_session" if not told.metadata.run.fragment_ids:
                self._page, self._began = told.new_session.page_script_hash, True
                self._stop_reruns(list(self._reruns))
            case "page_info_changed":
                self._query = told.page_info_changed.query_string
            case "delta":
                self._look_at(told.delta)
            case "auto_rerun":
                self._start_rerun(told.auto_rerun.fragment_id, told.auto_rerun.interval)
            case "stop_auto_rerun":
                self._stop_reruns(told.stop_auto_rerun.fragment_ids)
            case "script_finished":
                self._finish(told.script_finished)

    def _look_at(self, delta: Delta) -> None:
        if delta.WhichOneof("type") != "new_element":
            return
        element: Element = delta.new_element
        match element.WhichOneof("type"):
            case "exception":
                self._seen.faults.append(f"{element.exception.type}: {element.exception.message}")
            case "markdown" if element.markdown.body.startswith(CARD):
                self._heading = element.markdown.body.removeprefix(CARD)
                if QUEUED in self._heading:
                    self._seen.cards[self._heading] += 1
            case "button" if element.button.id.endswith(TRY_AGAIN):
                self._seen.cards[self._heading] += 1
            case "selectbox" if element.selectbox.id.endswith(f"-{TEAM}"):
                self._widgets[TEAM], self.choices[TEAM] = element.selectbox.id, list(element.selectbox.options)
            case "button_group" if element.button_group.id.endswith(f"-{DAYS}"):
                self._widgets[DAYS] = element.button_group.id
                self.choices[DAYS] = [option.content for option in element.button_group.options]

    def _finish(self, status: "ForwardMsg.ScriptFinishedStatus.ValueType") -> None:
        if status == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self._seen.refreshes += 1
        elif status == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self._seen.faults.append("a page could not be compiled")
        # One that was given up for another run is not the one that was asked for.
        if status == ForwardMsg.FINISHED_SUCCESSFULLY and self._began and self._run and not self._run.done():
            self._run.set_result(True)

    def _start_rerun(self, fragment: str, every_secs: float) -> None:
        self._stop_reruns([fragment])
        self._reruns[fragment] = asyncio.create_task(self._rerun(fragment, every_secs))

    def _stop_reruns(self, fragments: Sequence[str]) -> None:
        for fragment in fragments:
            if fragment in self._reruns:
                self._reruns.pop(fragment).cancel()

    async def _rerun(self, fragment: str, every_secs: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(every_secs)
                asked = BackMsg()
                asked.rerun_script.query_string = self._query
                asked.rerun_script.page_script_hash = self._page
                asked.rerun_script.fragment_id = fragment
                asked.rerun_script.is_auto_rerun = True
                await self._socket.send(asked.SerializeToString())


@asynccontextmanager
async def opened(url: str, cookies: dict[str, str], seen: Seen, query: str) -> AsyncIterator[Tab]:
    """A new tab, connected and empty yet; nginx's cookie, which says which dashboard is the viewer's, is kept in `cookies`.

    Raises:
        GoneError: nobody is there.
    """
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    try:
        socket = await connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            ssl=context,
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers=headers,
            max_size=None,
            open_timeout=30,
        )
    except (OSError, InvalidHandshake, TimeoutError, EOFError):
        raise GoneError from None
    assert socket.response is not None
    for line in socket.response.headers.get_all("Set-Cookie"):
        name, _, value = line.partition(";")[0].partition("=")
        cookies[name] = value
    tab = Tab(socket, seen, query)
    reading = asyncio.create_task(tab.read())
    try:
        yield tab
    finally:
        await socket.close()
        await reading
