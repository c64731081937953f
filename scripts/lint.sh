#!/bin/sh
# lint.sh holds the tree to gofmt, go vet and golangci-lint, which `make deps` builds.
set -eu
cd "$(dirname "$0")/.."
unformatted=$(gofmt -l $(git ls-files -co --exclude-standard '*.go'))
[ -z "$unformatted" ] || { printf 'lint: run gofmt -w on\n%s\n' "$unformatted"; exit 1; }
go vet ./...
command -v golangci-lint >/dev/null || {
	echo "lint: golangci-lint is missing: run 'make deps'"
	[ "${REQUIRE_REAL:-}" != 1 ] || exit 1
	exit 0
}
golangci-lint run
