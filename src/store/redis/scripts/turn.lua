-- A worker's exchange: lets jobs go, each out of the in-progress hash and to where it belongs, counted; then takes others out of their
-- queues into that hash: lease -> length of the queue's name, colon, name, bytes.
-- KEYS: in-progress hash, sorted set of processes with jobs in progress, hash of the process, set of paused queues, set of queue names,
--       processed ever, failed ever, the newest fetch of this process whose answer got lost; then the queues to fetch from; then where each job goes that goes somewhere
-- ARGV: identity; how long a day's numbers are kept, in seconds;
--       number of jobs that succeeded; their leases; number of jobs that failed and are not kept; their leases;
--       number of jobs that go somewhere; of each: lease; 'set', 'last' or 'next'; score or queue name; bytes; 1 to count as processed;
--       1 to count as failed;
--       most jobs to fetch; most bytes of them (but one job at least); ticket of this call, empty if it is to take nothing new;
--       number of queues; of each: name, its share;
--       number of lost calls; of each: ticket, number of the first job that was not answered yet, of the last that it may have taken
-- Answers: how many jobs were not there any more; number in ARGV's list (from 1) and error of each job that was refused; why nothing was
-- fetched, or ''; leases and values of what lost calls have taken (their answers never arrived; these come instead of new jobs); of each
-- queue its number and the bytes of the jobs that were taken from it. The leases of those are made of the ticket and numbers from 1 on.
local progress, processes, process, paused, names = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local identity = ARGV[1]
local at = 3

local function next_argument()
  at = at + 1
  return ARGV[at - 1]
end

local gone, refusals, processed, failed = 0, {}, 0, 0

-- Removes nothing, but is refused here, before anything is changed, if a job could not be removed below. And whoever has begun with a
-- removal is not refused for want of memory. (No lease is the empty text.)
local is_prepared = false
local function prepare()
  if not is_prepared then
    redis.call('HDEL', progress, '')
    is_prepared = true
  end
end

-- Removes the next jobs of ARGV altogether; says how many were there.
local function finish()
  local count = tonumber(next_argument())
  local removed = 0
  if count > 0 then
    prepare()
    removed = redis.call('HDEL', progress, unpack(ARGV, at, at + count - 1))
    gone = gone + count - removed
    at = at + count
  end
  return removed
end

processed = finish()
failed = finish()
processed = processed + failed

