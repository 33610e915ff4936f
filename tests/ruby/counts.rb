# What Ruby's own API counts, as one JSON object.
require_relative "jobs"
require "sidekiq/api"

stats = Sidekiq::Stats.new
print JSON.generate(
  "processed" => stats.processed, "failed" => stats.failed, "enqueued" => stats.enqueued, "scheduled" => stats.scheduled_size,
  "retrying" => stats.retry_size, "dead" => stats.dead_size, "processes" => stats.processes_size,
  "queues" => Sidekiq::Queue.all.map { |queue| [queue.name, queue.size] }.sort.to_h,
  "jids" => {
    "retries" => Sidekiq::RetrySet.new.map(&:jid).sort, "dead" => Sidekiq::DeadSet.new.map(&:jid).sort,
    "scheduled" => Sidekiq::ScheduledSet.new.map(&:jid).sort
  },
  "identities" => Sidekiq::ProcessSet.new(false).map { |process| process["identity"] }.sort,
  "traces" => Sidekiq::RetrySet.new.map { |job| [job.jid, job.error_backtrace] }.to_h
)
