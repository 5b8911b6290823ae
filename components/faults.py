"""What no page can be drawn from: values that no page was made for become one of the designed failures."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb

from koalr_api import KoalrError, ResponseValidationError

logger = logging.getLogger(__name__)
WORDS = "The answers hold values that this page cannot be drawn from. The log of the dashboard says where it stopped."


@contextmanager
def drawable() -> Iterator[None]:
    """Raise what is no error of the client as one, so that nobody sees a traceback.

    Raises:
        ResponseValidationError: in the place of the error. The log has its kind and place, not its text, which may hold
            a part of an answer.
    """
    try:
        yield
    except KoalrError:
        raise
    except Exception as error:
        place = extract_tb(error.__traceback__)[-1]
        logger.error("A page cannot be drawn: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
        raise ResponseValidationError(WORDS) from None
