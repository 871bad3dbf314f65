SHELL := /usr/bin/env bash
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# Where `make run` keeps its data and listens; see `bin/throughline serve --help`.
DATA    ?= .throughline
LISTEN  ?= 127.0.0.1:8080
# Added to every `go test`, for instance TESTFLAGS=-race.
TESTFLAGS ?=
# The packages that hold benchmarks.
BENCH ?= $(shell grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r -n1 dirname | sort -u)

TOOLS := tools/bin

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build postgresql ## Build, and start everything on this machine
	bin/throughline serve --data $(DATA) --listen $(LISTEN)

.PHONY: build
build: ## Build bin/throughline
	@[ -x bin/throughline ] || echo "Building. The first build compiles a Temporal server and takes minutes; later ones take seconds."
	go build -ldflags '-X main.version=$(VERSION)' -o bin/throughline ./cmd/throughline

.PHONY: test
# vet has seen everything, in tests too: go test need not do part of it again. It has also compiled what
# is large; one package more than there are cores, because the end-to-end tests mostly wait.
# They take longest, and so begin first.
test: postgresql browser peers ## Vet, run every test, check workflows for determinism
	go vet ./...
	go test -vet=off -p $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) -timeout 20m $(TESTFLAGS) ./e2e ./...
	@$(MAKE) --no-print-directory determinism

# The simulator and the real server, over as many random scenarios as wanted; `make test` runs some.
SCENARIOS ?= 1000
.PHONY: differential
differential: postgresql ## Run 1,000 random scenarios through simulator and server, and compare
	THROUGHLINE_DIFFERENTIAL=$(SCENARIOS) go test -timeout 3h -v ./e2e -run TestSimulatorAndServerTellTheSameStory

# Every function that takes a workflow.Context is checked, with all it calls.
.PHONY: determinism
determinism: $(TOOLS)/workflowcheck ## Check that workflow code is deterministic
	$(TOOLS)/workflowcheck ./workflows/...

.PHONY: lint
lint: $(TOOLS)/golangci-lint ## Run the linters
	$(TOOLS)/golangci-lint run ./...

.PHONY: bench
bench: ## Run every benchmark
	@[ -n "$(BENCH)" ] || { echo "no package holds a benchmark"; exit 1; }
	go test -run '^$$' -bench . -benchmem $(BENCH)

# How long each fuzz test looks for input that breaks the reader of pathways.
FUZZTIME ?= 60s
.PHONY: fuzz
fuzz: ## Fuzz the reader and the checker of pathways
	go test -run '^$$' -fuzz '^FuzzLoad$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 50x ./pathways
	go test -run '^$$' -fuzz '^FuzzExpression$$' -fuzztime $(FUZZTIME) -fuzzminimizetime 50x ./pathways

.PHONY: fixtures
fixtures: ## Record the replay histories of this version anew
	go test -tags record ./workflows -run TestRecordHistories -anew

.PHONY: image
image: ## Build the container image (needs Docker)
	docker build --build-arg VERSION=$(VERSION) -t throughline:$(VERSION) .

.PHONY: postgresql
postgresql: ## Look for PostgreSQL's binaries; as root on Debian, install them
	@tools/postgresql.sh

.PHONY: browser
browser: ## Look for Chromium and its driver; as root on Debian, install them
	@tools/browser.sh

# Another project's MLLP client, for the tests of our server. Without Node they say that they are skipped.
PEERS := intake/hl7v2/testdata/peer
.PHONY: peers
peers: ## Install the test peers from the npm registry, where Node is there
	@if command -v npm >/dev/null; then [ -d $(PEERS)/node_modules ] || npm ci --prefix $(PEERS) --no-audit --no-fund --silent; \
	else echo "Node is not installed: the MLLP server is not tried with another project's client."; fi

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin $(TOOLS)

$(TOOLS)/%: tools/go.mod tools/go.sum
	@echo "Building $* at the version pinned in tools/go.mod."
	@mkdir -p $(TOOLS)
	@cd tools && go build -o bin/ "$$(go list tool | grep '/$*$$')"
	@touch $@
