"""What Redis does in one step, in Lua. The only clock is Redis's own, so clocks of processes do not matter.

KEYS: budget (a hash), spends (by when they stop counting), processes (by when they count as gone), answers (a hash by
question), ages (the same questions by when they were fetched), lease (of one question).
ARGV: what is told as JSON, then bytes. A script may run twice, if its answer was lost on the way.
"""

_HEAD = """
local budget, spends, processes, answers, ages, lease = unpack(KEYS)
local told = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000

local function known(name) return tonumber(redis.call('HGET', budget, name)) end

local function limit()
  local found = known('limit')
  if found and found >= 1 and found <= 1000000 then return math.floor(found) end
  return told.limit
end

local function text(number) return string.format('%.6f', number) end
"""

# A request counts from when it is sent until a window after its answer, as in budget.py; one whose end nobody hears of,
# because its process died, for as long as it may have taken.
ASK = (
    _HEAD
    + """
local function answer()
  local at = tonumber(redis.call('ZSCORE', ages, told.question))
  local age = at and now - at
  if not age or age < 0 or age >= told.accepts then return nil end
  local packed = redis.call('HGET', answers, told.question)
  return packed and {'answer', text(age), packed}
end

-- What other clients of the key spent leaves the window one by one. Here and below, a time from the future was written
-- before Redis's clock was set back, and counts as none.
local function others()
  local left = 1 - (now - (known('others_at') or 0)) / told.counted
  if left < 0 or left > 1 then return 0 end
  return math.ceil((known('others') or 0) * left)
end

local function closed()
  local secs = (known('closed_until') or 0) - now
  return secs <= told.counted and secs or 0
end

local function spread(spent, most, allowed)
  local secs = (known('background_at') or 0) + told.counted / allowed - now
  if told.waiting or 2 * spent < most or secs > told.counted then return 0 end
  return secs
end

local function pause(spent)
  local most = limit()
  local allowed = told.waiting and most or most - math.floor(most / told.kept_share)
  local over = spent + others() - allowed + 1
  if closed() > 0 then return closed() end
  if over <= 0 then return spread(spent, most, allowed) end
  local one = told.counted / most
  local place = redis.call('ZRANGE', spends, over - 1, over - 1, 'WITHSCORES')
  return math.max(told.soonest, math.min(place[2] and place[2] - now or one, one))
end

local found = answer()
if found then return found end

local epoch = redis.call('HGET', budget, 'epoch')
if not epoch or not string.find(epoch, '^%x+$') then
  epoch = told.ticket
  redis.call('HSET', budget, 'epoch', epoch)
end
if epoch ~= told.epoch then return {'epoch', epoch} end

redis.call('ZREMRANGEBYSCORE', spends, '-inf', now)
redis.call('ZREMRANGEBYSCORE', spends, now + told.furthest, '+inf')
redis.call('ZREMRANGEBYSCORE', processes, '-inf', now)
local spent = redis.call('ZCARD', spends)

local function reply(what, number, count)
  return {what, text(number), count, redis.call('ZCARD', processes)}
end

local holder = redis.call('GET', lease)
if holder and holder ~= told.ticket then return reply('wait', told.elsewhere, spent) end
local secs = pause(spent)
if secs > 0 then return reply('wait', math.min(secs, told.latest), spent) end

redis.call('SET', lease, told.ticket, 'PX', math.ceil(told.flying * 1000))
redis.call('ZADD', spends, now + told.flying + told.counted, told.ticket)
redis.call('ZADD', processes, now + told.presence, told.process)
if not told.waiting then redis.call('HSET', budget, 'background_at', text(now)) end
for _, key in ipairs({budget, spends, processes}) do redis.call('EXPIRE', key, told.idle) end
return reply('go', now, spent + 1)
"""
)

# The order matters: what must happen comes before what a foreign value could make fail.
DONE = (
    _HEAD
    + """
redis.call('ZADD', spends, now + told.counted, told.ticket)
redis.call('EXPIRE', spends, told.idle)
if redis.call('GET', lease) == told.ticket then redis.call('DEL', lease) end

local function close(secs)
  secs = math.min(secs, told.counted)
  local left = (known('closed_until') or 0) - now
  if left < secs or left > told.counted then redis.call('HSET', budget, 'closed_until', text(now + secs)) end
end

-- What was under way already when the last refusal came tells nothing of the time after it.
local later = told.at > (known('refused_at') or 0)

local function refused()
  local count = known('refusals') or 0
  if later then
    count = count + 1
    redis.call('HSET', budget, 'refusals', count, 'refused_at', text(now))
  end
  close(math.max(told.retry or 0, math.min(told.longest_pause, told.first_pause * 2 ^ math.max(0, count - 1))))
end

local function count_others()
  local others = math.max(0, limit() - told.remaining - told.spent)
  redis.call('HSET', budget, 'others', others, 'others_at', text(now))
  if others > 0 and told.remaining == 0 and told.reset and told.reset > 0 then close(told.reset) end
end

local function size() return math.floor(tonumber(redis.call('HGET', answers, 'bytes')) or 0) end

local function drop(question)
  local bytes = size() - redis.call('HSTRLEN', answers, question)
  redis.call('HSET', answers, 'bytes', math.max(0, bytes))
  redis.call('HDEL', answers, question)
  redis.call('ZREM', ages, question)
end

local function keep(packed)
  drop(told.question)
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', ages, '-inf', now - told.life)) do drop(old) end
  redis.call('HSET', answers, told.question, packed)
  redis.call('HSET', answers, 'bytes', size() + #packed)
  redis.call('ZADD', ages, now, told.question)
  while size() > told.most_bytes or redis.call('ZCARD', ages) > told.most_answers do
    local oldest = redis.call('ZRANGE', ages, 0, 0)[1]
    if not oldest then return redis.call('DEL', answers) end
    drop(oldest)
  end
  for _, key in ipairs({answers, ages}) do redis.call('EXPIRE', key, math.ceil(told.life)) end
end

if told.limit_said then redis.call('HSET', budget, 'limit', told.limit_said) end
if told.refused then
  refused()
elseif told.ended and later then
  redis.call('HDEL', budget, 'refusals')
end
if told.remaining then count_others() end
if told.ending == 'keep' then keep(ARGV[2]) end
if told.ending == 'drop' then drop(told.question) end
if told.ending == 'forget' then redis.call('DEL', answers, ages) end
return 1
"""
)

# Requests that Redis did not hear of, or has lost.
REGISTER = (
    _HEAD
    + """
for _, spend in ipairs(told.spends) do redis.call('ZADD', spends, now + spend[2], spend[1]) end
redis.call('EXPIRE', spends, told.idle)
return 1
"""
)

FORGET = """
return redis.call('DEL', KEYS[4], KEYS[5])
"""
