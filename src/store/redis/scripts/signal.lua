-- Leaves a signal for a process, when there is one.
-- KEYS: hash of the process, its list of signals
-- ARGV: signal
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('LPUSH', KEYS[2], ARGV[1])
redis.call('EXPIRE', KEYS[2], 60)
return 1
