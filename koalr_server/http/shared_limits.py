"""Counts the requests of callers in Redis, so that replicas together let no more pass than one would."""

import hashlib
import logging
import math
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from koalr_server.errors import InputError
from koalr_server.limiter import BURST_FACTOR, BURST_SECS, WINDOW_SECS, Verdict

log = logging.getLogger("koalr_server.http")

SETTING = "KOALR_CACHE_URL"
MISTAKE = (
    f"{SETTING} should be an address such as redis://127.0.0.1:6379/0, or rediss://:password@host:6379/0; correct it, "
    "or unset it for a server that counts requests alone."
)
# Every request waits for it, and a server that is short of time is late itself.
LONGEST_ANSWER_SECS = 1.0
# While it is gone, one request in so long tries whether it is back.
PROBE_SECS = 2.0

# The rule of limiter.SlidingLimit, by one clock for all: that of Redis. `admitted` holds a score per request that passed.
ADMIT = """
local admitted, state = KEYS[1], KEYS[2]
local limit, window, burst, factor = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local now = tonumber(ARGV[5])
if not now then
  local time = redis.call('TIME')
  now = time[1] + time[2] / 1000000
end
local latest = tonumber(redis.call('HGET', state, 'latest')) or now
-- Put back by more than a trifle, the clock tells nothing of what was before.
if now < latest - 1 then redis.call('DEL', admitted, state) elseif now < latest then now = latest end

redis.call('ZREMRANGEBYSCORE', admitted, '-inf', now - window)
local count = redis.call('ZCARD', admitted)

local function bursting()
  local started = tonumber(redis.call('HGET', state, 'burst'))
  if not started or now >= started + burst + window then
    started = now
    redis.call('HSET', state, 'burst', string.format('%.6f', now))
  end
  return now < started + burst
end

local passes = count < limit or (count < factor * limit and bursting())
if passes then
  redis.call('ZADD', admitted, now, redis.call('HINCRBY', state, 'number', 1))
  count = count + 1
end
redis.call('HSET', state, 'latest', string.format('%.6f', now))
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, math.ceil(2 * (burst + window))) end

local over = count - limit
local wait = 0
if over >= 0 then
  wait = redis.call('ZRANGE', admitted, over, over, 'WITHSCORES')[2] + window - now
end
return {passes and 1 or 0, over, string.format('%.6f', wait)}
"""


class SharedLimits:
    """Counts in Redis; while that is gone it has no verdict, and each replica counts for itself.

    Args:
        url: redis:// or rediss://, perhaps with a password.
        clock: epoch seconds, in which verdicts are told.
        monotonic: seconds, for the pause between two tries.
        shared_clock: epoch seconds to count by; None for the clock of Redis.

    Raises:
        InputError: the URL is none of Redis.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        shared_clock: Callable[[], float] | None = None,
    ) -> None:
        self.address = _address(url)
        self._client = _client(url)
        self._script = self._client.register_script(ADMIT)
        self._clock = clock
        self._monotonic = monotonic
        self._shared_clock = shared_clock
        self._again_at = -math.inf

    async def admit(self, caller: str, limit: int) -> Verdict | None:
        """Decide one request of a caller who has so many a minute; None while Redis is gone."""
        if self._monotonic() < self._again_at:
            return None
        try:
            verdict = await self._ask(caller, limit)
        except (RedisError, OSError, TimeoutError) as error:
            self._lost(error)
            return None
        if self._again_at > -math.inf:
            self._again_at = -math.inf
            log.info("%s is back: replicas count requests together again.", self.address)
        return verdict

    async def _ask(self, caller: str, limit: int) -> Verdict:
        # One slot of a cluster; a caller may be an address, so its name is not for the eyes of whoever reads Redis.
        name = hashlib.sha256(f"{caller} {limit}".encode()).hexdigest()[:32]
        keys = [f"koalr:limit:{{{name}}}:{part}" for part in ("admitted", "state")]
        now = "" if self._shared_clock is None else repr(self._shared_clock())
        passes, over, wait = await self._script(keys=keys, args=[limit, WINDOW_SECS, BURST_SECS, BURST_FACTOR, now])
        now_here = self._clock()
        reset_at = math.floor(now_here) if over < 0 else math.ceil(now_here + float(wait))
        return Verdict(bool(passes), limit, max(0, -over), reset_at)

    def _lost(self, error: Exception) -> None:
        if self._again_at == -math.inf:
            log.warning("%s is gone (%s): each replica counts requests for itself.", self.address, type(error).__name__)
        self._again_at = self._monotonic() + PROBE_SECS

    async def close(self) -> None:
        """End its connections."""
        await self._client.aclose()


def _client(url: str) -> Redis:
    try:
        return Redis.from_url(url, socket_timeout=LONGEST_ANSWER_SECS, socket_connect_timeout=LONGEST_ANSWER_SECS)
    except (ValueError, TypeError):
        raise InputError(MISTAKE) from None


def _address(url: str) -> str:
    """The URL without what may be secret in it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 6379
    except ValueError:
        raise InputError(MISTAKE) from None
    if parts.scheme not in ("redis", "rediss") or not host:
        raise InputError(MISTAKE)
    return f"{parts.scheme}://{host}:{port}"
