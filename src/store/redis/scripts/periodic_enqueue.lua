-- Shared by the scripts that enqueue a periodic job's jobs; it stands in front of them, behind put.lua.
-- Enqueues and notes, from ARGV[first] on: tick or '-', jid, bytes. Answers nothing, or the error table of what was refused.
local function enqueue(queue, names, runs, name, by, kept, first, now)
  for at = first, #ARGV, 3 do
    local reply = put('last', queue, names, name, ARGV[at + 2])
    if refused(reply) then
      return reply
    end
    redis.call('LPUSH', runs, table.concat({ ARGV[at], whole(now), ARGV[at + 1], by }, ' '))
  end
  redis.call('LTRIM', runs, 0, kept - 1)
end
