#!/bin/sh
# test.sh runs every test against the real parts that this machine has and names the ones that it lacks; arguments go to
# `go test`. With REQUIRE_REAL=1 a missing part is a failure.
set -eu
cd "$(dirname "$0")/.."
go build -o bin/withparts ./testbed/cmd/withparts
exec bin/withparts -- go test -timeout 12m "${@:-./...}"
