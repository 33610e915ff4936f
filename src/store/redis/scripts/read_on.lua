-- The entries of a queue or set from a rank on, newest or highest score first.
-- KEYS: queue or set
-- ARGV: 'queue' or 'set'; first rank; last rank; most bytes (but one entry at least); size of the largest entry so far, or 0
-- Answers: the entries, of a set with their scores
local key, from, last, known = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
local first, most, width, read = 1, 16, 2, nil
if ARGV[1] == 'set' then
  read = function(done, number)
    return redis.call('ZRANGE', key, from + done, from + done + number - 1, 'REV', 'WITHSCORES')
  end
else
  local total = redis.call('LLEN', key)
  width, first, most = 1, stride(total - 1 - from, total)
  if known > 0 and first > 1 then
    -- Far inside, those before tell how large they are.
    first = most
  end
  read = function(done, number)
    return redis.call('LRANGE', key, from + done, from + done + number - 1)
  end
end
return (gather(last - from + 1, tonumber(ARGV[4]), first, most, width, math.max(known, 1), read))
