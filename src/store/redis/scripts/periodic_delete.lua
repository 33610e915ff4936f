-- Removes a periodic job that no living process holds; 1 when it did, 0 when it was not there, -1 when a process holds it.
-- KEYS: hash of definitions, hash of the job's state, list of its runs, sorted set of its holders
-- ARGV: name; for how long a holder counts, milliseconds
if is_held(KEYS[4], clock(), tonumber(ARGV[2])) then
  return -1
end
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
return redis.call('HDEL', KEYS[1], ARGV[1])
