-- Adds what the runs of some classes took to the numbers of this minute, by the store's clock.
-- ARGV: what stands before every key; '7' or '8', whose keys; how long the numbers of a minute are kept, and those of ten minutes, in
--       seconds; of each class: its name, runs, failed ones, milliseconds of the others, number of buckets that are used, and of each
--       of these: which one, and how many runs
-- The keys are named after the store's time, not the worker's. Of 8: `j|YYMMDD|H:MM`, the same without the last digit for ten minutes,
-- and `h|CLASS-D-H:M`. Of 7: `j|YYYYMMDD|H:M` and `CLASS-DD-HH:M`. (One letter stands for a number without a leading zero.)
local prefix, is_new = ARGV[1], ARGV[2] == '8'
local minute_ttl, ten_minutes_ttl = ARGV[3], ARGV[4]
local seconds = tonumber(redis.call('TIME')[1])
local year, month, day = day_of(seconds):match('(%d+)-(%d+)-(%d+)')
local hour, minute = math.floor(seconds % 86400 / 3600), math.floor(seconds % 3600 / 60)
local by_minute, by_ten_minutes, histogram
if is_new then
  by_minute = string.format('%sj|%s%s%s|%d:%02d', prefix, year:sub(-2), month, day, hour, minute)
  by_ten_minutes = by_minute:sub(1, -2)
  histogram = string.format('-%d-%d:%d', day, hour, minute)
else
  by_minute = string.format('%sj|%s%s%s|%d:%d', prefix, year, month, day, hour, minute)
  histogram = string.format('-%s-%02d:%d', day, hour, minute)
end

local function count(key, class, runs, failed, milliseconds)
  redis.call('HINCRBY', key, class .. '|p', runs)
  if failed ~= '0' then
    redis.call('HINCRBY', key, class .. '|f', failed)
  end
  if runs ~= failed then
    redis.call('HINCRBY', key, class .. '|ms', milliseconds)
  end
end

local at = 5
while at <= #ARGV do
  local class, runs, failed, milliseconds, used = unpack(ARGV, at, at + 4)
  at = at + 5
  count(by_minute, class, runs, failed, milliseconds)
  if by_ten_minutes then
    count(by_ten_minutes, class, runs, failed, milliseconds)
  end
  local fields = { 'OVERFLOW', 'SAT' }
  for _ = 1, tonumber(used) do
    fields[#fields + 1] = 'INCRBY'
    fields[#fields + 1] = 'u16'
    fields[#fields + 1] = '#' .. ARGV[at]
    fields[#fields + 1] = ARGV[at + 1]
    at = at + 2
  end
  if #fields > 2 then
    local key = prefix .. (is_new and 'h|' or '') .. class .. histogram
    redis.call('BITFIELD', key, unpack(fields))
    redis.call('EXPIRE', key, minute_ttl)
  end
end
redis.call('EXPIRE', by_minute, minute_ttl)
if by_ten_minutes then
  redis.call('EXPIRE', by_ten_minutes, ten_minutes_ttl)
end
return 1
