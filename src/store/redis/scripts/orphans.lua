-- Jobs in progress of processes that are gone: answers owner, lease and value of some, those of one owner from the latest to the earliest.
-- A process whose heartbeat is gone is only noted at first: the heartbeats of living ones run out too, while a machine sleeps, a clock is
-- set forward or the store is away. Gone is one that was noted some time ago and has not beaten since (a heartbeat takes the note away).
-- KEYS: sorted set of processes with jobs in progress (score: until when they need no heartbeat), hash of noted processes (value: when,
--       in milliseconds)
-- ARGV: what stands before every key; most jobs; identity of the process that asks; how long after the note, in milliseconds; most bytes;
--       where to begin among the jobs of a process that has more of them (0: with the latest)
local prefix, left, own, grace = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local bytes_left, first = tonumber(ARGV[5]), tonumber(ARGV[6])
local now = clock()
local seconds = math.floor(now / 1000)
local answer = {}

-- Adds as many of its jobs as are wanted; says whether it has none.
local function add(identity)
  local progress = prefix .. 'jobdeck:progress:' .. identity
  local leases = redis.call('HKEYS', progress)
  if #leases == 0 then
    return true
  end
  -- The latest first, so that the one fetched first is the next to run.
  table.sort(leases, function(a, b)
    return a > b
  end)
  local offset = #leases > left and first % #leases or 0
  for number = 1, #leases do
    if left == 0 or bytes_left <= 0 then
      break
    end
    local lease = leases[(number - 1 + offset) % #leases + 1]
    local value = redis.call('HGET', progress, lease)
    answer[#answer + 1] = identity
    answer[#answer + 1] = lease
    answer[#answer + 1] = value
    left = left - 1
    bytes_left = bytes_left - #value
  end
  return false
end

for _, identity in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', seconds, 'LIMIT', 0, 1000)) do
  if left == 0 or bytes_left <= 0 then
    break
  end
  local noted = tonumber(redis.call('HGET', KEYS[2], identity) or '')
  local is_empty = false
  if identity == own or redis.call('EXISTS', prefix .. identity) == 1 then
    redis.call('HDEL', KEYS[2], identity)
  elseif not noted or noted > now then
    redis.call('HSET', KEYS[2], identity, whole(now))
  elseif now - noted >= grace then
    is_empty = add(identity)
  end
  if is_empty then
    redis.call('ZREM', KEYS[1], identity)
    redis.call('HDEL', KEYS[2], identity)
  else
    -- The others' turn first, next time.
    redis.call('ZADD', KEYS[1], 'XX', seconds, identity)
  end
end
return answer
