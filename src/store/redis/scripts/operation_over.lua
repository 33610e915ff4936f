-- Shared by the scripts that may end an operation; it stands in front of them, behind the clock.
-- Writes how the operation stands. One that is over is kept for some time, and what it has kept for another.
local function turn(operation, kept, state, message, kept_for, life)
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
    redis.call('PEXPIRE', kept, kept_for)
    redis.call('PEXPIRE', operation, whole(math.max(life * 1000, kept_for + 60000)))
  end
end
