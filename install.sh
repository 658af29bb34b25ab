#!/bin/sh
# Installs Callus for the current user: builds it, puts it into ~/.local/bin, wires the assistants that are here, reads
# their past sessions, and prints what has been failing. Run it as often as you like; --uninstall takes it back.

set -eu

usage() {
    cat <<'TEXT'
Usage: ./install.sh [OPTIONS]

  --yes           ask nothing
  --no-import     do not read past sessions
  --since AGE     read past sessions of this age at most, such as 30d
  --binary PATH   install this program instead of building one (also: CALLUS_BINARY)
  --uninstall     take everything back but what was recorded
  --purge         with --uninstall: delete what was recorded too
  --help          show this

It asks once before it edits an assistant's configuration; without a terminal it does not ask.
TEXT
}

say() { printf '%s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

yes='' import=1 since='' uninstall='' purge='' given=${CALLUS_BINARY:-}
while [ $# -gt 0 ]; do
    case $1 in
    --yes | -y) yes=1 ;;
    --no-import) import='' ;;
    --since | --binary)
        [ $# -ge 2 ] || fail "$1 needs a value"
        if [ "$1" = --since ]; then since=$2; else given=$2; fi
        shift
        ;;
    --since=*) since=${1#*=} ;;
    --binary=*) given=${1#*=} ;;
    --uninstall) uninstall=1 ;;
    --purge) purge=1 ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        usage >&2
        fail "unknown option: $1"
        ;;
    esac
    shift
done

[ -n "${HOME:-}" ] || fail "HOME is not set"
[ -z "$purge" ] || [ -n "$uninstall" ] || fail "--purge goes with --uninstall"

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
bin=$HOME/.local/bin
callus=$bin/callus
claude=${CLAUDE_CONFIG_DIR:-$HOME/.claude}
transcripts=$claude/projects
case $(uname -s) in
Darwin) data="$HOME/Library/Application Support/callus" ;;
*) data=${XDG_DATA_HOME:-$HOME/.local/share}/callus ;;
esac
data=${CALLUS_HOME:-$data}
# The folders that this script made or had made, so that --uninstall can take them away when they are empty.
made=$data/install/folders

# Prints the folders above and including $1 that do not exist, outermost first.
missing_folders() {
    if [ ! -d "$1" ]; then
        missing_folders "$(dirname -- "$1")"
        printf '%s\n' "$1"
    fi
}

build() {
    command -v cargo >/dev/null 2>&1 ||
        fail "needs Rust to build (https://rustup.rs), or a built program: --binary PATH"
    cd -- "$here"
    say "Building callus; the first time takes some minutes."
    host=$(rustc -vV | sed -n 's/^host: //p')
    target=${CARGO_TARGET_DIR:-$here/target}
    case $host in
    *-linux-*)
        # A static program that is not relocatable starts fastest, and a hook starts with every failed call.
        if RUSTFLAGS="-C target-feature=+crt-static -C relocation-model=static" \
            cargo build --release --locked --target "$host" && "$target/$host/release/callus" --version >/dev/null; then
            built=$target/$host/release/callus
            return
        fi
        say "A static build does not work here; building a dynamic one."
        ;;
    esac
    cargo build --release --locked
    built=$target/release/callus
}

# Puts the program in place at once: a hook that starts meanwhile runs the old one or the new one.
put_in_place() {
    if cmp -s -- "$1" "$callus"; then
        return
    fi
    new=$bin/.callus.$$
    trap 'rm -f -- "$new"' EXIT
    cp -- "$1" "$new"
    chmod 755 "$new"
    mv -f -- "$new" "$callus"
    trap - EXIT
}

remember_folders() {
    [ -n "$1" ] || return 0
    (
        umask 077
        mkdir -p -- "$(dirname -- "$made")"
        printf '%s\n' "$1" >>"$made"
    )
}

