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

# Set once this run has asked apt-get for the list of packages.
packages_listed=""

# install_debian WHY PACKAGE...: as root, or through a sudo that asks for no password; the newest that there is, also over an older one.
# Fails silently where there is no apt-get or no such right; says why if apt-get itself fails.
install_debian() {
    local why=$1 log sudo=()
    shift
    have apt-get || return 1
    if [ "$(id -u)" != 0 ]; then
        { have sudo && sudo -n true 2>/dev/null; } || return 1
        sudo=(sudo -n)
    fi
    say "Installing the Debian packages $*: $why"
    log=$(mktemp)
    # A fresh machine's list is empty, or so old that it names packages that are too old or gone.
    if [ -z "$packages_listed" ]; then
        "${sudo[@]}" apt-get update >"$log" 2>&1 </dev/null || say "apt-get update failed ($(tail -1 "$log")); going on with the list of packages that is here"
        packages_listed=yes
    fi
    if "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
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
