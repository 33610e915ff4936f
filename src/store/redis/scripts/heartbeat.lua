-- Says that a process lives, for a minute, and what it runs; takes one signal. Answers it (or nothing), and the time.
-- KEYS: set of processes, hash of the process, hash of its running jobs, list of its signals, sorted set of processes with jobs in
--       progress, hash of processes noted as being without a heartbeat
-- ARGV: identity; number of fields; fields and values of the process; fields and values of its running jobs
local time = redis.call('TIME')
local identity, count = ARGV[1], tonumber(ARGV[2])
redis.call('UNLINK', KEYS[3])
for first = 3 + count * 2, #ARGV, 1000 do
  redis.call('HSET', KEYS[3], unpack(ARGV, first, math.min(first + 999, #ARGV)))
end
redis.call('EXPIRE', KEYS[3], 60)
redis.call('SADD', KEYS[1], identity)
redis.call('HSET', KEYS[2], 'beat', string.format('%d.%06d', time[1], time[2]), unpack(ARGV, 3, 2 + count * 2))
redis.call('EXPIRE', KEYS[2], 60)
redis.call('ZADD', KEYS[5], 'XX', time[1], identity)
redis.call('HDEL', KEYS[6], identity)
return { redis.call('RPOP', KEYS[4]), time[1], time[2] }
