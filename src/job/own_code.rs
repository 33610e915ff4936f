//! Tells the application's own frames from those of libraries and runtimes.

/// Parts of paths under which no application keeps its own code: Ruby, Rust, JavaScript, Python, Go, Elixir, PHP.
const FOREIGN_PATHS: [&str; 27] = [
    "/gems/",
    "/ruby/",
    "/rubies/",
    "/.rbenv/",
    "/.rvm/",
    "/.asdf/",
    "<internal:",
    "/usr/lib/",
    "/usr/local/lib/",
    "/usr/share/",
    "vendor/",
    "/bin/sidekiq",
    "/bin/bundle",
    "node_modules/",
    "node:",
    "site-packages/",
    "dist-packages/",
    "<frozen ",
    ".cargo/registry/",
    ".cargo/git/",
    ".rustup/",
    "/rustc/",
    "/rust/library/",
    "/rust/deps/",
    "/go/pkg/mod/",
    "/usr/local/go/",
    "/deps/",
];

/// Beginnings of symbols that belong to a runtime, for frames that name no file.
const FOREIGN_SYMBOLS: [&str; 15] = [
    "std::",
    "<std::",
    "core::",
    "<core::",
    "alloc::",
    "<alloc::",
    "tokio::",
    "<tokio::",
    "futures_",
    "<futures_",
    "rust_begin_unwind",
    "__rust",
    "<fn",
    "__libc",
    "start_thread",
];

/// Whether a frame is the application's own code rather than a library's or the runtime's.
#[must_use]
pub(crate) fn is_own(line: &str) -> bool {
    let has_foreign_path = FOREIGN_PATHS.iter().any(|part| line.contains(part));
    // Rust numbers its frames: `12: core::panicking::panic_fmt`.
    let symbol = line
        .trim_start()
        .trim_start_matches(|character: char| character.is_ascii_digit())
        .trim_start_matches([':', ' ']);
    let has_foreign_symbol = FOREIGN_SYMBOLS
        .iter()
        .any(|prefix| symbol.starts_with(prefix));
    !line.trim().is_empty() && !has_foreign_path && !has_foreign_symbol
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn own_frames_stand_out() {
        for line in [
            "/app/jobs/flaky_job.rb:12:in `perform'",
            "app/models/photo.rb:3:in 'Photo#publish'",
            "   3: album::publish::upload at src/publish.rs:40:9",
            "/srv/app/src/index.js:10:5",
        ] {
            assert!(is_own(line), "{line}");
        }
        for line in [
            "/usr/local/bundle/gems/sidekiq-8.1.7/lib/sidekiq/processor.rb:220:in 'Sidekiq::Processor#execute_job'",
            "/usr/lib/ruby/3.3.0/net/http.rb:1603:in `open'",
            "/usr/share/rubygems-integration/all/gems/sidekiq-6.5.12/lib/sidekiq/processor.rb:196:in `execute_job'",
            "<internal:kernel>:187:in `loop'",
            "/app/vendor/bundle/ruby/3.3.0/bundler.rb:1",
            "   0: core::panicking::panic_fmt",
            "  11: tokio::runtime::task::raw::poll at /home/u/.cargo/registry/src/x/tokio-1/src/raw.rs:1",
            "/rustc/abc/library/std/src/panicking.rs:1",
            "/app/node_modules/bullmq/worker.js:1:1",
            "/venv/lib/python3.12/site-packages/celery/app.py",
            "",
        ] {
            assert!(!is_own(line), "{line}");
        }
    }
}
