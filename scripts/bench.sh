#!/usr/bin/env bash
# bench.sh measures against real servers of its own and writes BENCHMARKS.md. It takes about an hour on two cores, and wants them for itself.
set -euo pipefail
cd "$(dirname "$0")/.."
export REQUIRE_REAL=1
go build -o bin/ ./testbed/cmd/withparts ./testbed/cmd/tally
bin/withparts -- go test -json -count 1 -timeout 4h ./proof -run 'TestBenchmarks$' -benchmarks "$PWD/BENCHMARKS.md" -full "$@" | bin/tally
