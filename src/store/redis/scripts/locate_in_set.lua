-- Looks for entries by score and digest among up to `limit` entries of that score.
-- KEYS: set
-- ARGV: score; offset among the entries of that score to begin at; limit; most bytes to read (but one entry at least); digests
-- Answers: entries of that score, offset to go on at, then for each found: offset, bytes
local key, score, offset = KEYS[1], ARGV[1], tonumber(ARGV[2])
local wanted = {}
for index = 5, #ARGV do
  wanted[ARGV[index]] = true
end
local base, run = redis.call('ZCOUNT', key, '-inf', '(' .. score), redis.call('ZCOUNT', key, score, score)
local found = {}
-- One by one at first: usually the score is that of one entry only.
local _, done = gather(math.min(run - offset, tonumber(ARGV[3])), tonumber(ARGV[4]), 1, 16, 1, 1, function(done, number)
  local from = offset + done
  local texts = redis.call('ZRANGE', key, base + from, base + math.min(from + number, run) - 1)
  for index, text in ipairs(texts) do
    if wanted[redis.sha1hex(text)] then
      found[#found + 1] = from + index - 1
      found[#found + 1] = text
    end
  end
  return texts
end)
return { run, offset + done, found }
