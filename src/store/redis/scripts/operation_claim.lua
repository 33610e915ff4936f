-- Makes somebody the one at work on an operation that is to go on. Answers 1 if they are.
-- KEYS: operation's hash
-- ARGV: owner, lease in milliseconds
local operation = KEYS[1]
local found = redis.call('HMGET', operation, 'state', 'owner', 'owner_until')
if found[1] ~= 'running' and found[1] ~= 'waiting' then
  return 0
end
local now = clock()
if found[2] and found[2] ~= ARGV[1] and tonumber(found[3] or 0) > now then
  return 0
end
redis.call('HSET', operation, 'owner', ARGV[1], 'owner_until', whole(now + ARGV[2]))
return 1
