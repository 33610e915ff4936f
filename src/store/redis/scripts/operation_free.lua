-- Gives up what an operation has kept. Answers entries and bytes.
-- KEYS: operation's hash, hash of what it has kept
local found = redis.call('HMGET', KEYS[1], 'kept_entries', 'kept_bytes')
redis.call('UNLINK', KEYS[2])
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'kept_entries', 0, 'kept_bytes', 0)
end
return { tonumber(found[1] or 0), tonumber(found[2] or 0) }
