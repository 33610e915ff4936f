-- Takes an entry out of a set or queue and puts it where it belongs. Answers 1 when it was there, else 0.
-- KEYS: source, destination, set of queue names
-- ARGV: bytes in the source; 'set' or where in the queue to look first (entries from the right end);
--       'nowhere', 'set', 'last' or 'next'; score or queue name; bytes for the destination
-- A step that is refused (a limited user, a key of another type) must lose nothing.
local source, destination, names = KEYS[1], KEYS[2], KEYS[3]
local bytes, where, kind = ARGV[1], ARGV[2], ARGV[3]

if where == 'set' then
  if not redis.call('ZSCORE', source, bytes) then
    return 0
  end
  -- Removes nothing, but is refused here, before anything is changed, if the entry could not be removed below. And whoever has begun
  -- with a removal is not refused for want of memory.
  local absent = ''
  while redis.call('ZSCORE', source, absent) do
    absent = absent .. '.'
  end
  redis.call('ZREM', source, absent)
  if kind ~= 'nowhere' then
    local reply = put(kind, destination, names, ARGV[4], ARGV[5])
    if refused(reply) then
      return reply
    end
  end
  -- The same bytes with another score are there once only.
  if not (kind == 'set' and destination == source and ARGV[5] == bytes) then
    redis.call('ZREM', source, bytes)
  end
  return 1
end

-- From the nearer end: looking for it costs what lies between.
local left_end = tonumber(where) * 2 > redis.call('LLEN', source)
local from_end = left_end and 1 or -1

if kind ~= 'nowhere' and not redis.acl_check_cmd then
  -- Redis 6.2 cannot tell beforehand what a limited user may do, so it is looked for twice: nothing is removed before it is put. (The
  -- key in the first line is none; the line is refused if the removal would be.)
  redis.call('LREM', source .. ':', 1, '')
  if not redis.call('LPOS', source, bytes, 'RANK', from_end) then
    return 0
  end
  local reply = put(kind, destination, names, ARGV[4], ARGV[5])
  if refused(reply) then
    return reply
  end
  redis.call('LREM', source, from_end, bytes)
  return 1
end

-- Only the removal itself proves that it was there, so it comes first, but not before it is sure that it could be undone.
local undo = left_end and 'LPUSH' or 'RPUSH'
if kind ~= 'nowhere' and not redis.acl_check_cmd(undo, source, bytes) then
  return redis.error_reply('NOPERM this user has no permissions to run the \'' .. undo:lower() .. '\' command on a queue')
end
if redis.call('LREM', source, from_end, bytes) ~= 1 then
  return 0
end
if kind ~= 'nowhere' then
  local reply = put(kind, destination, names, ARGV[4], ARGV[5])
  if refused(reply) then
    -- Back to where it was.
    redis.call(undo, source, bytes)
    return reply
  end
end
return 1
