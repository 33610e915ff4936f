-- Adds entries to several queues and sets: all or none.
-- KEYS: set of queue names, then one key a group
-- ARGV: for each group: 'ZADD', 'LPUSH' or 'RPUSH'; queue name or ''; number of values; values (for ZADD: score, member, …)
local wanted = { ZADD = 'zset', LPUSH = 'list', RPUSH = 'list' }
local at = 1
for group = 2, #KEYS do
  local kind = redis.call('TYPE', KEYS[group]).ok
  if kind ~= 'none' and kind ~= wanted[ARGV[at]] then
    return redis.error_reply('WRONGTYPE ' .. KEYS[group] .. ' is a ' .. kind .. ', not a ' .. wanted[ARGV[at]])
  end
  at = at + 3 + tonumber(ARGV[at + 2])
end

at = 1
for group = 2, #KEYS do
  local count = tonumber(ARGV[at + 2])
  if ARGV[at] ~= 'ZADD' then
    redis.call('SADD', KEYS[1], ARGV[at + 1])
  end
  -- Lua passes a few thousand values to a call at most.
  for first = at + 3, at + 2 + count, 1000 do
    redis.call(ARGV[at], KEYS[group], unpack(ARGV, first, math.min(first + 999, at + 2 + count)))
  end
  at = at + 3 + count
end
