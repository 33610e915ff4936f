-- Says that a process has periodic jobs in its configuration. Answers the time, then for each of them: whether its definition is the one
-- that counts, whether it is paused, until when its ticks are done with.
-- KEYS: hash of definitions, then for each job: hash of its state, sorted set of its holders
-- ARGV: identity; for how long a holder counts, milliseconds; then for each job: name, definition, schedule, '1' when said the first time
local now = clock()
local life = tonumber(ARGV[2])
local answer = { whole(now) }
for index = 0, (#KEYS - 1) / 2 - 1 do
  local state, holders = KEYS[2 + index * 2], KEYS[3 + index * 2]
  local first = 3 + index * 4
  local name, definition, schedule, fresh = ARGV[first], ARGV[first + 1], ARGV[first + 2], ARGV[first + 3] == '1'
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', holders, '-inf', whole(now - life))) do
    redis.call('ZREM', holders, gone)
  end
  local known = redis.call('HGET', KEYS[1], name)
  local holds = known == definition
  if not holds and (not known or fresh or not is_held(holders, now, life)) then
    holds = true
    if not known or redis.call('HGET', state, 'schedule') ~= schedule then
      redis.call('HSET', state, 'last_tick', whole(now))
    end
    redis.call('HSET', state, 'schedule', schedule, 'registered_at', whole(now))
    redis.call('UNLINK', holders)
    redis.call('HSET', KEYS[1], name, definition)
  end
  if holds then
    redis.call('ZADD', holders, whole(now), ARGV[1])
  end
  local stands = redis.call('HMGET', state, 'paused', 'last_tick')
  if not stands[2] then
    stands[2] = whole(now)
    redis.call('HSET', state, 'last_tick', stands[2])
  end
  table.insert(answer, holds and '1' or '0')
  table.insert(answer, stands[1] or '0')
  table.insert(answer, stands[2])
end
return answer
