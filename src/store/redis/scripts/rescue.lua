-- Takes a job in progress of a process that is gone and puts it where it belongs. Answers 1, or 0 when somebody else has, or when the
-- process has come back.
-- KEYS: in-progress hash, hash of the process, hash of processes noted as being without a heartbeat, destination, set of queue names,
--       list of the times when this job was rescued
-- ARGV: identity of the process; lease; 'set', 'last' or 'next'; score or queue name; bytes; how long rescues are remembered, in seconds;
--       most of them
if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 or redis.call('EXISTS', KEYS[2]) == 1 then
  return 0
end
if redis.call('HEXISTS', KEYS[3], ARGV[1]) == 0 then
  return 0
end
-- Removes nothing, but is refused here, before anything is changed, if the job could not be removed below. (No lease is the empty text.)
redis.call('HDEL', KEYS[1], '')
-- The note first: a job that kills its processes must not be able to hide behind a store that refuses it.
redis.pcall('RPUSH', KEYS[6], redis.call('TIME')[1])
redis.pcall('LTRIM', KEYS[6], -tonumber(ARGV[7]), -1)
redis.pcall('EXPIRE', KEYS[6], ARGV[6])
local reply = put(ARGV[3], KEYS[4], KEYS[5], ARGV[4], ARGV[5])
if refused(reply) then
  redis.pcall('RPOP', KEYS[6])
  return reply
end
redis.call('HDEL', KEYS[1], ARGV[2])
return 1
