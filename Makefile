# The same commands run by hand and in CI. Bare make lists them.

GO           ?= go
COUNT        ?= 6
ROUNDS       ?= 5
FUZZTIME     ?= 30s
LINT_VERSION := v2.15.0
LINT         := .bin/$(LINT_VERSION)/golangci-lint

# A real S3 server and a proxy that spoils its network, for the tests.
S3_VERSION    := v1.8.0
S3            := .bin/versitygw-$(S3_VERSION)/versitygw
PROXY_VERSION := v2.5.0
PROXY         := .bin/toxiproxy-$(PROXY_VERSION)/toxiproxy

.DEFAULT_GOAL := help
.PHONY: help demo build tools test interop bench bench-peers lint cover fuzz update clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build ## investigate the specimen archive in testdata/demo
	@bin/grantrail investigate testdata/demo

build: ## build bin/grantrail, reproducibly
	@CGO_ENABLED=0 $(GO) build -trimpath -o bin/grantrail ./cmd/grantrail

tools: $(S3) $(PROXY) ## build the S3 server and the fault proxy that the tests start

$(S3):
	CGO_ENABLED=0 GOFLAGS= GOBIN=$(CURDIR)/$(@D) $(GO) install github.com/versity/versitygw/cmd/versitygw@$(S3_VERSION)

$(PROXY):
	CGO_ENABLED=0 GOFLAGS= GOBIN=$(CURDIR)/$(@D) $(GO) install github.com/Shopify/toxiproxy/v2/cmd/server@$(PROXY_VERSION)
	mv $(@D)/server $@

# The race detector needs cgo, and so a C compiler; the program needs neither.
test: $(S3) $(PROXY) ## vet, and test with the race detector
	$(GO) vet ./...
	@set -- $$($(GO) env CC); \
	if command -v "$$1" >/dev/null 2>&1; then \
		echo "$(GO) test -race ./..."; CGO_ENABLED=1 $(GO) test -race ./...; \
	else \
		echo "no C compiler ($$1): testing without the race detector" >&2; $(GO) test ./...; \
	fi

interop: ## read exports back with DuckDB, a download of half a gigabyte; needs a C++ compiler
	cd testdata/duckdb && CGO_ENABLED=1 $(GO) test ./...

bench-peers: build ## measure against DuckDB and igzip, on archives made for it; needs a C++ compiler
	@command -v igzip >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get install -y isal >/dev/null 2>&1; } || echo "no igzip: Debian's package isal has it" >&2
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
	GRANTRAIL_BULK="$$dir" $(GO) test -count=1 -run '^TestBulk$$' -v ./ingest/trailtest | grep objects && \
	cd testdata/duckdb && CGO_ENABLED=1 $(GO) build -o ../../bin/peers ./peers && \
	for archive in common small; do echo; echo "$$archive:"; ../../bin/peers ../../bin/grantrail "$$dir/$$archive" $(ROUNDS) || exit 1; done

bench: ## run the benchmarks COUNT=6 times, for benchstat
	$(GO) test -run='^$$' -bench=. -benchmem -count=$(COUNT) ./...

lint: $(LINT) ## run golangci-lint, installed into .bin when absent
	$(LINT) run ./...

$(LINT):
	GOBIN=$(CURDIR)/$(@D) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)

cover: $(S3) $(PROXY) ## test, and print what the tests reach
	$(GO) test -coverpkg=./... -coverprofile=cover.out ./...
	$(GO) tool cover -func=cover.out | tail -n 1

fuzz: ## fuzz every target for FUZZTIME=30s
	@for pkg in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			$(GO) test -run='^$$' -fuzz="^$$target$$" -fuzztime=$(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

update: ## write the golden files and the demo anew; read their diff
	$(GO) test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n1 dirname | sort -u) -update

clean: ## remove what the targets made
	rm -rf bin .bin cover.out
