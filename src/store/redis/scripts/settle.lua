-- Lets a fetched job go: out of the in-progress hash, to where it belongs, counted. Answers 1 when it was there, else 0.
-- KEYS: in-progress hash, destination, set of queue names, processed ever, failed ever
-- ARGV: lease; 'nowhere', 'set', 'last' or 'next'; score or queue name; bytes; 1 to count as processed; 1 to count as failed;
--       how long a day's numbers are kept, in seconds
-- The day's counters are named after the store's day, not the worker's: their keys are the others' with the day behind.
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
-- Removes nothing, but is refused here, before anything is changed, if the job could not be removed below. And whoever has begun with
-- a removal is not refused for want of memory. (No lease is the empty text.)
redis.call('HDEL', KEYS[1], '')
if ARGV[2] ~= 'nowhere' then
  local reply = put(ARGV[2], KEYS[2], KEYS[3], ARGV[3], ARGV[4])
  if refused(reply) then
    return reply
  end
end
redis.call('HDEL', KEYS[1], ARGV[1])
for index = 0, 1 do
  if ARGV[5 + index] == '1' then
    local total = KEYS[4 + index]
    local of_day = total .. ':' .. day_of(tonumber(redis.call('TIME')[1]))
    redis.pcall('INCR', total)
    if redis.pcall('INCR', of_day) == 1 then
      redis.pcall('EXPIRE', of_day, ARGV[7])
    end
  end
end
return 1
