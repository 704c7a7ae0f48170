# Every target builds what it needs first. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PYTHONPATH := .:constructs
export PYTHONUNBUFFERED := 1

.PHONY: help demo up down status test test-fast check bench lock clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(VENV)/.local-ready ## Start what is not running, judge examples/ (or FILE=path.jsonl), show the scores
	@$(BIN)/python -m runtime.local demo $(if $(FILE),--file $(FILE))

up: $(VENV)/.local-ready ## Start the whole system on this machine; Ctrl-C stops it
	@$(BIN)/python -m runtime.local up

down: $(VENV)/.local-ready ## Stop what `make demo` or `make up` started
	@$(BIN)/python -m runtime.local down

status: $(VENV)/.local-ready ## Show what runs, on which port
	@$(BIN)/python -m runtime.local status

test: $(VENV)/.dev-ready ## Run all tests: unit, contract on real servers, and the whole flow
	@$(BIN)/python -m pytest

test-fast: $(VENV)/.dev-ready ## Run the tests that start no server: seconds
	@$(BIN)/python -m pytest -m "not servers and not model and not flow"

check: $(VENV)/.dev-ready ## Lint, types, import rules, locks, then all tests, cheapest first
	@echo "== format and lint"; $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@echo "== types"; $(BIN)/mypy config runtime tests benchmarks
	@echo "== import rules"; $(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

bench: $(VENV)/.dev-ready ## Measure the whole system against the two SDK calls alone
	@$(BIN)/python benchmarks/pipeline.py

lock: $(VENV)/.dev-ready ## Resolve pyproject.toml again into requirements*.txt
	@tools/lock $(BIN)

clean: ## Remove the environment and all local state
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m runtime.local down || true
	rm -rf $(VENV) .local

$(VENV)/.local-ready: requirements-local.txt tools/environment
	@tools/environment $(PYTHON) $(VENV) requirements-local.txt
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt tools/environment
	@tools/environment $(PYTHON) $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/.local-ready
