# Fills a Redis as a Ruby application would.
require_relative "jobs"

5.times { |number| EchoJob.perform_async(number, "two", 3.5, nil, true, { "k" => ["v"] }) }
3.times { |number| EchoJob.perform_in(3600 + number, "in an hour", number) }
FixableJob.perform_async(7, "x")
FixableJob.perform_async(8, "y")
DoomedJob.perform_async("d")
SlowJob.perform_async(600)
EchoJob.set(queue: "unserved").perform_async("nobody fetches from here")

# As Active Job's adapter of that age writes it: one that nobody fetches, one that fails.
def push_active_job(job_class, queue, *arguments)
  Sidekiq::Client.push(
    "class" => "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper", "wrapped" => job_class, "queue" => queue,
    "args" => [{ "job_class" => job_class, "job_id" => "f41b4e78-5b98-429f-ac6c-ebf006f1f851", "queue_name" => queue,
                 "arguments" => arguments, "executions" => 0, "exception_executions" => {}, "locale" => "en" }]
  )
end

push_active_job("PublishPhotoJob", "unserved", { "_aj_globalid" => "gid://app/Photo/9" }, { "size" => "large", "_aj_symbol_keys" => ["size"] })
push_active_job("ResizePhotoJob", "mailers", { "_aj_globalid" => "gid://app/Photo/10" })
