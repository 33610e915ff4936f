-- Looks for entries by digest in a part of a queue. Indexes count from the right end.
-- KEYS: queue
-- ARGV: lowest index; highest index; most bytes to read (but one entry at least); digests
-- Answers: size, index to go on at, then for each found: index, bytes
local key, low, high = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local wanted = {}
for index = 4, #ARGV do
  wanted[ARGV[index]] = true
end
local total, found = redis.call('LLEN', key), {}
high = math.min(high, total - 1)
if low > high then
  return { total, low, found }
end
local first, most = stride(low, total)
local _, done = gather(high - low + 1, tonumber(ARGV[3]), first, most, 1, 1, function(done, number)
  local top = low + done + number - 1
  local texts = window(key, low + done, top)
  for index, text in ipairs(texts) do
    if wanted[redis.sha1hex(text)] then
      found[#found + 1] = top - index + 1
      found[#found + 1] = text
    end
  end
  return texts
end)
return { total, low + done, found }
