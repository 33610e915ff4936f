-- Takes down a new operation, unless what it would undo cannot be undone (now).
-- KEYS: its hash, sorted set of operations, hash of the one that it undoes (or its own), sorted set of those that are not over
-- ARGV: name, plan, name of the one that it undoes or '', prefix of operations' hashes; if somebody is at work on it: who, and lease in
--       milliseconds
-- Answers 'made', 'running', 'undone' or 'nothing'.
local operation, all, other = KEYS[1], KEYS[2], KEYS[3]
local over = { stopped = true, done = true }
if ARGV[3] ~= '' then
  local found = redis.call('HMGET', other, 'state', 'kept_entries', 'undone_by')
  if not found[1] then
    return 'nothing'
  elseif not over[found[1]] then
    return 'running'
  elseif found[3] then
    local undoing = redis.call('HGET', ARGV[4] .. found[3], 'state')
    if undoing and not over[undoing] then
      return 'undone'
    end
  end
  if tonumber(found[2] or 0) == 0 then
    return 'nothing'
  end
end
local now = clock()
redis.call('HSET', operation, 'plan', ARGV[2], 'state', 'running', 'created_at', whole(now), 'updated_at', whole(now), 'step', 0)
redis.call('ZADD', all, whole(now), ARGV[1])
redis.call('ZADD', KEYS[4], '+inf', ARGV[1])
if ARGV[5] then
  redis.call('HSET', operation, 'owner', ARGV[5], 'owner_until', whole(now + ARGV[6]))
end
if ARGV[3] ~= '' then
  redis.call('HSET', other, 'undone_by', ARGV[1])
end
-- Those that are over expire by themselves; their names are dropped when the list is long.
for _, name in ipairs(redis.call('ZRANGE', all, 0, 9)) do
  if redis.call('EXISTS', ARGV[4] .. name) == 0 then
    redis.call('ZREM', all, name)
  end
end
return 'made'
