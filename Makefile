# The front door. `make` alone lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

CARGO_TARGET_DIR ?= $(CURDIR)/target
export CARGO_TARGET_DIR
# Given by hand: `make test ARGS='-E "package(tenure-broker)"'`, `make demo ARGS=--once`, `make bench ONLY=append`.
ARGS ?=
ONLY ?=
TOPOLOGY ?= multi
FEATURES := --features failpoints
WITH_SERVICES := scripts/with-services.sh

.PHONY: help demo build ui test test-fast lint bench lab lab-down schemas tools clean

help: ## What there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ui ## Build and start the demo; ARGS=--once tells one account's story and ends
	cargo run --locked --profile quick --bin tenure -- demo $(ARGS)

build: ui ## The release binary, target/release/tenure
	cargo build --locked --release --bin tenure

ui: ## The web application, ui/dist; brings Node.js where the machine's is too old
	@scripts/build-ui.sh build

test: tools ui ## Every test, on private PostgreSQL, NATS, mail and two Active Directory domains
	@# Built before: beside the services there is no network. The same targets and features as the tests, so once.
	cargo build --locked --workspace --bins --tests $(FEATURES)
	TENURE_BIN="$(CARGO_TARGET_DIR)/debug/tenure" $(WITH_SERVICES) \
	  cargo nextest run --locked --workspace $(FEATURES) $(ARGS)
	scripts/build-ui.sh unit
	TENURE_BIN="$(CARGO_TARGET_DIR)/debug/tenure" scripts/build-ui.sh e2e

test-fast: ## The tests that need no service
	env -u TENURE_TEST_POSTGRES -u TENURE_TEST_NATS_SERVER -u TENURE_TEST_SMTP -u AD_LAB_DIR \
	  cargo nextest run --locked --workspace --exclude tenure-tests --exclude tenure-benches $(FEATURES) $(ARGS)

lint: ## Format, clippy with warnings as errors, shell syntax
	cargo fmt --all --check
	@# What ships, then what is tested; the flags after -- reach our own crates only, so dependencies stay built.
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked --workspace --all-targets $(FEATURES) -- -D warnings
	@# The peer of `make bench` is a workspace of its own: its lock follows ours, or the next benchmark does not build.
	cargo update --quiet --workspace --locked --manifest-path benches/peers/cqrs-es/Cargo.toml
	scripts/build-ui.sh lint
	for script in .ci/run scripts/*.sh lab/*.sh; do bash -n "$$script"; done
	python3 -c 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]' lab/*.py

bench: ui ## Tenure and its peers in one run, to target/bench.json; ONLY="prefixes" runs a part, ONLY=ui the web application's
	scripts/install-tools.sh --bench
	cargo build --locked --release --workspace --bins
	@# Beside the services there is no network: what the peer is made of comes now.
	CARGO_TARGET_DIR="$(CARGO_TARGET_DIR)/peer" cargo build --locked --release --manifest-path benches/peers/cqrs-es/Cargo.toml
ifneq ($(ONLY),ui)
	TENURE_BIN="$(CARGO_TARGET_DIR)/release/tenure" $(WITH_SERVICES) --slow-postgres-us 1000 \
	  "$(CARGO_TARGET_DIR)/release/bench" $(ONLY)
endif
ifneq ($(filter ui,$(or $(ONLY),ui)),)
	TENURE_BIN="$(CARGO_TARGET_DIR)/release/tenure" scripts/build-ui.sh bench "$(CARGO_TARGET_DIR)/bench-ui.json"
endif

lab: tools ui ## Everything distributed on this machine, with a tour; TOPOLOGY=single-ha, sites … (docs/TOPOLOGIES.md)
	cargo build --locked --profile quick --bin tenure
	TENURE_BIN="$(CARGO_TARGET_DIR)/quick/tenure" lab/lab.sh up $(TOPOLOGY)

lab-down: ## Stop a lab that was left running and remove its data
	lab/lab.sh down

schemas: ## Write schemas/ anew from the code
	UPDATE_SCHEMAS=1 cargo nextest run --locked --workspace $(FEATURES) -E 'test(/schema|openapi/)'
	git status --short schemas

tools:
	@scripts/install-tools.sh

clean: lab-down ## What was built and every lab's data (not .tools)
	cargo clean
	rm -rf .lab ui/dist ui/node_modules
