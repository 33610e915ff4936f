-- Changes how an operation stands. Answers 1 if it did.
-- KEYS: operation's hash, hash of what it has kept, sorted set of those that are not over
-- ARGV: name, state, message or '', how long what it has kept can be undone (milliseconds), how long it is kept (seconds), states of which it
--       must be in one
local found = redis.call('HGET', KEYS[1], 'state')
for index = 6, #ARGV do
  if found == ARGV[index] then
    turn(ARGV[1], KEYS[1], KEYS[2], KEYS[3], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]))
    return 1
  end
end
return 0
