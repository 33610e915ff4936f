-- Makes a step of an operation: all of it, if it is its turn, or nothing.
-- What Lua is handed costs it a look at every byte, so no text is handed over twice, and what is kept of the step is written before.
-- KEYS: operation's hash, hash of what it keeps, sorted set of those that are not over, set of queue names, hash of the operation that it undoes, hash of what that one has kept
--       (both its own if it undoes none), then the sets and queues
-- ARGV: name, owner, number of the step, lease (milliseconds), mark, new state or '', message or '', how long what is kept can be undone
--       (milliseconds), how long an operation is kept (seconds), field where what is kept of the step was written or '', name of the chunk
--       that it undoes or '', how many entries that has, where in their queue jobs stand that are taken back (from the newest), number of
--       sets and queues, for each 'set' or 'list'; then groups of entries, each: how many, number of their place (0: they are added),
--       'set', or in a queue 'newest' or 'next' (from which end they are looked for), 'nowhere', 'set', 'last', 'next' or 'here', number of
--       the place where they go (or 0), queue name or '', which columns there are, and these for each entry: 'b' its bytes, 'n' its new
--       bytes ('': the same), 's' its new score, 'h' index from the next to run, where it is looked for, 'm' score that it must have, 'i'
--       which entry of the chunk it is
-- Answers { 0 } when it is not its turn, { 2 } when the chunk is gone, { 3 } when what is to be kept is not there, else { 1, results, where
-- the newest was found, refusals: index and text }. Results are a letter an entry: '1' changed, '0' gone, 'x' refused.
local operation, kept, names, other, others_kept = KEYS[1], KEYS[2], KEYS[4], KEYS[5], KEYS[6]
local number, chunk, places = ARGV[3], ARGV[11], tonumber(ARGV[14])
local now = clock()
local stands = redis.call('HMGET', operation, 'state', 'step', 'owner')
if (stands[1] ~= 'running' and stands[1] ~= 'waiting') or stands[2] ~= number or stands[3] ~= ARGV[2] then
  return { 0 }
end
if chunk ~= '' and redis.call('HEXISTS', others_kept, chunk) == 0 then
  return { 2 }
end
if ARGV[10] ~= '' and redis.call('HEXISTS', kept, ARGV[10]) == 0 then
  return { 3 }
end

-- The first of all writes: a server without memory refuses this one, and nothing has happened.
redis.call('HSET', operation, 'updated_at', whole(now), 'owner_until', whole(now + ARGV[4]), 'mark', ARGV[5])

