-- Makes a step of an operation: all of it, if it is its turn, or nothing.
-- KEYS: operation's hash, hash of what it keeps, set of queue names, hash of the operation that it undoes, hash of what that one has kept
--       (both its own if it undoes none), then the sets and queues
-- ARGV: owner, number of the step, lease (milliseconds), mark, new state or '', message or '', how long what is kept can be undone
--       (milliseconds), how long an operation is kept (seconds), what is kept of the step or '', name of the chunk that it undoes or '', how
--       many entries that has, where in their queue jobs stand that are taken back (from the newest), number of sets and queues, for each
--       'set' or 'list'; then for each entry: number of its place (0: it is added), where it is looked for ('set'; in a queue 'l' for from
--       the newest, or the index from the next to run), its bytes, 'nowhere', 'set', 'last', 'next' or 'here', number of the place where it
--       goes (or 0), score or queue name, its new bytes ('': the same), score that it must have or '', which entry of the chunk it is (or 0)
-- Answers { 0 } when it is not its turn, { 2 } when the chunk is gone, else { 1, results, where the newest was found, refusals: index and
-- text }. Results are a letter an entry: '1' changed, '0' gone, 'x' refused.
local operation, kept, names, other, others_kept = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local number, chunk, places = ARGV[2], ARGV[10], tonumber(ARGV[13])
local now = clock()
local stands = redis.call('HMGET', operation, 'state', 'step', 'owner')
if (stands[1] ~= 'running' and stands[1] ~= 'waiting') or stands[2] ~= number or stands[3] ~= ARGV[1] then
  return { 0 }
end
if chunk ~= '' and redis.call('HEXISTS', others_kept, chunk) == 0 then
  return { 2 }
end

-- The first of all writes: a server without memory refuses this one, and nothing has happened.
redis.call('HSET', operation, 'updated_at', whole(now), 'owner_until', whole(now + ARGV[3]), 'mark', ARGV[4])

