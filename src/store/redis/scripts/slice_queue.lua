-- Neighbouring entries of a queue. Indexes count from the right end, where the next to run stands.
-- KEYS: queue
-- ARGV: 'asc' (next to run first) or 'desc'; limit; 'edge' or 'after'; and for 'after', of the entry that stood there: index and
--       size of the queue then, digest, first eight digits of the digest of the newer and of the older neighbour (may be empty)
-- Answers: size, seconds, microseconds, lowest index asked, highest index asked, index of the last entry below,
--          entries (one more on each side than asked), highest index first
local key, descending, limit, kind = KEYS[1], ARGV[1] == 'desc', tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local total = redis.call('LLEN', key)

local function range(low, high)
  return redis.call('LRANGE', key, -(high + 1), -(low + 1))
end

-- Where the entry stands now, and where its neighbours do, looking from a little above `guess` downwards: jobs leave at the right,
-- so an index falls as time goes by. A bounded look, in entries and in bytes.
local function look(guess)
  local digest, newer, older = ARGV[6], ARGV[7], ARGV[8]
  local newer_at, older_at
  local bytes, most, step = 0, 1, 1
  local function window(low, high)
    for index, text in ipairs(range(low, high)) do
      local at, found = high - index + 1, redis.sha1hex(text)
      if found == digest then
        return at
      end
      if found:sub(1, 8) == newer then
        newer_at = at
      elseif found:sub(1, 8) == older then
        older_at = at
      end
      bytes = bytes + #text
      most = math.max(most, #text)
    end
  end
  guess = math.max(0, math.min(guess, total - 1))
  local at = window(guess, guess)
  if at then
    return at
  end
  local high, stop = math.min(guess + 128, total - 1), math.max(guess - 384, 0)
  while high >= stop and bytes < 1048576 do
    step = math.max(4, math.min(256, math.floor(262144 / most)))
    local low = math.max(stop, high - step + 1)
    at = window(low, high)
    if at then
      return at
    end
    high = low - 1
  end
  return nil, newer_at, older_at
end

local function next_index()
  local index, before = tonumber(ARGV[4]), tonumber(ARGV[5])
  -- With no arrivals, what the queue lost has left at the right.
  local fallen = math.max(0, index - math.max(0, before - total))
  for _, guess in ipairs(fallen == index and { index } or { fallen, index }) do
    local at, newer, older = look(guess)
    if at then
      return descending and at - 1 or at + 1
    elseif newer then
      return descending and newer - 1 or newer
    elseif older then
      return descending and older or older + 1
    end
  end
  return descending and math.min(fallen, total) - 1 or fallen
end

local from
if total == 0 then
  from = -1
elseif kind == 'edge' then
  from = descending and total - 1 or 0
else
  from = next_index()
end

local low, high
if descending then
  low, high = math.max(0, from - limit + 1), from
else
  low, high = from, math.min(from + limit, total) - 1
end
if total == 0 or low > high then
  return { total, time[1], time[2], 0, -1, 0, {} }
end
local last = math.min(high + 1, total - 1)
return { total, time[1], time[2], low, high, last, range(math.max(0, low - 1), last) }
