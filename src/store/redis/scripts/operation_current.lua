-- Names of operations that are not over, or were over lately.
-- KEYS: sorted set of such operations
-- ARGV: how lately, milliseconds
return redis.call('ZRANGEBYSCORE', KEYS[1], whole(clock() - ARGV[1]), '+inf')
