#!/usr/bin/env bash
# proof.sh runs the proofs in their full sizes, with every real part, and writes docs/proof/core.md; it takes about twenty minutes
# on two cores. Arguments go to `go test`, as in `scripts/proof.sh -run TestMemory -report /tmp/memory.md`.
set -euo pipefail
cd "$(dirname "$0")/.."
export REQUIRE_REAL=1
report=$PWD/docs/proof/core.md
mkdir -p "$(dirname "$report")"
go build -o bin/ ./testbed/cmd/withparts ./testbed/cmd/tally
bin/withparts -- go test -json -timeout 6h ./proof -full -report "$report" "$@" | bin/tally
[ $# -eq 0 ] || exit 0
types=$(bin/withparts -- go test ./source -count 1 -v -run 'TestEveryTypeGoesToXMLExactly|TestTenMegabytesOfTextArrive')
printf '## Every PostgreSQL type to XML\n\n```\n%s\n```\n\n' "$types" >>"$report"
fresh=$(scripts/fresh.sh)
printf '## From a clone to the summary of the demo\n\n```\n%s\n```\n' "$fresh" >>"$report"
