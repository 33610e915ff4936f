-- Writes an event of the audit down, and lets go what is beyond its bounds.
-- KEYS: the stream; the mark of what is written once only, if it is
-- ARGV: the event; most events; milliseconds that they are kept; seconds that the mark is kept
if KEYS[2] and not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[4]) then
  return false
end
-- About: whole nodes are let go, which costs nearly nothing.
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'event', ARGV[1])
local oldest = tonumber(string.match(id, '^%d+')) - tonumber(ARGV[3])
if oldest > 0 then
  redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', oldest))
end
return id
