"""A connection to Redis that may be gone: never slower than a quarter of a second, never an error, one warning per outage."""

import json
import logging
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from koalr_api.errors import ConfigError
from koalr_api.secret import Secret

# A page may wait two seconds for its figures; Redis gets little of that.
LONGEST_ANSWER_SECS = 0.25
# While it is gone, one question in so long tries whether it is back.
PROBE_SECS = 2.0
MOST_CONNECTIONS = 1000

log = logging.getLogger("koalr_api")


class Link:
    """Runs scripts in the Redis at a URL.

    Args:
        url: redis:// or rediss://, perhaps with a password.
        clock: monotonic seconds.
        answer_secs: what it may take to connect, and to answer.

    Raises:
        ConfigError: the URL is none of Redis, or the package redis is not installed.
    """

    def __init__(self, url: Secret, clock: Callable[[], float], answer_secs: float = LONGEST_ANSWER_SECS) -> None:
        self.address = _address(url)
        self._client = _client(_package(), url, self.address, answer_secs)
        self._clock = clock
        self._scripts: dict[str, Callable[..., Any]] = {}
        self.after_fork()

    def after_fork(self) -> None:
        """In a child process: a lock of its own. The package gives it connections of its own."""
        self._lock = threading.Lock()
        self._gone = False
        self._again_at = -math.inf

    def run(self, script: str, keys: Sequence[str], told: Mapping[str, object], *blobs: bytes) -> Any:  # noqa: ANN401
        """What a script answers; None if Redis is gone."""
        if not self._worth_trying():
            return None
        try:
            found = self._script(script)(keys=keys, args=[json.dumps(told), *blobs])
        except Exception as error:
            # Whatever is wrong with Redis or what it holds: nobody's question fails for it.
            self._lost(error)
            return None
        self._found()
        return found

    def _script(self, text: str) -> Callable[..., Any]:
        if text not in self._scripts:
            self._scripts[text] = self._client.register_script(text)
        return self._scripts[text]

    def _worth_trying(self) -> bool:
        with self._lock:
            if not self._gone:
                return True
            now = self._clock()
            if now < self._again_at:
                return False
            self._again_at = now + PROBE_SECS
            return True

    def _lost(self, error: Exception) -> None:
        with self._lock:
            news, self._gone = not self._gone, True
            self._again_at = self._clock() + PROBE_SECS
        if news:
            log.warning(
                "%s is gone (%s): requests go on with a part of the budget.", self.address, type(error).__name__
            )

    def _found(self) -> None:
        with self._lock:
            news, self._gone = self._gone, False
        if news:
            log.info("%s is back.", self.address)


def _package() -> ModuleType:
    try:
        import redis
    except ImportError:
        raise ConfigError(
            "KOALR_CACHE_URL needs the package redis, which is not installed: pip install 'koalr-api[redis]', or unset it."
        ) from None
    return redis


# Errors are raised where no variable holds more of the URL than the secret.


def _address(url: Secret) -> str:
    """The URL without what may be secret in it."""
    scheme, host, port = _parts(url)
    if scheme not in ("redis", "rediss") or not host:
        raise ConfigError(
            "KOALR_CACHE_URL should be an address such as redis://127.0.0.1:6379/0, or rediss://:password@host:6379/0."
        )
    return f"{scheme}://{host}:{port}"


def _parts(url: Secret) -> tuple[str, str | None, int]:
    try:
        parts = urlsplit(url.reveal())
        # What has no host may be anything, also a password alone.
        return (parts.scheme, parts.hostname, parts.port or 6379) if parts.hostname else ("", None, 0)
    except ValueError:
        return "", None, 0


def _client(redis: Any, url: Secret, address: str, answer_secs: float) -> Any:  # noqa: ANN401 - the package's
    found = _made(redis, url, answer_secs)
    if isinstance(found, str):
        raise ConfigError(
            f"KOALR_CACHE_URL names {address} with something that does not fit ({found}); "
            "it may end in the number of a database and options, such as /0?ssl_ca_certs=/etc/ssl/redis.pem."
        )
    return found


def _made(redis: Any, url: Secret, answer_secs: float) -> Any:  # noqa: ANN401 - the package's
    """A client; the name of the error if the URL allows none."""
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        client = redis.Redis.from_url(
            url.reveal(),
            socket_timeout=answer_secs,
            socket_connect_timeout=answer_secs,
            # A connection that Redis closed meanwhile is made anew at once; every script may run twice.
            retry=Retry(NoBackoff(), 1, (redis.ConnectionError,)),
            max_connections=MOST_CONNECTIONS,
            protocol=2,
        )
        # An option that does not exist shows only here.
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
    except (ValueError, TypeError, redis.RedisError) as error:
        return type(error).__name__
    return client