local results, refusals = {}, {}
local function refuse(index, text)
  results[index] = 'x'
  refusals[#refusals + 1] = index
  refusals[#refusals + 1] = text
end

-- What is wrong with each place, asked once, before anything is changed there.
local put_troubles, take_troubles = {}, {}
local function wrong_type(place)
  local key, kind = KEYS[6 + place], ARGV[14 + place]
  local found = redis.call('TYPE', key).ok
  return found ~= 'none' and found ~= (kind == 'set' and 'zset' or 'list') and 'WRONGTYPE ' .. key .. ' is a ' .. found
end

local function put_trouble(place)
  if put_troubles[place] == nil then
    put_troubles[place] = wrong_type(place)
  end
  return put_troubles[place]
end

-- Removes nothing, but is refused where the removal would be.
local function take_trouble(place)
  if take_troubles[place] ~= nil then
    return take_troubles[place]
  end
  local key, text = KEYS[6 + place], wrong_type(place)
  if not text and ARGV[14 + place] == 'set' then
    local absent = ''
    while redis.call('ZSCORE', key, absent) do
      absent = absent .. '.'
    end
    local reply = redis.pcall('ZREM', key, absent)
    text = refused(reply) and reply.err
  elseif not text then
    -- The key is none.
    local reply = redis.pcall('LREM', key .. ':', 1, '')
    if not refused(reply) then
      reply = redis.pcall('LSET', key .. ':', 0, '')
    end
    text = refused(reply) and not reply.err:find('no such key', 1, true) and reply.err
  end
  take_troubles[place] = text
  return text
end

-- Names of queues that are known for sure.
local named = {}
local function put_into(kind, place, detail, bytes)
  local wrong = put_trouble(place)
  if wrong then
    return { err = wrong }
  end
  local key = KEYS[6 + place]
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

local newest_at, count = tonumber(ARGV[13]), 0
-- Which entry of the chunk each is.
local indexes = {}

local function take_from_set(group, entry)
  local key, bytes, kind = KEYS[6 + group.from], entry.b, group.kind
  local found = redis.call('ZSCORE', key, bytes)
  if not found or (entry.m and tonumber(found) ~= tonumber(entry.m)) then
    return '0'
  end
  local reply
  if kind == 'here' then
    reply = redis.pcall('ZADD', key, found, entry.n)
  elseif kind ~= 'nowhere' then
    reply = put_into(kind, group.to, entry.s or group.queue, entry.n)
  end
  if refused(reply) then
    return nil, reply.err
  end
  -- The same bytes with another score are there once only.
  local stays = (kind == 'here' or kind == 'set' and KEYS[6 + group.to] == key) and entry.n == bytes
  if not stays then
    redis.call('ZREM', key, bytes)
  end
  return '1'
end

-- Entries of a queue: found by a look at where they should be, put where they go, then taken out.
local function take_from_queue(group, moves)
  local key, kind = KEYS[6 + group.from], group.kind
  local size, left, wanted = redis.call('LLEN', key), #moves, {}
  for _, move in ipairs(moves) do
    local same = wanted[move.b]
    move.again = same
    wanted[move.b] = move
  end
  -- `at`: where it stands, as Redis counts.
  local function compare(text, at)
    local move = wanted[text]
    if move then
      wanted[text] = move.again
      move.at = at
      left = left - 1
    end
    return move
  end

  local from_newest = group.where == 'newest'
  if from_newest then
    -- Jobs that an operation has enqueued: beside each other, unless some have run or others came between.
    local function window(from, number)
      for offset, text in ipairs(redis.call('LRANGE', key, from, from + number - 1)) do
        compare(text, from + offset - 1)
      end
    end
    if newest_at < size then
      window(newest_at, #moves)
    end
    -- The first of them is the newest.
    for _, number in ipairs({ 1, #moves }) do
      local move = moves[number]
      if left > 0 and not move.at then
        local found = redis.call('LPOS', key, move.b)
        if found then
          newest_at = number == 1 and found or math.max(0, found - #moves + 1)
          window(newest_at, #moves + 64)
        end
      end
    end
    if left > 0 and left < #moves then
      window(newest_at + #moves, 64)
    end
  else
    -- Indexes count from the next to run. Jobs leave there, so an index falls as time goes by.
    local low, high = math.huge, 0
    for _, move in ipairs(moves) do
      move.h = tonumber(move.h)
      low, high = math.min(low, move.h), math.max(high, move.h)
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
          fallen = move.h - index
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

  -- Those at an end are cut off; the others are marked, and the marks taken out in one go: Redis goes through a list to find anything.
  local taken, nearest = {}, true
  for _, move in ipairs(moves) do
    if not move.at then
      results[move.index] = '0'
    else
      local reply
      if kind == 'here' then
        reply = redis.pcall('LSET', key, move.at, move.n)
      elseif kind ~= 'nowhere' then
        reply = put_into(kind, group.to, move.s or group.queue, move.n)
      end
      if refused(reply) then
        refuse(move.index, reply.err)
      else
        results[move.index] = '1'
        taken[#taken + 1] = move.at
        nearest = nearest and move.at == (from_newest and #taken - 1 or -#taken)
      end
    end
  end
  if kind == 'here' or #taken == 0 then
    return
  end
  if nearest and from_newest then
    redis.call('LTRIM', key, #taken, -1)
  elseif nearest then
    redis.call('LTRIM', key, 0, -(#taken + 1))
  else
    local hole = 'jobdeck:taken:' .. number .. ':' .. operation
    for _, at in ipairs(taken) do
      redis.call('LSET', key, at, hole)
    end
    redis.call('LREM', key, from_newest and #taken or -#taken, hole)
  end
end

local at = 15 + places
while at <= #ARGV do
  local group = {
    from = tonumber(ARGV[at + 1]),
    where = ARGV[at + 2],
    kind = ARGV[at + 3],
    to = tonumber(ARGV[at + 4]),
    queue = ARGV[at + 5],
  }
  local entries, columns = tonumber(ARGV[at]), ARGV[at + 6]
  local width, names_of = #columns, {}
  for column = 1, width do
    names_of[column] = columns:sub(column, column)
  end
  at = at + 7
  local wrong = group.from > 0 and take_trouble(group.from)
  if group.where ~= 'set' and group.to > 0 and KEYS[6 + group.to] == KEYS[6 + group.from] then
    wrong = 'ERR an entry of a queue cannot be moved within it'
  end
  local queued = {}
  if not wrong and columns == 'b' and group.where == 'set' and group.kind == 'nowhere' then
    -- All jobs that are deleted from a set come here: there are often very many, and they need nothing of what follows.
    local call, key = redis.call, KEYS[6 + group.from]
    for index = at, at + entries - 1 do
      count = count + 1
      results[count] = call('ZREM', key, ARGV[index]) == 1 and '1' or '0'
    end
    at, entries = at + entries, 0
  end
  for entry_number = 1, entries do
    count = count + 1
    local entry = { index = count }
    for column = 1, width do
      entry[names_of[column]] = ARGV[at + column - 1]
    end
    at = at + width
    if entry.n == '' then
      entry.n = entry.b
    end
    indexes[count] = tonumber(entry.i or 0)
    if wrong then
      refuse(count, wrong)
    elseif group.from == 0 then
      local reply = put_into(group.kind, group.to, entry.s or group.queue, entry.n)
      if refused(reply) then
        refuse(count, reply.err)
      else
        results[count] = '1'
      end
    elseif group.where == 'set' then
      local letter, text = take_from_set(group, entry)
      if letter then
        results[count] = letter
      else
        refuse(count, text)
      end
    else
      queued[#queued + 1] = entry
    end
  end
  if #queued > 0 then
    take_from_queue(group, queued)
  end
end

local done, gone, letters = 0, 0, table.concat(results)
for index = 1, count do
  if results[index] == '1' then
    done = done + 1
  elseif results[index] == '0' then
    gone = gone + 1
  end
end
advance(operation, done, gone)
if ARGV[10] ~= '' then
  keep(operation, kept, number, ARGV[10], letters, done)
end
if chunk ~= '' and #refusals == 0 then
  give_up(other, others_kept, chunk, tonumber(ARGV[12]))
elseif chunk ~= '' then
  -- What was refused stays there, to be undone another time.
  local value = redis.call('HGET', others_kept, chunk)
  local bar = value:find('|', 1, true)
  local released, kept_letters = tonumber(ARGV[12]), {}
  for index = 1, bar - 1 do
    kept_letters[index] = '0'
  end
  for refusal = 1, #refusals, 2 do
    local index = indexes[refusals[refusal]]
    if index > 0 then
      kept_letters[index] = '1'
      released = released - 1
    end
  end
  redis.call('HSET', others_kept, chunk, table.concat(kept_letters) .. value:sub(bar))
  kept_less(other, released, 0)
end
if ARGV[6] ~= '' then
  turn(ARGV[1], operation, kept, KEYS[3], ARGV[6], ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9]))
end
local answer = { 1, letters, newest_at }
for _, value in ipairs(refusals) do
  answer[#answer + 1] = value
end
return answer
