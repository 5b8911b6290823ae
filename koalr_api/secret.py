"""The API key, kept where printing does not find it: not in a repr, an attribute, a traceback's locals or a pickle."""

from collections.abc import Callable
from typing import Any, NoReturn

from requests import PreparedRequest
from requests.auth import AuthBase

from koalr_api.errors import HIDDEN, ConfigError

KEY_HEADER = "X-Koalr-Key"
NOT_PICKLED = "A client is not pickled, because its API key would be; make a new one where it is needed."


class Secret:
    """A text that only `reveal()` gives.

    It lives in a closure: whatever prints attributes, fields or local variables finds a function without its value.
    """

    __slots__ = ("reveal",)
    reveal: Callable[[], str]

    def __init__(self, text: str) -> None:
        self.reveal = lambda: text

    def __repr__(self) -> str:
        return "Secret('…')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(NOT_PICKLED)


class KeyAuth(AuthBase):
    """Puts the key into each request as it leaves, so that no session and no argument holds it."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers[KEY_HEADER] = self._key.reveal()
        return request


def checked_key(key: Secret) -> Secret:
    """The key, if a header can carry it.

    Raises:
        ConfigError: it is empty, or has characters no header can carry.
    """
    if not key.reveal():
        raise ConfigError("No API key: pass api_key or set KOALR_API_KEY.")
    if not fits_a_header(key.reveal()):
        raise ConfigError(
            "The API key has characters no header can carry; copy it again without spaces or line breaks."
        )
    return key


def redacted(text: str, key: Secret) -> str:
    """A text of someone else's without the key, whatever its shape; errors leave out what looks like one."""
    return text.replace(key.reveal(), HIDDEN)


def fits_a_header(text: str) -> bool:
    """Whether a text arrives as it is when it is sent in a header."""
    return text.isascii() and text.isprintable() and text == text.strip()
