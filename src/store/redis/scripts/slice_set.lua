-- Neighbouring entries of a set, behind a place that is given by score and member: what it costs does not grow with its size.
-- KEYS: set
-- ARGV: 'asc' or 'desc'; limit; most bytes (but one entry at least); 'edge', 'score' or 'after'; score; and for 'after', of the
--       entry that stood there: digest ('' if it is not to be looked for), offset among the entries of its score, beginning of its bytes (as much as tells it from its
--       neighbours; may be empty)
-- Answers: size, seconds, microseconds, lowest rank read, highest rank read, rank of the first entry below, rank of the lowest entry
--          of its score, entries with scores, lowest rank first (on each side one more if it has the same score: its beginning only)
local key, descending, limit, most_bytes = KEYS[1], ARGV[1] == 'desc', tonumber(ARGV[2]), tonumber(ARGV[3])
local kind, score = ARGV[4], ARGV[5]
-- Entries read at a time: any rank is found at once, so there is no need for many.
local step = 4
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
  local digest, offset, beginning = ARGV[6], tonumber(ARGV[7]), ARGV[8]
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
  if digest == '' then
    return base + offset, false
  end
  -- Among those, around where it stood: a bounded look, in members and in bytes.
  local start, found = math.max(low, offset - 256), nil
  gather(math.min(high, offset + 256) - start, 1048576, 1, step, 1, 1, function(done, number)
    local at = start + done
    local members = redis.call('ZRANGE', key, base + at, base + at + number - 1)
    for index, text in ipairs(members) do
      if redis.sha1hex(text) == digest then
        found = base + at + index - 1
        return {}
      end
    end
    return members
  end)
  return found or base + offset, found ~= nil
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

local count = math.min(limit, descending and from + 1 or total - from)
if count <= 0 then
  return { total, time[1], time[2], 0, -1, 0, 0, {} }
end
local values, done = gather(count, most_bytes, 1, step, 2, 1, function(done, number)
  if descending then
    local high = total - 1 - from + done
    return redis.call('ZRANGE', key, high, high + number - 1, 'REV', 'WITHSCORES')
  end
  return redis.call('ZRANGE', key, from + done, from + done + number - 1, 'WITHSCORES')
end)
local low = descending and from - done + 1 or from
local high = low + done - 1

-- A neighbour of the same score serves to tell where a cursor's beginning may end, after 1 024 bytes at most.
local lowest = values[descending and done * 2 or 2]
local highest = values[descending and 2 or done * 2]
local base, entries = first_of(lowest), {}
local function add(text, of)
  entries[#entries + 1] = text
  entries[#entries + 1] = of
end
local function add_neighbour(rank)
  local entry = redis.call('ZRANGE', key, rank, rank, 'WITHSCORES')
  add(entry[1]:sub(1, 1025), entry[2])
end
if base < low then
  add_neighbour(low - 1)
end
for index = 1, done do
  local at = (descending and done - index or index - 1) * 2
  add(values[at + 1], values[at + 2])
end
if first_of(highest) + redis.call('ZCOUNT', key, highest, highest) > high + 1 then
  add_neighbour(high + 1)
end
return { total, time[1], time[2], low, high, base < low and low - 1 or low, base, entries }
