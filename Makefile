# Every target says what it does; `make` alone prints this list.
.DEFAULT_GOAL := help
SHELL := /bin/bash
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
PARTS ?= $(or $(ROWRELAY_PARTS),$(HOME)/.cache/rowrelay/parts)
export PATH := $(PARTS)/bin:$(PATH)
export ROWRELAY_PARTS := $(PARTS)

.PHONY: help build demo deps test proof stress bench fuzz lint clean

help: ## print this list
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## bin/rowrelay
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/rowrelay ./cmd/rowrelay

demo: build ## the whole job in one process, needs nothing: source, store, broker, consumer
	./bin/rowrelay demo

deps: ## bring what the tests need: real PostgreSQL, ActiveMQ, Artemis, RabbitMQ, JMS clients, linter
	scripts/deps.sh

test: build lint ## all tests against the real parts, in a cut that ends in 12 minutes
	scripts/test.sh

proof: build ## the full sizes, written to docs/proof
	scripts/proof.sh

stress: build ## late rows from twelve writers for ten minutes, twice, written to docs/proof
	scripts/proof.sh stress

bench: build ## how fast it is, against real servers of its own, in half an hour; written to BENCHMARKS.md
	scripts/bench.sh

fuzz: ## five minutes of fuzzing: expressions, messages, configuration
	scripts/fuzz.sh

lint: ## go vet, the linter, formatting
	scripts/lint.sh

clean: ## remove what was built
	rm -rf bin
