// Package proof runs the finished program against real databases and brokers, breaks what can break,
// and counts. `make test` runs a cut of it, `make proof` the full sizes, which write docs/proof.
package proof
