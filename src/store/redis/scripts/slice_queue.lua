-- Neighbouring entries of a queue. Indexes count from the right end, where the next to run stands.
-- KEYS: queue
-- ARGV: 'asc' (next to run first) or 'desc'; limit; most bytes (but one entry at least); 'edge' or 'after'; and for 'after', of the
--       entry that stood there: index and size of the queue then, digest, first eight digits of the digest of the newer and of the
--       older neighbour (may be empty)
-- Answers: size, seconds, microseconds, lowest index read, highest index read, digest of the neighbour below and of that above
--          (empty where there is none), entries in the order asked
local key, descending, limit, most_bytes, kind = KEYS[1], ARGV[1] == 'desc', tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local time = redis.call('TIME')
local total = redis.call('LLEN', key)
-- The entry that the cursor was made from: where it stands, and its size.
local stood_at, known = nil, 1

-- Where the entry stands now, and where its neighbours do, looking from a little above `guess` downwards: jobs leave at the right,
-- so an index falls as time goes by. A bounded look, in entries and in bytes.
local function look(guess)
  local digest, newer, older = ARGV[7], ARGV[8], ARGV[9]
  local at, newer_at, older_at
  local function compare(index, text)
    local found = redis.sha1hex(text)
    if found == digest then
      at, stood_at, known = index, index, #text
    elseif found:sub(1, 8) == newer then
      newer_at = index
    elseif found:sub(1, 8) == older then
      older_at = index
    end
  end
  guess = math.max(0, math.min(guess, total - 1))
  compare(guess, redis.call('LINDEX', key, -1 - guess))
  if at then
    return at
  end
  local high, low = math.min(guess + 128, total - 1), math.max(guess - 384, 0)
  local first, most = stride(guess, total)
  gather(high - low + 1, 1048576, first, most, 1, 1, function(done, number)
    local texts = window(key, high - done - number + 1, high - done)
    for index, text in ipairs(texts) do
      compare(high - done - index + 1, text)
      if at then
        return {}
      end
    end
    return texts
  end)
  return at, newer_at, older_at
end

local function next_index()
  local index, before = tonumber(ARGV[5]), tonumber(ARGV[6])
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

local count = math.min(limit, descending and from + 1 or total - from)
if total == 0 or count <= 0 then
  return { total, time[1], time[2], 0, -1, '', '', {} }
end
local first, most = stride(from, total)
if known > 1 and first > 1 then
  -- Far inside, the entry beside them tells how large they are.
  first = most
end
-- One more than asked: the neighbour behind them.
local entries, done = gather(count + 1, most_bytes, first, most, 1, known, function(done, number)
  if descending then
    return window(key, math.max(0, from - done - number + 1), from - done)
  end
  local texts = window(key, from + done, math.min(from + done + number, total) - 1)
  local upwards = {}
  for index = #texts, 1, -1 do
    upwards[#upwards + 1] = texts[index]
  end
  return upwards
end)
local behind = ''
if done > count or (done > 1 and done < (descending and from + 1 or total - from)) then
  behind = redis.sha1hex(table.remove(entries))
  done = done - 1
end
local low = descending and from - done + 1 or from
local high = low + done - 1

local function digest_at(index)
  local text = index >= 0 and index < total and redis.call('LINDEX', key, -(index + 1))
  return text and redis.sha1hex(text) or ''
end
-- The neighbour in front of them is most often the entry that the cursor was made from.
local front = stood_at == (descending and high + 1 or low - 1) and ARGV[7] or digest_at(descending and high + 1 or low - 1)
if behind == '' then
  behind = digest_at(descending and low - 1 or high + 1)
end
return { total, time[1], time[2], low, high, descending and behind or front, descending and front or behind, entries }
