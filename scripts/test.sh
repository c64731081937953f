#!/usr/bin/env bash
# test.sh runs every test against the real parts that this machine has and names the ones that it lacks; with
# REQUIRE_REAL=1 a missing part is a failure. The rooms run with -race; the proofs, which measure the finished program's
# memory and break it in real time, run alone and without. Most tests wait for servers, so more packages run than there are cores.
set -uo pipefail
cd "$(dirname "$0")/.."
if [ -z "${ROWRELAY_TESTBED_SOCKET:-}" ]; then
	go build -o bin/ ./testbed/cmd/withparts ./testbed/cmd/tally || exit 1
	exec bin/withparts -- scripts/test.sh
fi
export RAPID_SEED=${RAPID_SEED:-20260901} RAPID_NOFAILFILE=true # what properties draw is the same in every run; RAPID_SEED=0 draws anew
rooms=$(go list ./... | grep -v '/proof$') || exit 1
{
	code=0
	# shellcheck disable=SC2086 # one word a package
	go test -json -race -count 1 -p 4 -timeout 10m $rooms || code=1
	go test -json -count 1 -timeout 12m ./proof || code=1
	exit $code
} 2>&1 | bin/tally