local moves = tonumber(next_argument())
local destinations = #KEYS - moves
for move = 1, moves do
  prepare()
  local lease, kind, detail, bytes = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  if redis.call('HEXISTS', progress, lease) == 0 then
    gone = gone + 1
  else
    local reply = put(kind, KEYS[destinations + move], names, detail, bytes)
    if refused(reply) then
      refusals[#refusals + 1] = tostring(move)
      refusals[#refusals + 1] = reply.err
    else
      redis.call('HDEL', progress, lease)
      processed = processed + tonumber(ARGV[at + 4])
      failed = failed + tonumber(ARGV[at + 5])
    end
  end
  at = at + 6
end

-- The day's counters are named after the store's day, not the worker's: their keys are the others' with the day behind.
local function count(total, number)
  if number > 0 then
    local of_day = total .. ':' .. day_of(tonumber(redis.call('TIME')[1]))
    redis.pcall('INCRBY', total, number)
    if redis.pcall('INCRBY', of_day, number) == number then
      redis.pcall('EXPIRE', of_day, ARGV[2])
    end
  end
end

count(KEYS[6], processed)
count(KEYS[7], failed)

local limit, most_bytes, ticket = tonumber(next_argument()), tonumber(next_argument()), next_argument()
local queues = tonumber(next_argument())
local first_name = at
at = at + queues * 2
local found, taken, bytes = {}, 0, 0

local function is_full()
  return taken >= limit or (taken > 0 and bytes >= most_bytes)
end

local function lease_of(call, number)
  return string.format('%s:%04d', call, number)
end

-- A lost call that has not arrived by the time another one asks for it may still be on its way, for minutes, until nobody asks any more.
-- So it is noted that it takes nothing. Tickets grow: the highest that was lost stands for all before it. One that is not lost, but late,
-- then takes nothing either, and is asked again.
local calls = {}
for call = 1, tonumber(next_argument()) do
  calls[call] = { next_argument(), tonumber(next_argument()), tonumber(next_argument()) }
end
local may_take = limit > 0
if may_take then
  local highest = redis.call('MGET', KEYS[8])[1] or ''
  may_take = ticket > highest
  local last = highest
  for _, call in ipairs(calls) do
    last = call[1] > last and call[1] or last
  end
  if last > highest then
    prepare()
    redis.call('SET', KEYS[8], last, 'EX', 86400)
  end
end

for _, lost in ipairs(calls) do
  local call = lost[1]
  for number = lost[2], lost[3] do
    if is_full() then
      break
    end
    local lease = lease_of(call, number)
    local value = redis.call('HGET', progress, lease)
    if value then
      found[#found + 1] = lease
      found[#found + 1] = value
      taken = taken + 1
      bytes = bytes + #value
    end
  end
end
if taken > 0 or not may_take then
  return { gone, refusals, '', found, {} }
end

-- A step that is refused (a limited user, a full memory, a replica) must lose no job. So a job is put into the hash before it leaves
-- its queue, and whatever undoes that is tried beforehand.
local is_registered = false
local function register()
  prepare()
  if not is_registered then
    -- A process that has not had its first heartbeat yet is given a minute for it.
    local grace = redis.call('EXISTS', process) == 1 and 0 or 60
    redis.call('ZADD', processes, 'NX', redis.call('TIME')[1] + grace, identity)
    is_registered = true
  end
end

local fetched, refusal, longest = {}, nil, 1

-- Takes up to `most` jobs out of a queue; whether there may be more in it.
local function take(index, most)
  local key, name = KEYS[8 + index], ARGV[first_name + index * 2 - 2]
  local prefix = #name .. ':' .. name
  local jobs, fields, before, step = { tostring(index) }, {}, bytes, 4
  local more = true
  -- From the right end, a few at a time: nobody knows how large they are.
  while more and not is_full() and #jobs - 1 < most do
    local have = #jobs - 1
    local number = math.min(step, limit - taken, most - have, math.max(1, math.floor((most_bytes - bytes) / longest)))
    local some = redis.pcall('LRANGE', key, -have - number, -have - 1)
    if some.err then
      -- Something that is no list is no queue: passed over.
      if not some.err:find('WRONGTYPE', 1, true) then
        refusal = refusal or some.err
      end
      return false
    end
    for position = #some, 1, -1 do
      if is_full() then
        break
      end
      local job = some[position]
      taken = taken + 1
      bytes = bytes + #job
      longest = math.max(longest, #job)
      jobs[#jobs + 1] = job
      fields[#fields + 1] = lease_of(ticket, taken)
      fields[#fields + 1] = prefix .. job
    end
    more = #some == number
    step = math.min(step * 8, 512)
  end
  if #fields > 0 then
    register()
    local reply = redis.pcall('HSET', progress, unpack(fields))
    if not refused(reply) then
      reply = redis.pcall('LTRIM', key, 0, -#jobs)
    end
    if refused(reply) then
      for field = 1, #fields, 2 do
        redis.call('HDEL', progress, fields[field])
      end
      -- What other queues gave is answered; the next call will say it.
      taken, bytes = taken - (#jobs - 1), before
      refusal = refusal or reply.err
      return false
    end
    fetched[#fetched + 1] = jobs
  end
  return more
end

-- First each queue's share, then what is still wanted, in order.
local left = {}
for index = 1, queues do
  if not is_full() and redis.call('SISMEMBER', paused, ARGV[first_name + index * 2 - 2]) == 0 then
    if take(index, tonumber(ARGV[first_name + index * 2 - 1])) then
      left[#left + 1] = index
    end
  end
end
for _, index in ipairs(left) do
  if not is_full() then
    take(index, limit)
  end
end
return { gone, refusals, taken == 0 and refusal or '', found, fetched }
