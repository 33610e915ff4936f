-- Puts jobs in progress of dead processes back to their queues, next to run; answers how many.
-- A process is dead when its heartbeat's hash is gone and the time that it is given without one is over.
-- KEYS: sorted set of processes with jobs in progress (score: until when they need no heartbeat), set of queue names
-- ARGV: what stands before every key; most jobs
local prefix, left = ARGV[1], tonumber(ARGV[2])
local now = tonumber(redis.call('TIME')[1])
local moved = 0
for _, identity in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1000)) do
  if left == 0 then
    break
  end
  if redis.call('EXISTS', prefix .. identity) == 1 then
    -- It lives: the others' turn first, next time.
    redis.call('ZADD', KEYS[1], 'XX', now, identity)
  else
    local progress = prefix .. 'jobdeck:progress:' .. identity
    local values, leases = {}, {}
    local picked = redis.call('HRANDFIELD', progress, left, 'WITHVALUES')
    for index = 1, #picked, 2 do
      leases[#leases + 1] = picked[index]
      values[picked[index]] = picked[index + 1]
    end
    -- The latest first, so that the one fetched first is the next to run.
    table.sort(leases, function(a, b)
      return a > b
    end)
    for _, lease in ipairs(leases) do
      local value = values[lease]
      local colon = value:find(':', 1, true) or 1
      local length = tonumber(value:sub(1, colon - 1)) or 0
      local name, bytes = value:sub(colon + 1, colon + length), value:sub(colon + length + 1)
      local reply = name ~= '' and put('next', prefix .. 'queue:' .. name, KEYS[2], name, bytes)
      if type(reply) == 'number' then
        redis.call('HDEL', progress, lease)
        moved = moved + 1
        left = left - 1
      end
    end
    if redis.call('HLEN', progress) == 0 then
      redis.call('ZREM', KEYS[1], identity)
    else
      redis.call('ZADD', KEYS[1], 'XX', now, identity)
    end
  end
end
return moved
