-- Looks for entries by digest in a window of a queue. Indexes count from the right end.
-- KEYS: queue
-- ARGV: lowest index; highest index; most bytes to read; digests
-- Answers: size, index to go on at, then for each found: index, bytes
local key, low, high, most_bytes = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wanted = {}
for index = 4, #ARGV do
  wanted[ARGV[index]] = true
end
local total, found, bytes, longest, step = redis.call('LLEN', key), {}, 0, 1, 32
high = math.min(high, total - 1)
while low <= high and bytes < most_bytes do
  local top = math.min(low + step - 1, high)
  for index, text in ipairs(redis.call('LRANGE', key, -(top + 1), -(low + 1))) do
    if wanted[redis.sha1hex(text)] then
      found[#found + 1] = top - index + 1
      found[#found + 1] = text
    end
    bytes = bytes + #text
    longest = math.max(longest, #text)
  end
  low = top + 1
  -- Each read begins with a walk from the list's end: as few as the entries' size allows.
  step = math.max(4, math.min(500, math.floor(most_bytes / 2 / longest)))
end
return { total, low, found }
