-- Looks through the entries of a queue or set from a rank on, newest or highest score first, for those that hold a text. What holds
-- none of the texts is not sent.
-- KEYS: queue or set
-- ARGV: 'queue' or 'set'; first rank; last rank; most bytes to read (but one entry at least); size of the largest entry so far, or 0;
--       texts of which one must be in the bytes
-- Answers: entries looked at, size of the largest of them, then for each found: rank, bytes, score (0 in a queue)
local key, from, last, known = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[5])
local find = string.find
local found, longest = {}, 0
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
local entries, done = gather(last - from + 1, tonumber(ARGV[4]), first, most, width, math.max(known, 1), read)
for index = 1, done do
  local at = (index - 1) * width + 1
  local bytes = entries[at]
  longest = math.max(longest, #bytes)
  for text = 6, #ARGV do
    if find(bytes, ARGV[text], 1, true) then
      found[#found + 1] = from + index - 1
      found[#found + 1] = bytes
      found[#found + 1] = width == 2 and entries[at + 1] or '0'
      break
    end
  end
end
return { done, longest, found }
