-- Shared by the scripts of periodic jobs that ask who has one; it stands in front of them, behind the clock.
-- Whether a process that lives has said in the last minute (`life`, milliseconds) that it has the job.
local function is_held(holders, now, life)
  return redis.call('ZCOUNT', holders, '(' .. whole(now - life), '+inf') > 0
end
