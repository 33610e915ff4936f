-- Takes jobs out of queues into the process's in-progress hash: lease -> length of the queue's name, colon, name, bytes.
-- KEYS: in-progress hash, sorted set of processes with jobs in progress, hash of the process, set of paused queues, queues
-- ARGV: identity; limit; most bytes (but one job at least); ticket of this call, empty if it is to take nothing new; number of lost calls; of each lost call: ticket,
--       number of the first job that was not answered yet, number of the last that it may have taken; queue names
-- Answers lease and value of each job. What a lost call has taken (its answer never arrived) is answered instead of new jobs.
local progress, processes, process, paused = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local identity, limit, most_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local ticket, lost = ARGV[4], tonumber(ARGV[5])
local answer, count, bytes = {}, 0, 0

local function lease_of(call, number)
  return string.format('%s:%04d', call, number)
end

local function is_full()
  return count >= limit or (count > 0 and bytes >= most_bytes)
end

local function add(lease, value)
  answer[#answer + 1] = lease
  answer[#answer + 1] = value
  count = count + 1
  bytes = bytes + #value
end

-- A lost call that has not arrived by the time another one asks for it may still be on its way, for minutes, until nobody asks any more.
-- So it is noted that it takes nothing. Tickets of one origin (their first 16 digits) grow: the highest that was lost stands for all before
-- it. One that is not lost, but late, then takes nothing either, and is asked again.
local origin = (lost > 0 and ARGV[6] or ticket):sub(1, 16)
local void = processes:sub(1, -1 - #'processes') .. 'void:' .. origin
local highest = redis.call('MGET', void)[1] or ''
local may_take = ticket > highest
local last = highest
for call = 1, lost do
  local other = ARGV[3 + call * 3]
  last = other > last and other or last
end
if last > highest then
  -- Removes nothing: whoever has begun with a removal is not refused for want of memory. (No lease is the empty text.)
  redis.call('HDEL', progress, '')
  redis.call('SET', void, last, 'EX', 86400)
end

for call = 1, lost do
  local at = 3 + call * 3
  for number = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]) do
    if is_full() then
      return answer
    end
    local lease = lease_of(ARGV[at], number)
    local value = redis.call('HGET', progress, lease)
    if value then
      add(lease, value)
    end
  end
end
if count > 0 or not may_take then
  return answer
end

-- A step that is refused (a limited user, a full memory, a replica) must lose no job. So a job is put into the hash before it leaves
-- its queue, and whatever undoes that is tried beforehand. It also is the first to write: one that only removes may always begin,
-- and what follows it is not refused for want of memory. (No lease is the empty text.)
local function prepare()
  redis.call('HDEL', progress, '')
  -- A process that has not had its first heartbeat yet is given a minute for it.
  local grace = redis.call('EXISTS', process) == 1 and 0 or 60
  redis.call('ZADD', processes, 'NX', redis.call('TIME')[1] + grace, identity)
end

local is_prepared, refusal = false, nil
for index = 5, #KEYS do
  local key, name = KEYS[index], ARGV[1 + lost * 3 + index]
  if not is_full() and redis.call('SISMEMBER', paused, name) == 0 then
    -- From the right end, one by one: nobody knows how large they are.
    local fields, taken = {}, 0
    while not is_full() do
      local job = redis.pcall('LINDEX', key, -1 - taken)
      if type(job) == 'table' then
        -- Something that is no list is no queue: passed over.
        if not job.err:find('WRONGTYPE', 1, true) then
          refusal = refusal or job
        end
        break
      elseif not job then
        break
      end
      local lease, value = lease_of(ticket, count + 1), #name .. ':' .. name .. job
      fields[#fields + 1] = lease
      fields[#fields + 1] = value
      add(lease, value)
      taken = taken + 1
    end
    if taken > 0 then
      if not is_prepared then
        prepare()
        is_prepared = true
      end
      local reply = redis.pcall('HSET', progress, unpack(fields))
      if type(reply) ~= 'table' then
        reply = redis.pcall('LTRIM', key, 0, -1 - taken)
      end
      if reply.err then
        for field = 1, #fields, 2 do
          redis.call('HDEL', progress, fields[field])
          table.remove(answer)
          table.remove(answer)
        end
        -- What other queues gave is answered; the next call will say it.
        count = count - taken
        refusal = refusal or reply
        break
      end
    end
  end
end
if count == 0 and refusal then
  return refusal
end
return answer
