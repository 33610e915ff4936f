-- Leaves a request that the run of a job end which is on its way now.
-- KEYS: hash of the job's report, hash of its state as an iterable job of Sidekiq
-- ARGV: seconds that the request is kept; 1 if Sidekiq runs it; seconds that Sidekiq keeps the state
local now = clock()
redis.call('HSET', KEYS[1], 'cancel_at', whole(now))
redis.call('EXPIRE', KEYS[1], ARGV[1])
if ARGV[2] == '1' then
  redis.call('HSETNX', KEYS[2], 'cancelled', math.floor(now / 1000))
  -- As EXPIRE with NX, which older servers do not know.
  if redis.call('TTL', KEYS[2]) < 0 then
    redis.call('EXPIRE', KEYS[2], ARGV[3])
  end
end
return 1
