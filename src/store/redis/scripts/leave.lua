-- Takes a process out of the list of processes; what it has not settled may be recovered at once.
-- KEYS: set of processes, hash of the process, hash of its running jobs, list of its signals, sorted set of processes with jobs in
--       progress, in-progress hash, hash of processes noted as being without a heartbeat
-- ARGV: identity
redis.call('SREM', KEYS[1], ARGV[1])
redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4])
if redis.call('HLEN', KEYS[6]) == 0 then
  redis.call('ZREM', KEYS[5], ARGV[1])
  redis.call('HDEL', KEYS[7], ARGV[1])
else
  redis.call('ZADD', KEYS[5], 'XX', 0, ARGV[1])
  redis.call('HSET', KEYS[7], ARGV[1], 0)
end
