-- Neighbouring entries of a set, behind a place that is given by score and member: what it costs does not grow with its size.
-- KEYS: set
-- ARGV: 'asc' or 'desc'; limit; 'edge', 'score' or 'after'; score; and for 'after', of the entry that stood there: digest,
--       offset among the entries of its score, beginning of its bytes (as much as tells it from its neighbours; may be empty)
-- Answers: size, seconds, microseconds, lowest rank asked, highest rank asked, rank of the first entry below,
--          rank of the lowest entry of its score, entries with scores (one more on each side than asked), lowest rank first
local key, descending, limit, kind, score = KEYS[1], ARGV[1] == 'desc', tonumber(ARGV[2]), ARGV[3], ARGV[4]
local time = redis.call('TIME')
local total = redis.call('ZCARD', key)

local function first_of(text)
  return redis.call('ZCOUNT', key, '-inf', '(' .. text)
end

-- Byte by byte, as Redis orders equal scores; Lua's own order depends on the server's locale.
local function before(a, b)
  local low, high = 1, math.min(#a, #b)
  if a:sub(1, high) == b:sub(1, high) then
    return #a < #b
  end
  while low < high do
    local middle = math.floor((low + high) / 2)
    if a:sub(low, middle) == b:sub(low, middle) then
      low = middle + 1
    else
      high = middle
    end
  end
  return a:byte(low) < b:byte(low)
end

-- The entry's rank and true, or the rank that it would have and false.
local function anchor()
  local digest, offset, beginning = ARGV[5], tonumber(ARGV[6]), ARGV[7]
  local base, run = first_of(score), redis.call('ZCOUNT', key, score, score)
  local function member(index)
    return redis.call('ZRANGE', key, base + index, base + index)[1]
  end
  if run == 0 then
    return base, false
  end
  if offset < run and redis.sha1hex(member(offset)) == digest then
    return base + offset, true
  end
  -- The entries that begin as it did are [low, high) of its score.
  local low, high = 0, run
  if beginning ~= '' then
    local function search(wanted)
      local from, to = 0, run
      while from < to do
        local middle = math.floor((from + to) / 2)
        if wanted(member(middle):sub(1, #beginning)) then
          to = middle
        else
          from = middle + 1
        end
      end
      return from
    end
    low = search(function(start) return not before(start, beginning) end)
    high = search(function(start) return before(beginning, start) end)
  end
  offset = math.max(low, math.min(offset, high))
  -- Among those, around where it stood: a bounded look, in members and in bytes.
  local bytes, at = 0, math.max(low, offset - 256)
  local stop = math.min(high, offset + 256)
  while at < stop and bytes < 1048576 do
    local members = redis.call('ZRANGE', key, base + at, base + math.min(at + 16, stop) - 1)
    for index, text in ipairs(members) do
      if redis.sha1hex(text) == digest then
        return base + at + index - 1, true
      end
      bytes = bytes + #text
    end
    at = at + 16
  end
  return base + offset, false
end

local from
if kind == 'edge' then
  from = descending and total - 1 or 0
elseif kind == 'score' then
  from = first_of(score)
  if descending then
    from = from + redis.call('ZCOUNT', key, score, score) - 1
  end
else
  local rank, there = anchor()
  if descending then
    from = rank - 1
  else
    from = there and rank + 1 or rank
  end
end

local low, high
if descending then
  low, high = math.max(0, from - limit + 1), from
else
  low, high = from, math.min(from + limit, total) - 1
end
if low > high then
  return { total, time[1], time[2], 0, -1, 0, 0, {} }
end
local first = math.max(0, low - 1)
local entries = redis.call('ZRANGE', key, first, math.min(high + 1, total - 1), 'WITHSCORES')
return { total, time[1], time[2], low, high, first, first_of(entries[2]), entries }
