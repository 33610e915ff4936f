-- Removes a queue and its name; answers how many jobs it held.
-- KEYS: queue, set of queue names
-- ARGV: queue name
local size = redis.call('LLEN', KEYS[1])
redis.call('UNLINK', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
return size
