-- Takes down what runs tell, and answers the numbers (from 1) of those that somebody wants to end.
-- KEYS: of each run: hash of its job's report, list of its job's log
-- ARGV: most lines and most bytes of a log; seconds that a report is kept, and that of a job that is done; then of each run: its start in
--       milliseconds; 1 if its job is done; percent (empty: nothing told), message and time of its progress; number of lines; lines
local most_lines, most_bytes = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = whole(clock())
local answer, at = {}, 5
for run = 1, #KEYS / 2 do
  local report, log = KEYS[run * 2 - 1], KEYS[run * 2]
  local started, is_done, percent = tonumber(ARGV[at]), ARGV[at + 1] == '1', ARGV[at + 2]
  local first = at + 6
  local count = tonumber(ARGV[at + 5])
  -- One that was left before the run began meant another run.
  local cancel = tonumber(redis.call('HGET', report, 'cancel_at') or '')
  if cancel and cancel >= started then
    answer[#answer + 1] = run
  end
  if percent ~= '' then
    redis.call('HSET', report, 'percent', percent, 'message', ARGV[at + 3], 'at', ARGV[at + 4])
  end
  if count > 0 then
    local bytes = 0
    if redis.call('LLEN', log) > 0 then
      bytes = tonumber(redis.call('HGET', report, 'bytes') or '') or 0
    end
    for line = first, first + count - 1 do
      redis.call('RPUSH', log, ARGV[line])
      bytes = bytes + #ARGV[line]
    end
    while redis.call('LLEN', log) > most_lines or bytes > most_bytes do
      local gone = redis.call('LPOP', log)
      -- Somebody else's change of the list must not make this go on for ever.
      if not gone then
        bytes = 0
        break
      end
      bytes = bytes - #gone
    end
    redis.call('HSET', report, 'bytes', bytes)
  end
  local has_told = percent ~= '' or count > 0
  if has_told then
    redis.call('HSET', report, 'updated_at', now)
  end
  if has_told or is_done then
    local kept = is_done and ARGV[4] or ARGV[3]
    redis.call('EXPIRE', report, kept)
    redis.call('EXPIRE', log, kept)
  end
  at = first + count
end
return answer
