-- Takes an entry out of a set or queue and puts it where it belongs. Answers 1 when it was there, else 0.
-- KEYS: source, destination, set of queue names
-- ARGV: bytes in the source; 'set' or where in the queue to look first (entries from the right end);
--       'nowhere', 'set', 'last' or 'next'; score or queue name; bytes for the destination
local source, destination, names = KEYS[1], KEYS[2], KEYS[3]
local bytes, where, kind = ARGV[1], ARGV[2], ARGV[3]

local score, left_end
if where == 'set' then
  score = redis.call('ZSCORE', source, bytes)
  if not score or redis.call('ZREM', source, bytes) ~= 1 then
    return 0
  end
else
  -- From the nearer end: looking for it costs what lies between.
  left_end = tonumber(where) * 2 > redis.call('LLEN', source)
  if redis.call('LREM', source, left_end and 1 or -1, bytes) ~= 1 then
    return 0
  end
end

if kind ~= 'nowhere' then
  local reply = put(kind, destination, names, ARGV[4], ARGV[5])
  if refused(reply) then
    -- Never lost: back to where it was.
    if score then
      redis.call('ZADD', source, score, bytes)
    else
      redis.call(left_end and 'LPUSH' or 'RPUSH', source, bytes)
    end
    return reply
  end
end
return 1