if [ -n "$uninstall" ]; then
    program=$callus
    [ -x "$program" ] || program=$given
    folders=$(cat -- "$made" 2>/dev/null || :)
    if [ -n "$program" ] && [ -x "$program" ]; then
        "$program" uninstall --yes ${purge:+--purge} ||
            fail "the assistants are still wired; $callus stays until that is solved"
    else
        say "There is no $callus; the assistants are left as they are."
        # Nothing else is deleted without a program that knows what it wrote.
        if [ -n "$purge" ] && [ -d "$data/workspaces" ]; then rm -rf -- "$data"; fi
    fi
    rm -f -- "$callus"
    if [ ! -d "$data/workspaces" ]; then
        # Nothing was recorded: nothing has to remember these folders until --purge.
        rm -f -- "$made"
        rmdir -- "$(dirname -- "$made")" "$data" 2>/dev/null || :
    fi
    printf '%s\n' "$folders" | sed '1!G;h;$!d' | while IFS= read -r folder; do
        [ -z "$folder" ] || rmdir -- "$folder" 2>/dev/null || :
    done
    if [ -n "$purge" ]; then
        say "Callus and all that it recorded are gone."
    elif [ ! -d "$data/workspaces" ]; then
        say "Callus is gone. It had recorded nothing."
    else
        say "Callus is gone. What it recorded is still in $data; ./install.sh --uninstall --purge deletes that too."
    fi
    exit 0
fi

if [ -n "$given" ]; then
    if [ ! -f "$given" ] || [ ! -x "$given" ]; then fail "$given is no program"; fi
    built=$given
else
    build
fi
folders=$(missing_folders "$bin" && missing_folders "$(dirname -- "$data")")
mkdir -p -- "$bin"
put_in_place "$built"
remember_folders "$folders"

present=''
for program in claude codex; do
    if command -v "$program" >/dev/null 2>&1; then present=1; fi
done
if [ -d "$claude" ] || [ -d "${CODEX_HOME:-$HOME/.codex}" ]; then present=1; fi
count=0
[ ! -d "$transcripts" ] || count=$(find "$transcripts" -type f -name '*.jsonl' | wc -l | tr -d ' ')

say ""
say "Program       $callus"
say "Records       $data (on this machine only, readable by you only, secrets removed)"
say "Transcripts   $count of Claude Code in $transcripts"
say "Undo          $here/install.sh --uninstall (--purge deletes the records too)"
say ""

status=0
if [ -n "$present" ]; then
    answer=y shown=''
    if [ -z "$yes" ] && [ -t 0 ] && [ -t 1 ]; then
        "$callus" install --dry-run || status=1
        shown=1
        printf '\nDo this, and read the transcripts? [Y/n] '
        read -r answer || answer=n
    fi
    case $answer in
    '' | [Yy]*)
        if [ "$status" = 0 ]; then "$callus" install --yes ${shown:+--shown} || status=1; fi
        [ "$status" = 0 ] || say "Not everything is wired; when that is solved, run: $callus install"
        ;;
    *)
        say "Nothing was edited or read. To go on: $callus install; $callus import; $callus report"
        exit 0
        ;;
    esac
else
    say "No assistant was found. When Claude Code is here: $callus install claude-code"
fi

if [ -n "$import" ] && [ "$count" -gt 0 ]; then
    # The newest sessions come first: what is read in this time is what the report is about.
    "$callus" import ${since:+--since "$since"} --budget 45s --then-background || status=1
fi

say ""
if [ -z "$present" ] && [ "$count" = 0 ]; then
    "$callus" report --sample || status=1
else
    "$callus" report || status=1
fi

if [ -n "$import" ] && [ "$count" -gt 0 ]; then
    # What would have been told in these sessions, in a few lines; nothing when there is nothing to show.
    told=$("$callus" replay --short 2>/dev/null || :)
    if [ -n "$told" ]; then
        say ""
        say "$told"
    fi
fi

case ":$PATH:" in
*":$bin:"*) ;;
*)
    say ""
    say "$bin is not on your PATH. To call callus by its name: export PATH=\"\$HOME/.local/bin:\$PATH\""
    ;;
esac
exit "$status"
