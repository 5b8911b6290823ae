"""What every tool's module offers (the whole interface a new tool has to fill)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from koalr_server.sources.observation import Observation


class Refusal(Exception):
    """A delivery that is not let in: the sentence says what is wrong with it and what would be right."""


class Source(Protocol):
    """A tool that sends deliveries."""

    name: str
    secret_setting: str | None
    """The environment variable that holds its secrets, several separated by commas while one takes over from the other; None for
    a source whose senders present an API key with the write scope."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime) -> None:
        """Let a delivery pass that one of the secrets signed, compared in constant time over the raw bytes.

        Args:
            headers: names in lower case.

        Raises:
            Refusal: the signature is missing, wrong or too old; never with a secret or a signature in its text.
        """

    def check(self, body: Any) -> Sequence[str]:  # noqa: ANN401 - JSON
        """What its sender should mend, a sentence each; nothing for a tool whose bodies are not ours to judge."""

    def event(self, headers: Mapping[str, str], body: bytes) -> str:
        """What the tool calls the event; "" where only the body says it."""

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """The tool's id of the delivery, the same when it sends it again; a hash of the body where it has none."""

    def observe(self, event: str, body: Any) -> list[Observation]:  # noqa: ANN401 - JSON
        """What a body tells; nothing for an event that does not concern us, or that we do not know yet.

        Never raises for a JSON value of whatever shape: what does not fit tells nothing.
        """
