-- Shared by the scripts that may end an operation; it stands in front of them, behind the clock.
-- Writes how the operation stands. One that is over is kept for some time, and what it has kept for another.
local function turn(id, operation, kept, current, state, message, kept_for, life)
  local now = clock()
  redis.call('HSET', operation, 'state', state, 'updated_at', whole(now))
  if message == '' then
    redis.call('HDEL', operation, 'message')
  else
    redis.call('HSET', operation, 'message', message)
  end
  if state == 'stopped' or state == 'done' then
    redis.call('HSET', operation, 'finished_at', whole(now), 'kept_until', whole(now + kept_for))
    redis.call('HDEL', operation, 'owner', 'owner_until')
    -- Who asks for what is going on also hears for some minutes of what has ended.
    redis.call('ZADD', current, whole(now), id)
    redis.call('ZREMRANGEBYSCORE', current, '-inf', whole(now - 600000))
    redis.call('PEXPIRE', kept, kept_for)
    redis.call('PEXPIRE', operation, whole(math.max(life * 1000, kept_for + 60000)))
  end
end
