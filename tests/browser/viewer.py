"""A viewer without a browser, who can lie in every header and come from another address of this machine."""

import ssl
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


def shown(url: str, query: str = "", source: str = "127.0.0.1", **headers: str) -> str:
    """All that the dashboard sends for one look at its first page, as text.

    Args:
        query: of the page's address, such as "kiosk=1".
        source: the address to come from.
        headers: of the handshake, with _ for -.
    """
    server = urlsplit(url)
    secure = server.scheme == "https"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    messages: list[str] = []
    with connect(
        f"{'wss' if secure else 'ws'}://{server.netloc}{server.path}/_stcore/stream",
        source_address=(source, 0),
        # The certificates of tests are their own.
        ssl=ssl._create_unverified_context() if secure else None,
        additional_headers=sent,
        max_size=None,
        open_timeout=30,
    ) as stream:
        look = BackMsg()
        look.rerun_script.query_string = query
        stream.send(look.SerializeToString())
        while True:
            message = ForwardMsg.FromString(stream.recv(timeout=60))
            messages.append(str(message))
            if message.WhichOneof("type") == "script_finished":
                return "\n".join(messages)
