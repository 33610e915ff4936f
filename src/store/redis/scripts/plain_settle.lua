-- The end of a step in plain commands, in their transaction: what became of its entries, and how the operation stands with that.
-- Entries that are taken out come here marked: each has a score of its own, and only those have one that were there. Where they are
-- enqueued, all were, in front of this: also those that were gone.
-- KEYS: operation's hash, hash of what it keeps, the note that the step may be made, hash of the operation that it undoes, hash of what that
--       one has kept (both its own if it undoes none), set, then the queues to which entries go, one for each group of neighbours
-- ARGV: number of the step, lease (milliseconds), mark, field where what is kept of the step was written or '', name of the chunk that it
--       undoes or '', how many entries that has, how many entries the step has, lowest and highest score by which they are marked, scores
--       that they had, with a blank between them ('': entries were added); then for each queue: how many entries, 'last' or 'next', the last
--       of them
-- Answers { 0 } when nothing was changed, else { 1 } and, if not all of them were there, a letter an entry: '1' changed, '0' gone.
local operation, kept, note, other, others_kept, set = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local number, field, chunk, entries = ARGV[1], ARGV[4], ARGV[5], tonumber(ARGV[7])
local lowest, highest, takes = ARGV[8], ARGV[9], ARGV[10] ~= ''

local groups, are_enqueued = {}, true
for index = 7, #KEYS do
  local at = (index - 7) * 3 + 11
  local group = { key = KEYS[index], entries = tonumber(ARGV[at]), is_next = ARGV[at + 1] == 'next' }
  group.is_there = redis.call('TYPE', group.key).ok == 'list'
    and redis.call('LINDEX', group.key, group.is_next and -1 or 0) == ARGV[at + 2]
  are_enqueued = are_enqueued and group.is_there
  groups[#groups + 1] = group
end

local function marked()
  local rows = redis.call('ZRANGEBYSCORE', set, lowest, highest, 'WITHSCORES')
  local index = -1
  return function()
    index = index + 2
    if rows[index] then
      return rows[index], rows[index + 1] - lowest + 1
    end
  end
end

if
  not are_enqueued
  or redis.call('MGET', note)[1] ~= 'passed'
  or (field ~= '' and redis.call('HEXISTS', kept, field) == 0)
  or (not takes and redis.call('TYPE', set).ok ~= 'zset')
then
  -- Something was refused although nothing was a moment ago, or there is no transaction around this.
  for _, group in ipairs(groups) do
    if group.is_there and group.is_next then
      redis.call('LTRIM', group.key, 0, -(group.entries + 1))
    elseif group.is_there then
      redis.call('LTRIM', group.key, group.entries, -1)
    end
  end
  local scores = {}
  for score in ARGV[10]:gmatch('%S+') do
    scores[#scores + 1] = score
  end
  for bytes, index in marked() do
    redis.call('ZADD', set, scores[index], bytes)
  end
  return { 0 }
end

local done, letters = entries, nil
if takes then
  done = redis.call('ZCOUNT', set, lowest, highest)
  if done < entries then
    letters = {}
    for index = 1, entries do
      letters[index] = '0'
    end
    for _, index in marked() do
      letters[index] = '1'
    end
    -- What was gone is taken out of its queue again: it is marked, and the marks are taken out in one go.
    local before = 0
    for _, group in ipairs(groups) do
      local hole, holes = 'jobdeck:gone:' .. number .. ':' .. operation, 0
      for index = 1, group.entries do
        if letters[before + index] == '0' then
          holes = holes + 1
          redis.call('LSET', group.key, group.is_next and index - group.entries - 1 or group.entries - index, hole)
        end
      end
      if holes > 0 then
        redis.call('LREM', group.key, group.is_next and -holes or holes, hole)
      end
      before = before + group.entries
    end
    letters = table.concat(letters)
  end
  redis.call('ZREMRANGEBYSCORE', set, lowest, highest)
end

local now = clock()
redis.call('HSET', operation, 'updated_at', whole(now), 'owner_until', whole(now + ARGV[2]), 'mark', ARGV[3])
advance(operation, done, entries - done)
if field ~= '' then
  keep(operation, kept, number, field, letters or string.rep('1', entries), done)
end
if chunk ~= '' then
  give_up(other, others_kept, chunk, tonumber(ARGV[6]))
end
return letters and { 1, letters } or { 1 }
