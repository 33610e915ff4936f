-- Jobs in progress of processes without a heartbeat: of each identity, lease and value (empty where it is too large).
-- KEYS: sorted set of processes with jobs in progress (score: until when they need no heartbeat)
-- ARGV: what stands before every key; most jobs; most bytes
local prefix, left, bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local answer = {}
for _, identity in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', redis.call('TIME')[1], 'LIMIT', 0, 1000)) do
  if left == 0 then
    break
  end
  if redis.call('EXISTS', prefix .. identity) == 0 then
    local progress = prefix .. 'jobdeck:progress:' .. identity
    local leases
    if redis.call('HLEN', progress) <= 1000 then
      leases = redis.call('HKEYS', progress)
    else
      leases = redis.call('HRANDFIELD', progress, left)
    end
    table.sort(leases)
    for _, lease in ipairs(leases) do
      if left == 0 then
        break
      end
      local size, value = redis.call('HSTRLEN', progress, lease), ''
      if size <= bytes then
        value = redis.call('HGET', progress, lease)
        bytes = bytes - size
      end
      answer[#answer + 1] = identity
      answer[#answer + 1] = lease
      answer[#answer + 1] = value
      left = left - 1
    end
  end
end
return answer
