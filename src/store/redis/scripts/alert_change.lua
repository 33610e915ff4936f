-- Changes an alert, if it still is the version that the change was made from.
--
-- KEYS: alerts, episodes. ARGV: id, version before, version and colon and JSON or nothing, JSON of what is over or nothing, episodes kept.
-- Answers 1 when it was changed.
local stored = redis.call('HGET', KEYS[1], ARGV[1])
local version = '0'
if stored then
  version = string.match(stored, '^(%d+):') or ''
end
if version ~= ARGV[2] then
  return 0
end
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
if ARGV[4] ~= '' then
  redis.call('LPUSH', KEYS[2], ARGV[4])
  redis.call('LTRIM', KEYS[2], 0, tonumber(ARGV[5]) - 1)
end
return 1
