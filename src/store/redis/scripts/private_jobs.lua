-- The jobs in the private lists of other workers (`queue:sq|IDENTITY|QUEUE`), those first that were fetched first.
-- KEYS: set of the identities of processes that have such lists, set of queue names
-- ARGV: what stands before every key; most lists that are looked at; most jobs; most bytes (but one job at least)
-- Answers of each job: identity, queue, 1 when the process has a heartbeat, bytes.
local prefix, most_lists, most_jobs, most_bytes = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local answer, jobs, bytes = {}, 0, 0
local seen, lists = {}, 0
local lives = {}

local function members(key)
  local reply = redis.pcall('SMEMBERS', key)
  if reply.err then
    -- Something that is no set names nobody.
    return reply.err:find('WRONGTYPE', 1, true) and {} or reply
  end
  table.sort(reply)
  return reply
end

local function heartbeat(identity)
  if lives[identity] == nil then
    lives[identity] = redis.call('EXISTS', prefix .. identity)
  end
  return lives[identity]
end

-- Whether there is room for more.
local function look(identity, queue)
  local key = prefix .. 'queue:sq|' .. identity .. '|' .. queue
  if seen[key] then
    return true
  end
  seen[key] = true
  lists = lists + 1
  local index = -1
  while jobs < most_jobs and (jobs == 0 or bytes < most_bytes) do
    local job = redis.pcall('LINDEX', key, index)
    if type(job) ~= 'string' then
      return lists < most_lists
    end
    answer[#answer + 1] = { identity, queue, heartbeat(identity), job }
    jobs = jobs + 1
    bytes = bytes + #job
    index = index - 1
  end
  return false
end

local identities, queues = members(KEYS[1]), members(KEYS[2])
if identities.err or queues.err then
  return identities.err and identities or queues
end
-- A list whose name stands among those of the queues may be of a process that is not registered any more.
for _, name in ipairs(queues) do
  local identity, queue = name:match('^sq|([^|]*)|(.*)$')
  if identity and not look(identity, queue) then
    return answer
  end
end
for _, identity in ipairs(identities) do
  for _, queue in ipairs(queues) do
    if queue:sub(1, 3) ~= 'sq|' and not look(identity, queue) then
      return answer
    end
  end
end
return answer
