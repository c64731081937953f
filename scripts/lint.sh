#!/bin/sh
# lint.sh holds the tree to gofmt, go vet and golangci-lint, which `make deps` builds, and to the lib/pq that the proofs ran on.
set -eu
cd "$(dirname "$0")/.."
unformatted=$(gofmt -l $(git ls-files -co --exclude-standard '*.go'))
[ -z "$unformatted" ] || { printf 'lint: run gofmt -w on\n%s\n' "$unformatted"; exit 1; }
pq=$(go list -m -f '{{.Version}}' github.com/lib/pq)
[ "$pq" = v1.11.2 ] || { echo "lint: github.com/lib/pq is $pq, not v1.11.2: 1.12 keeps connections that the server has ended in the pool"; exit 1; }
go vet ./...
command -v golangci-lint >/dev/null || {
	echo "lint: golangci-lint is missing: run 'make deps'"
	[ "${REQUIRE_REAL:-}" != 1 ] || exit 1
	exit 0
}
golangci-lint run
