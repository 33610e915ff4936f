-- Shared by the scripts that read queues; it stands in front of them. Indexes count from the right end.
-- The entries from `high` down to `low`.
local function window(key, low, high)
  if high >= 3000 then
    return redis.call('LRANGE', key, -(high + 1), -(low + 1))
  end
  -- Near the right end: Redis 6.2 begins a range from the left end, wherever it lies.
  local texts = {}
  for index = high, low, -1 do
    texts[#texts + 1] = redis.call('LINDEX', key, -(index + 1)) or nil
  end
  return texts
end

-- How many entries to read at first and then at a time, around an index: each read begins with a walk from an end, so the further
-- away, the fewer reads.
local function stride(index, total)
  local away = math.min(index, total - 1 - index)
  if away < 3000 then
    return 1, 4
  elseif away < 30000 then
    return 1, 16
  elseif away < 100000 then
    return 1, 128
  end
  return 32, 1000
end
