-- Shared by the scripts of periodic jobs; it stands in front of them.
-- The time in whole milliseconds, as a number.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function whole(number)
  return string.format('%.0f', number)
end

-- Whether a process that lives has said in the last minute (`life`, milliseconds) that it has the job.
local function is_held(holders, now, life)
  return redis.call('ZCOUNT', holders, '(' .. whole(now - life), '+inf') > 0
end
