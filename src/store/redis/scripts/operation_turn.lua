-- Changes how an operation stands. Answers 1 if it did.
-- KEYS: operation's hash, hash of what it has kept
-- ARGV: state, message or '', how long what it has kept can be undone (milliseconds), how long it is kept (seconds), states of which it
--       must be in one
local found = redis.call('HGET', KEYS[1], 'state')
for index = 5, #ARGV do
  if found == ARGV[index] then
    turn(KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]))
    return 1
  end
end
return 0
