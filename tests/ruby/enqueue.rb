# Enqueues one job from Ruby and prints its jid: CLASS QUEUE ARGS_AS_JSON.
require_relative "jobs"

print Sidekiq::Client.push("class" => ARGV[0], "queue" => ARGV[1], "args" => JSON.parse(ARGV[2]))
