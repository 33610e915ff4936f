-- Puts jobs in progress of dead processes back to their queues, next to run; answers how many.
-- A process whose heartbeat is gone is only noted at first: the heartbeats of living ones run out too, while a machine sleeps, a clock is
-- set forward or the store is away. Dead is one that was noted some time ago and has not beaten since (a heartbeat takes the note away).
-- KEYS: sorted set of processes with jobs in progress (score: until when they need no heartbeat), hash of noted processes (value: when,
--       in milliseconds), set of queue names
-- ARGV: what stands before every key; most jobs; identity of the process that asks; how long after the note, in milliseconds
local prefix, left, own, grace = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local seconds = tonumber(time[1])
local now = seconds * 1000 + math.floor(tonumber(time[2]) / 1000)
local moved = 0

-- Puts back as many of its jobs as are left to do.
local function put_back(identity)
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
    local reply = name ~= '' and put('next', prefix .. 'queue:' .. name, KEYS[3], name, bytes)
    if type(reply) == 'number' then
      redis.call('HDEL', progress, lease)
      moved = moved + 1
      left = left - 1
    end
  end
  return redis.call('HLEN', progress) == 0
end

for _, identity in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', seconds, 'LIMIT', 0, 1000)) do
  if left == 0 then
    break
  end
  local noted = tonumber(redis.call('HGET', KEYS[2], identity) or '')
  local done = false
  if identity == own or redis.call('EXISTS', prefix .. identity) == 1 then
    redis.call('HDEL', KEYS[2], identity)
  elseif not noted or noted > now then
    redis.call('HSET', KEYS[2], identity, string.format('%.0f', now))
  elseif now - noted >= grace then
    done = put_back(identity)
  end
  if done then
    redis.call('ZREM', KEYS[1], identity)
    redis.call('HDEL', KEYS[2], identity)
  else
    -- The others' turn first, next time.
    redis.call('ZADD', KEYS[1], 'XX', seconds, identity)
  end
end
return moved
