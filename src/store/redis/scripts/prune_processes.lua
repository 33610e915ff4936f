-- Drops processes without a heartbeat from the list, as Sidekiq's processes do for each other, at most once a minute.
-- KEYS: set of processes, lock, then the hash of each process that seems to be gone
-- ARGV: identities, in the same order
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', 60) then
  return 0
end
local dropped = 0
for index, identity in ipairs(ARGV) do
  if redis.call('EXISTS', KEYS[index + 2]) == 0 then
    dropped = dropped + redis.call('SREM', KEYS[1], identity)
  end
end
return dropped
