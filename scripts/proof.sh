#!/usr/bin/env bash
# proof.sh runs the proofs in their full sizes, with every real part, and writes docs/proof: `proof.sh` all of them in about forty
# minutes on two cores, `proof.sh core`, `gaps`, `mapping` or `hour` one report, `proof.sh stress` ten minutes of late rows. Further arguments go
# to `go test`, as in `scripts/proof.sh core -run TestMemory -report /tmp/memory.md`.
set -euo pipefail
cd "$(dirname "$0")/.."
export REQUIRE_REAL=1
folder=$PWD/docs/proof
mkdir -p "$folder"
go build -o bin/ ./testbed/cmd/withparts ./testbed/cmd/tally

# prove NAME ABOUT ARGUMENTS... runs proofs and writes their report.
prove() {
	local name=$1 about=$2
	shift 2
	bin/withparts -- go test -json -timeout 6h ./proof -full -report "$folder/$name.md" -about "$about" "$@" | bin/tally
}

core() {
	prove core 'the core' -skip 'TestGaps|TestMapping|TestFirstHour|TestExamples' "$@"
	[ $# -eq 0 ] || return 0
	local types fresh
	types=$(bin/withparts -- go test ./source -count 1 -v -run 'TestEveryTypeGoesToXMLExactly|TestTenMegabytesOfTextArrive')
	printf '## Every PostgreSQL type to XML\n\n```\n%s\n```\n\n' "$types" >>"$folder/core.md"
	fresh=$(scripts/fresh.sh)
	printf '## From a clone to the summary of the demo\n\n```\n%s\n```\n' "$fresh" >>"$folder/core.md"
}

gaps() {
	prove gaps 'the gap ledger' -run TestGaps "$@"
	[ $# -eq 0 ] || return 0
	local histories
	histories=$(go test ./gap -count 1 -v -run 'History|Mutant' -histories 100000 -timeout 1h)
	printf '## Histories of visibility, without a database\n\n```\n%s\n```\n' "$histories" >>"$folder/gaps.md"
}

mapping() {
	prove mapping 'the mapping' -run TestMapping "$@"
	[ $# -eq 0 ] || return 0
	local fuzzed
	fuzzed=$(scripts/fuzz.sh)
	printf '## Five minutes of fuzzing\n\n```\n%s\n```\n' "$fuzzed" >>"$folder/mapping.md"
}

hour() {
	prove first-hour 'the first hour' -run 'TestFirstHour|TestExamples' "$@"
	[ $# -eq 0 ] || return 0
	sed 's/^#/##/' "$folder/first-hour-by-hand.md" >>"$folder/first-hour.md"
}

case "${1:-all}" in
all) core; gaps; mapping; hour ;;
core | gaps | mapping | hour) "$@" ;;
stress) prove stress 'ten minutes of late rows' -run 'TestGapsNoRow|TestGapsOutlive' -stress 10m -command stress "${@:2}" ;;
*) echo "proof.sh: $1 is none of core, gaps, mapping, hour and stress"; exit 2 ;;
esac
