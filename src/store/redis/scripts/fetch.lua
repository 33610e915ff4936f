-- Takes jobs out of queues into the process's in-progress hash: lease -> length of the queue's name, colon, name, bytes.
-- KEYS: in-progress hash, sorted set of processes with jobs in progress, hash of the process, set of paused queues, queues
-- ARGV: identity; limit; ticket of this call; number of lost calls; ticket and limit of each lost call; queue names
-- Answers lease and value of each job. What a lost call has taken (its answer never arrived) is answered instead of new jobs.
local progress, processes, process, paused = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local identity, left, ticket, lost = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local answer = {}

for call = 1, lost do
  local old, most = ARGV[3 + call * 2], tonumber(ARGV[4 + call * 2])
  for number = 1, most do
    local lease = string.format('%s:%04d', old, number)
    local value = redis.call('HGET', progress, lease)
    if value then
      answer[#answer + 1] = lease
      answer[#answer + 1] = value
    end
  end
end
if #answer > 0 then
  return answer
end

local number = 0
for index = 5, #KEYS do
  local name = ARGV[4 + lost * 2 + index - 4]
  if left > 0 and redis.call('SISMEMBER', paused, name) == 0 then
    local jobs = redis.pcall('RPOP', KEYS[index], left)
    -- Something that is no list is no queue: passed over.
    if jobs and not jobs.err and #jobs > 0 then
      local fields = {}
      for _, bytes in ipairs(jobs) do
        number = number + 1
        fields[#fields + 1] = string.format('%s:%04d', ticket, number)
        fields[#fields + 1] = #name .. ':' .. name .. bytes
      end
      local reply = redis.pcall('HSET', progress, unpack(fields))
      if type(reply) ~= 'table' then
        -- A process that has not had its first heartbeat yet is given a minute for it.
        local grace = redis.call('EXISTS', process) == 1 and 0 or 60
        reply = redis.pcall('ZADD', processes, 'NX', redis.call('TIME')[1] + grace, identity)
      end
      if type(reply) == 'table' and reply.err then
        redis.pcall('HDEL', progress, unpack(fields))
        for last = #jobs, 1, -1 do
          redis.call('RPUSH', KEYS[index], jobs[last])
        end
        return reply
      end
      for _, text in ipairs(fields) do
        answer[#answer + 1] = text
      end
      left = left - #jobs
    end
  end
end
return answer
