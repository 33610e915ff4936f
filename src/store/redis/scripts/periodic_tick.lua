-- Enqueues the jobs of a periodic job's ticks and moves on the time until when they are done with; 1 when it did. 0 when another process
-- did, when the job is paused, gone or defined otherwise, or when that time is in the future.
-- KEYS: hash of definitions, hash of the job's state, list of its runs, queue, set of queue names
-- ARGV: name, definition, time until when ticks were done with, the same afterwards, identity, queue name, runs to keep; then for each job:
--       tick, jid, bytes
local now = clock()
local state = redis.call('HMGET', KEYS[2], 'last_tick', 'paused')
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2]
  or state[1] ~= ARGV[3]
  or state[2] == '1'
  or tonumber(ARGV[4]) > now
  or tonumber(ARGV[4]) <= tonumber(ARGV[3]) then
  return 0
end
-- The time first: a tick that is enqueued but not noted would be enqueued again.
redis.call('HSET', KEYS[2], 'last_tick', ARGV[4])
local reply = enqueue(KEYS[4], KEYS[5], KEYS[3], ARGV[6], ARGV[5], tonumber(ARGV[7]), 8, now)
if reply then
  redis.call('HSET', KEYS[2], 'last_tick', ARGV[3])
  return reply
end
return 1
