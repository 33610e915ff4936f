-- Puts entries where they belong: all or none. What a set has already stays there as it is.
-- KEYS: set of queue names, then the keys where entries go
-- ARGV: '1' to only ask; the type of each of those keys; then for each entry: number of its key (from 2), 'ZADD', 'LPUSH' or 'RPUSH', score or
-- queue name, bytes
-- Answers for each entry: 1 if it was put.
local only_asked = ARGV[1] == '1'
for key = 2, #KEYS do
  local kind = redis.call('TYPE', KEYS[key]).ok
  if kind ~= 'none' and kind ~= ARGV[key] then
    return redis.error_reply('WRONGTYPE ' .. KEYS[key] .. ' is a ' .. kind .. ', not a ' .. ARGV[key])
  end
end

local put = {}
-- Twice in one call is once there and once missing.
local asked = {}
for at = #KEYS + 1, #ARGV, 4 do
  local key = KEYS[tonumber(ARGV[at])]
  local command, detail, bytes = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if command ~= 'ZADD' then
    if not only_asked then
      redis.call('SADD', KEYS[1], detail)
      redis.call(command, key, bytes)
    end
    put[#put + 1] = 1
  elseif only_asked then
    local name = ARGV[at] .. ' ' .. bytes
    put[#put + 1] = (asked[name] or redis.call('ZSCORE', key, bytes)) and 0 or 1
    asked[name] = true
  else
    put[#put + 1] = redis.call('ZADD', key, 'NX', detail, bytes)
  end
end
return put
