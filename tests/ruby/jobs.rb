# Job classes of a small Ruby application, for the tests that run a real Sidekiq beside Jobdeck.
require "sidekiq"

url = ENV.fetch("REDIS_URL")
Sidekiq.configure_client { |config| config.redis = { url: url } }
Sidekiq.configure_server do |config|
  config.redis = { url: url }
  config.options[:poll_interval_average] = 1
end

class ThirdPartyError < StandardError; end

# Writes down what it was run with.
class EchoJob
  include Sidekiq::Job

  def perform(*args)
    Sidekiq.redis { |redis| redis.rpush("test:echo", JSON.generate("jid" => jid, "args" => args)) }
  end
end

# Fails until somebody sets the key `test:fixed`.
class FixableJob < EchoJob
  sidekiq_options retry: 5, backtrace: 8, queue: "mailers", tags: ["flaky", "photo"]

  def perform(*args)
    fixed = Sidekiq.redis { |redis| redis.get("test:fixed") }
    raise ThirdPartyError, "third party said no to #{args.inspect} — café <b>" unless fixed
    super
  end
end

# Dies at its first failure.
class DoomedJob < FixableJob
  sidekiq_options retry: 0, backtrace: true, queue: "critical"
end

# What Active Job's adapter of that age hands to Sidekiq in place of the real class; this one fails as the others do.
module ActiveJob
  module QueueAdapters
    class SidekiqAdapter
      class JobWrapper < FixableJob
        sidekiq_options retry: 3, backtrace: true, queue: "mailers"
      end
    end
  end
end

# Runs until the process ends.
class SlowJob
  include Sidekiq::Job

  def perform(seconds)
    sleep seconds
  end
end
