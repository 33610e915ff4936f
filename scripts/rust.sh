# shellcheck shell=bash
# Which Rust builds what. Sourced after lib.sh.
#
# The server is built by the cargo of the user's PATH. The browser's half needs the standard library for
# wasm32-unknown-unknown. Where rustup cannot add it, Debian's newer Rust (packages rustc-web and others) builds
# that half, with a standard library that scripts/setup has compiled from Debian's source.
# JOBDECK_WASM=debian goes this second way at once, and leaves rustup alone.

oldest_rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$root/Cargo.toml")
wasm_target=wasm32-unknown-unknown
wasm_linker=wasm-ld-19
wasm_std=${XDG_CACHE_HOME:-${HOME:-$root/target}/.cache}/jobdeck/wasm-std

case ${JOBDECK_WASM:=auto} in
auto | debian) ;;
*) fail "JOBDECK_WASM is '$JOBDECK_WASM'; it may be 'auto' (the default) or 'debian'" ;;
esac

# rust_version RUSTC: 1.89.0, or nothing.
rust_version() {
    "$1" --version 2>/dev/null | cut -d ' ' -f 2
}

is_new_enough() {
    local version
    version=$(rust_version "$1")
    [ -n "$version" ] && is_at_least "$version" "$oldest_rust"
}

has_ambient_rust() {
    have cargo && is_new_enough rustc
}

has_debian_rust() {
    [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] && is_new_enough /usr/bin/rustc
}

has_ambient_wasm() {
    [ "$JOBDECK_WASM" = auto ] && has_ambient_rust &&
        ls "$(rustc --print target-libdir --target $wasm_target 2>/dev/null)"/libcore-*.rlib >/dev/null 2>&1
}

# The libraries of one rustc do not load in another: they stand beside the version of theirs.
has_debian_wasm() {
    has_debian_rust && have $wasm_linker && [ "$(cat "$wasm_std/rustc" 2>/dev/null)" = "$(/usr/bin/rustc --version)" ]
}

use_debian_rust() {
    export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
    PATH=/usr/bin:$PATH
}

use_server_rust() {
    has_ambient_rust || { has_debian_rust && use_debian_rust; } ||
        fail "there is no Rust $oldest_rust or newer here; type: make setup"
}

use_wasm_rust() {
    # Flags for the server's processor mean nothing to wasm, and would hide the ones set here.
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
    # As .cargo/config.toml says it for all; flags for one target hide those.
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--cfg erase_components"
    if has_ambient_wasm; then
        return
    fi
    has_debian_wasm || fail "there is no Rust for wasm here yet; type: make setup"
    use_debian_rust
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$wasm_linker
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS+=" --sysroot $wasm_std"
}
