#!/usr/bin/env bash
# fresh.sh times what a newcomer with Go waits for: clone, `make build`, `make demo`. It clones what is committed and begins
# with empty caches: Go downloads every module and compiles every package.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export GOCACHE=$dir/cache GOMODCACHE=$dir/modules GOFLAGS=-modcacherw
unset VERSION

# timed NAME COMMAND... runs the command and prints what it took.
total=0
timed() {
	local name=$1 began ended
	shift
	began=$(date +%s%1N)
	"$@" || { echo "$name failed"; return 1; }
	ended=$(date +%s%1N)
	total=$((total + ended - began))
	seconds "$name" $((ended - began))
}

seconds() { printf '%-44s %4d.%d s\n' "$1" $(($2 / 10)) $(($2 % 10)); }

timed 'git clone' git clone -q "file://$PWD" "$dir/rowrelay"
cd "$dir/rowrelay"
timed 'make build, with empty GOCACHE and GOMODCACHE' make -s build >"$dir/build" 2>&1 || { cat "$dir/build"; exit 1; }
tail -n 1 "$dir/build"
timed 'make demo' make -s demo
seconds 'from clone to summary' $total
