-- Lets an operation go for others.
-- KEYS: operation's hash
-- ARGV: owner
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then
  redis.call('HDEL', KEYS[1], 'owner', 'owner_until')
end
return 1