local results, refusals = {}, {}
local function refuse(index, text)
  results[index] = 'x'
  refusals[#refusals + 1] = index
  refusals[#refusals + 1] = text
end

-- What is wrong with each place, asked once, before anything is changed there.
local troubles = {}
local function trouble(place, removes)
  local id = place .. (removes and 'r' or 'p')
  if troubles[id] ~= nil then
    return troubles[id]
  end
  local key, kind = KEYS[5 + place], ARGV[13 + place]
  local found = redis.call('TYPE', key).ok
  local text = false
  if found ~= 'none' and found ~= (kind == 'set' and 'zset' or 'list') then
    text = 'WRONGTYPE ' .. key .. ' is a ' .. found
  elseif removes and kind == 'set' then
    -- Removes nothing, and is refused if the removal would be.
    local absent = ''
    while redis.call('ZSCORE', key, absent) do
      absent = absent .. '.'
    end
    local reply = redis.pcall('ZREM', key, absent)
    if refused(reply) then
      text = reply.err
    end
  elseif removes and kind == 'list' then
    -- The key is none; the line is refused if the removal would be.
    local reply = redis.pcall('LREM', key .. ':', 1, '')
    if not refused(reply) then
      reply = redis.pcall('LSET', key .. ':', 0, '')
    end
    if refused(reply) and not reply.err:find('no such key', 1, true) then
      text = reply.err
    end
  end
  troubles[id] = text
  return text
end

-- Names of queues that are known for sure.
local named = {}
local function put_into(kind, place, detail, bytes)
  local wrong = trouble(place, false)
  if wrong then
    return { err = wrong }
  end
  local key = KEYS[5 + place]
  if kind == 'set' then
    return redis.pcall('ZADD', key, detail, bytes)
  end
  if not named[detail] then
    -- The name first: a name without jobs does no harm, jobs without a name are not seen.
    local reply = redis.pcall('SADD', names, detail)
    if refused(reply) then
      return reply
    end
    named[detail] = true
  end
  return redis.pcall(kind == 'next' and 'RPUSH' or 'LPUSH', key, bytes)
end

local first, width = 14 + places, 9
local count = (#ARGV - first + 1) / width
local queued, newest_at = {}, tonumber(ARGV[12])

for index = 1, count do
  local at = first + (index - 1) * width
  local from, where, bytes, kind = tonumber(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local to, detail, new, score = tonumber(ARGV[at + 4]), ARGV[at + 5], ARGV[at + 6], ARGV[at + 7]
  if new == '' then
    new = bytes
  end
  local wrong = from > 0 and trouble(from, true)
  if wrong then
    refuse(index, wrong)
  elseif from == 0 then
    local reply = put_into(kind, to, detail, new)
    if refused(reply) then
      refuse(index, reply.err)
    else
      results[index] = '1'
    end
  elseif where ~= 'set' then
    if to > 0 and KEYS[5 + to] == KEYS[5 + from] then
      refuse(index, 'ERR an entry of a queue cannot be moved within it')
    else
      queued[from] = queued[from] or {}
      table.insert(queued[from], { index = index, where = where, bytes = bytes, kind = kind, to = to, detail = detail, new = new })
    end
  elseif kind == 'nowhere' then
    if score == '' or tonumber(redis.call('ZSCORE', KEYS[5 + from], bytes) or 'nan') == tonumber(score) then
      results[index] = redis.call('ZREM', KEYS[5 + from], bytes) == 1 and '1' or '0'
    else
      results[index] = '0'
    end
  else
    local key = KEYS[5 + from]
    local found = redis.call('ZSCORE', key, bytes)
    if not found or (score ~= '' and tonumber(found) ~= tonumber(score)) then
      results[index] = '0'
    else
      local reply
      if kind == 'here' then
        reply = redis.pcall('ZADD', key, found, new)
      else
        reply = put_into(kind, to, detail, new)
      end
      if refused(reply) then
        refuse(index, reply.err)
      else
        -- The same bytes with another score are there once only.
        if not ((kind == 'here' or kind == 'set' and KEYS[5 + to] == key) and new == bytes) then
          redis.call('ZREM', key, bytes)
        end
        results[index] = '1'
      end
    end
  end
end

-- Entries of a queue: each is put where it goes and marked where it stood, and the marks are taken out in one go, since Redis goes through
-- a list to find anything in it.
local function take_from_queue(place, moves)
  local key = KEYS[5 + place]
  local size, left, wanted = redis.call('LLEN', key), #moves, {}
  for _, move in ipairs(moves) do
    wanted[move.bytes] = wanted[move.bytes] or {}
    table.insert(wanted[move.bytes], move)
  end
  -- `at`: where it stands, as Redis counts.
  local function compare(text, at)
    local move = wanted[text] and table.remove(wanted[text], 1)
    if move then
      move.at = at
      left = left - 1
    end
    return move
  end

  local from_newest = moves[1].where == 'l'
  if from_newest then
    -- Jobs that an operation has enqueued: beside each other, unless some have run or others came between.
    local function window(from)
      for offset, text in ipairs(redis.call('LRANGE', key, from, from + #moves + 63)) do
        compare(text, from + offset - 1)
      end
    end
    if newest_at < size then
      window(newest_at)
    end
    -- The first of them is the newest.
    for _, number in ipairs({ 1, #moves }) do
      local move = moves[number]
      if left > 0 and not move.at then
        local found = redis.call('LPOS', key, move.bytes)
        if found then
          newest_at = number == 1 and found or math.max(0, found - #moves + 1)
          window(newest_at)
        end
      end
    end
  else
    -- Indexes count from the next to run. Jobs leave there, so an index falls as time goes by.
    local low, high = math.huge, 0
    for _, move in ipairs(moves) do
      local index = tonumber(move.where)
      low, high = math.min(low, index), math.max(high, index)
    end
    local function window(from, to)
      local fallen
      to = math.min(to, size - 1)
      if from > to then
        return nil
      end
      for offset, text in ipairs(redis.call('LRANGE', key, -(to + 1), -(from + 1))) do
        local index = to - offset + 1
        local move = compare(text, -(index + 1))
        if move and not fallen then
          fallen = tonumber(move.where) - index
        end
      end
      return fallen
    end
    local bottom = math.max(0, low - 16)
    local fallen = window(bottom, high)
    if left > 0 and bottom > 0 then
      window(math.max(0, bottom - (fallen and math.max(fallen, 0) + 16 or 1024)), bottom - 1)
    end
  end

  local hole, holes = 'jobdeck:taken:' .. number .. ':' .. operation, 0
  for _, move in ipairs(moves) do
    if not move.at then
      results[move.index] = '0'
    else
      local reply
      if move.kind == 'here' then
        reply = redis.pcall('LSET', key, move.at, move.new)
      elseif move.kind ~= 'nowhere' then
        reply = put_into(move.kind, move.to, move.detail, move.new)
      end
      if refused(reply) then
        refuse(move.index, reply.err)
      else
        results[move.index] = '1'
        if move.kind ~= 'here' then
          redis.call('LSET', key, move.at, hole)
          holes = holes + 1
        end
      end
    end
  end
  if holes > 0 then
    redis.call('LREM', key, from_newest and holes or -holes, hole)
  end
end

for place, moves in pairs(queued) do
  take_from_queue(place, moves)
end

local done, gone, letters = 0, 0, table.concat(results)
for index = 1, count do
  if results[index] == '1' then
    done = done + 1
  elseif results[index] == '0' then
    gone = gone + 1
  end
end
redis.call('HINCRBY', operation, 'step', 1)
if done > 0 then
  redis.call('HINCRBY', operation, 'done', done)
end
if gone > 0 then
  redis.call('HINCRBY', operation, 'gone', gone)
end
if ARGV[9] ~= '' and done > 0 then
  local value = letters .. '|' .. ARGV[9]
  redis.call('HSET', kept, number, value)
  redis.call('HINCRBY', operation, 'kept_entries', done)
  redis.call('HINCRBY', operation, 'kept_bytes', #value)
end
if chunk ~= '' then
  local released, freed = tonumber(ARGV[11]), redis.call('HSTRLEN', others_kept, chunk)
  if #refusals == 0 then
    redis.call('HDEL', others_kept, chunk)
  else
    -- What was refused stays there, to be undone another time.
    local value = redis.call('HGET', others_kept, chunk)
    local bar = value:find('|', 1, true)
    local kept_letters = {}
    for index = 1, bar - 1 do
      kept_letters[index] = '0'
    end
    for at = 1, #refusals, 2 do
      local index = tonumber(ARGV[first + (refusals[at] - 1) * width + 8])
      if index > 0 then
        kept_letters[index] = '1'
      end
    end
    redis.call('HSET', others_kept, chunk, table.concat(kept_letters) .. value:sub(bar))
    released, freed = released - #refusals / 2, 0
  end
  if redis.call('EXISTS', other) == 1 then
    redis.call('HINCRBY', other, 'kept_entries', whole(-released))
    redis.call('HINCRBY', other, 'kept_bytes', -freed)
  end
end
if ARGV[5] ~= '' then
  turn(operation, kept, ARGV[5], ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]))
end
local answer = { 1, letters, newest_at }
for _, value in ipairs(refusals) do
  answer[#answer + 1] = value
end
return answer
