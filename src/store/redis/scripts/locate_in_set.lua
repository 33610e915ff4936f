-- Looks for entries by score and digest among up to `limit` entries of that score.
-- KEYS: set
-- ARGV: score; offset among the entries of that score to begin at; limit; most bytes to read; digests
-- Answers: entries of that score, offset to go on at, then for each found: offset, bytes
local key, score, offset = KEYS[1], ARGV[1], tonumber(ARGV[2])
local wanted = {}
for index = 5, #ARGV do
  wanted[ARGV[index]] = true
end
local base, run = redis.call('ZCOUNT', key, '-inf', '(' .. score), redis.call('ZCOUNT', key, score, score)
local stop, bytes, found = math.min(run, offset + tonumber(ARGV[3])), 0, {}
while offset < stop and bytes < tonumber(ARGV[4]) do
  -- One by one at first: usually the score is that of one entry only.
  local count = offset == 0 and 1 or 50
  for index, text in ipairs(redis.call('ZRANGE', key, base + offset, base + math.min(offset + count, stop) - 1)) do
    if wanted[redis.sha1hex(text)] then
      found[#found + 1] = offset + index - 1
      found[#found + 1] = text
    end
    bytes = bytes + #text
  end
  offset = math.min(offset + count, stop)
end
return { run, offset, found }
