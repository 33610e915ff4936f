-- Shared by the scripts that put a job somewhere; it stands in front of them.
-- kind 'set': detail is the score; 'last' and 'next': detail is the queue's name. Answers an error table when it was refused.
local function put(kind, key, names, detail, bytes)
  if kind == 'set' then
    return redis.pcall('ZADD', key, detail, bytes)
  end
  -- The name first: a name without jobs does no harm, jobs without a name are not seen.
  local named = redis.pcall('SADD', names, detail)
  if type(named) == 'table' and named.err then
    return named
  end
  return redis.pcall(kind == 'next' and 'RPUSH' or 'LPUSH', key, bytes)
end

local function refused(reply)
  return type(reply) == 'table' and reply.err ~= nil
end
