#!/usr/bin/env bash
# bench.sh measures against real servers of its own and writes BENCHMARKS.md: all parts in about half an hour on two cores, which it wants for itself, or the named
# ones: `bench.sh Brokers`, Latency, Finished, Growth.
set -euo pipefail
cd "$(dirname "$0")/.."
export REQUIRE_REAL=1
parts=${*:-Brokers Latency Finished Growth}
parts=${parts// /|}
go build -o bin/ ./testbed/cmd/withparts ./testbed/cmd/tally
bin/withparts -- go test -json -count 1 -timeout 4h ./proof -run "TestBenchmarks\$/(Head|$parts)\$" -benchmarks "$PWD/BENCHMARKS.md" -full | bin/tally
