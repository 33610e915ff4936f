-- Says whether a step in plain commands may be made, and notes that it may: without that note its transaction is not carried out.
-- Whatever the transaction does is done here to nothing, so that what would be refused there is refused before anything was changed.
-- KEYS: operation's hash, the note, hash of what the operation that it undoes has kept (its own if it undoes none), set, set of queue
--       names, then the queues to which entries go
-- ARGV: owner, number of the step, name of the chunk that it undoes or '', lowest and highest score by which entries will be marked
-- Answers 0 when it is not its turn, 2 when the chunk is gone, 3 when something is in the way, else 1.
local operation, note, others_kept, set, call = KEYS[1], KEYS[2], KEYS[3], KEYS[4], redis.call
local stands = call('HMGET', operation, 'state', 'step', 'owner')
if (stands[1] ~= 'running' and stands[1] ~= 'waiting') or stands[2] ~= ARGV[2] or stands[3] ~= ARGV[1] then
  return 0
end
local function is_other_than(key, kind)
  local found = call('TYPE', key).ok
  return found ~= kind and found ~= 'none'
end
if is_other_than(others_kept, 'hash') then
  return 3
end
if ARGV[3] ~= '' and call('HEXISTS', others_kept, ARGV[3]) == 0 then
  return 2
end

if is_other_than(set, 'zset') or call('ZCOUNT', set, ARGV[4], ARGV[5]) > 0 then
  return 3
end
local absent = ''
while call('ZSCORE', set, absent) do
  absent = absent .. '.'
end
call('ZADD', set, 'XX', 0, absent)
call('ZRANGEBYSCORE', set, ARGV[4], ARGV[5])
call('ZREMRANGEBYSCORE', set, ARGV[4], ARGV[5])

if #KEYS > 5 then
  if is_other_than(KEYS[5], 'set') then
    return 3
  end
  for index = 6, #KEYS do
    if is_other_than(KEYS[index], 'list') then
      return 3
    end
  end
  call('LPUSH', note, 1)
  call('RPUSH', note, 1)
  call('LSET', note, 0, 2)
  call('LINDEX', note, 0)
  call('LREM', note, 1, 2)
  call('LTRIM', note, 1, 0)
  call('SADD', note, 1)
  call('UNLINK', note)
end
call('HSET', note, 'number', 0)
call('HINCRBY', note, 'number', 1)
call('HGET', note, 'number')
call('HSTRLEN', note, 'number')
call('HDEL', note, 'number')
call('EXISTS', operation)
call('MGET', note)
call('SET', note, 'passed', 'EX', 60)
return 1
