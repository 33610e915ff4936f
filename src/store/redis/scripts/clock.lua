-- Shared by the scripts that tell the time; it stands in front of them.
-- The time in whole milliseconds, as a number.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- As a text without an exponent.
local function whole(number)
  return string.format('%.0f', number)
end
