-- Stops a periodic job or lets it go on; 0 when there is no such one. What came while it was stopped is done with.
-- KEYS: hash of definitions, hash of the job's state
-- ARGV: name, '1' or '0'
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
if redis.call('HGET', KEYS[2], 'paused') == '1' then
  redis.call('HSET', KEYS[2], 'last_tick', whole(clock()))
end
redis.call('HSET', KEYS[2], 'paused', ARGV[2])
return 1
