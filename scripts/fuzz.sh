#!/usr/bin/env bash
# fuzz.sh feeds the expressions, the writer of messages and the configuration with whatever the fuzzer thinks of, each for the time that is
# named (100s unless told): five minutes together. A finding is kept as a file in testdata/fuzz, which every test run reads again.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-100s}
for target in ./expression/FuzzCompile ./message/FuzzRender ./config/FuzzParse; do
	printf '%s\n' "$target"
	go test -run '^$' -fuzz "^${target##*/}\$" -fuzztime "$time" -fuzzminimizetime 20x "${target%/*}" | grep -v '^warning' | tail -n 3
done
