-- Shared by the scripts that make steps of operations; it stands in front of them, behind the clock.
-- One step further, with so many entries changed and so many gone.
local function advance(operation, done, gone)
  redis.call('HINCRBY', operation, 'step', 1)
  if done > 0 then
    redis.call('HINCRBY', operation, 'done', done)
  end
  if gone > 0 then
    redis.call('HINCRBY', operation, 'gone', gone)
  end
end

-- What was written of the step's entries stays, with what became of them, a letter an entry; unless nothing was changed.
local function keep(operation, kept, number, field, letters, done)
  if done > 0 then
    redis.call('HSET', kept, number, letters .. '|' .. field)
    redis.call('HINCRBY', operation, 'kept_entries', done)
    redis.call('HINCRBY', operation, 'kept_bytes', redis.call('HSTRLEN', kept, field) + #letters)
  else
    redis.call('HDEL', kept, field)
  end
end

-- Of what an operation has kept, so many entries and bytes less.
local function kept_less(operation, entries, bytes)
  if redis.call('EXISTS', operation) == 1 then
    redis.call('HINCRBY', operation, 'kept_entries', whole(-entries))
    redis.call('HINCRBY', operation, 'kept_bytes', whole(-bytes))
  end
end

-- A chunk whose entries are all back.
local function give_up(operation, kept, chunk, entries)
  local value = redis.call('HGET', kept, chunk)
  local bar = value:find('|', 1, true)
  local field = value:sub(bar + 1)
  local bytes = redis.call('HSTRLEN', kept, field) + bar - 1
  redis.call('HDEL', kept, chunk, field)
  kept_less(operation, entries, bytes)
end
