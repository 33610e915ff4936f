# shellcheck shell=bash
# What the scripts share: where they are, how they speak, how they install. Sourced, never run.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# All that is built stands below target/, wherever the user's other projects put theirs.
export CARGO_TARGET_DIR=$root/target

# rustup writes this into the shell's start-up files, which a shell that is open already has not read.
if ! command -v cargo >/dev/null && [ -x "${HOME:-}/.cargo/bin/cargo" ]; then
    PATH=$HOME/.cargo/bin:$PATH
fi

say() {
    printf '==> %s\n' "$*"
}

fail() {
    printf 'Error: %s\n' "$*" >&2
    exit 1
}

have() {
    command -v "$1" >/dev/null
}

# install_debian WHY PACKAGE...: as root, or through a sudo that asks for no password.
# Fails silently where there is no apt-get or no such right; says why if apt-get itself fails.
install_debian() {
    local why=$1 sudo="" log
    shift
    have apt-get || return 1
    if [ "$(id -u)" != 0 ]; then
        { have sudo && sudo -n true 2>/dev/null; } || return 1
        sudo="sudo -n"
    fi
    say "Installing the Debian packages $*: $why"
    log=$(mktemp)
    for attempt in first second; do
        # shellcheck disable=SC2086  # "sudo -n" is two words
        if $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
            rm -f "$log"
            return 0
        fi
        # The list of packages may be old, or empty on a fresh machine.
        # shellcheck disable=SC2086
        [ "$attempt" = second ] || $sudo apt-get update >/dev/null 2>&1 </dev/null || true
    done
    tail -5 "$log" >&2
    rm -f "$log"
    return 1
}

# is_at_least HAVE WANT: compares versions.
is_at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# Prints the path of a Chromium, or nothing.
find_chromium() {
    local name
    for name in "${JOBDECK_CHROMIUM:-chromium}" chromium-browser google-chrome; do
        if have "$name"; then
            command -v "$name"
            return
        fi
    done
}
