-- Enqueues a job of a periodic job beside its ticks; 0 when there is no such periodic job.
-- KEYS: hash of definitions, list of its runs, queue, set of queue names
-- ARGV: name, by whom, queue name, runs to keep; then '-', jid, bytes
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then
  return 0
end
return enqueue(KEYS[3], KEYS[4], KEYS[2], ARGV[3], ARGV[2], tonumber(ARGV[4]), 5, clock()) or 1
