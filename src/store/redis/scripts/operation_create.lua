-- Takes down a new operation, unless what it would undo cannot be undone (now).
-- KEYS: its hash, sorted set of operations, hash of the one that it undoes (or its own)
-- ARGV: name, plan, state, name of the one that it undoes or '', prefix of operations' hashes, seconds that an operation is kept
-- Answers 'made', 'running', 'undone' or 'nothing'.
local operation, all, other = KEYS[1], KEYS[2], KEYS[3]
local over = { stopped = true, done = true }
if ARGV[4] ~= '' then
  local found = redis.call('HMGET', other, 'state', 'kept_entries', 'undone_by')
  if not found[1] then
    return 'nothing'
  elseif not over[found[1]] then
    return 'running'
  elseif found[3] then
    local undoing = redis.call('HGET', ARGV[5] .. found[3], 'state')
    if undoing and not over[undoing] then
      return 'undone'
    end
  end
  if tonumber(found[2] or 0) == 0 then
    return 'nothing'
  end
end
local now = clock()
redis.call('HSET', operation, 'plan', ARGV[2], 'state', ARGV[3], 'created_at', whole(now), 'updated_at', whole(now), 'step', 0)
redis.call('ZADD', all, whole(now), ARGV[1])
if ARGV[4] ~= '' then
  redis.call('HSET', other, 'undone_by', ARGV[1])
end
-- Those that are over expire by themselves; their names are dropped when the list is long.
for _, name in ipairs(redis.call('ZRANGE', all, 0, 9)) do
  if redis.call('EXISTS', ARGV[5] .. name) == 0 then
    redis.call('ZREM', all, name)
  end
end
return 'made'
