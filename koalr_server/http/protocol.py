"""What is refused before it is a request: in the shape of every other error."""

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from koalr_server.http.errors import error_response, new_request_id
from koalr_server.http.headers import HEADERS

REFUSAL = "This is not a valid HTTP request, or its line and headers together are longer than 64 KiB."


class OneErrorShape(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with this API's error body where h11 cannot read the request.

    No key has been read by then, so this is the one answer without the headers of the rate limit.
    """

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Answer 400 and close the connection; `msg` is uvicorn's own text, which is logged."""
        request_id = new_request_id()
        headers = {**HEADERS, "Connection": "close", "X-Request-Id": request_id}
        answer = error_response(400, REFUSAL, request_id, headers=headers)
        for event in (
            h11.Response(status_code=400, headers=answer.raw_headers, reason=b"Bad Request"),
            h11.Data(data=bytes(answer.body)),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
