# Every target builds what it needs first. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AUDIT := .venv-audit
ANALYZER := .venv-analyzer
export PYTHONPATH := .:constructs
export PYTHONUNBUFFERED := 1

CHEAP := "not servers and not model and not flow and not packets"
CDK := node_modules/.bin/cdk
CDK8S := node_modules/.bin/cdk8s

.PHONY: $(shell sed -nE 's/^([a-z-]+):.*/\1/p' Makefile)

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

tenant: $(VENV)/.infra-ready ## Make an API key for tenant NAME in ENV (DO=rotate, retire, disable, enable); no NAME: list them
	@$(BIN)/python -m tools.tenants $(DO) $(if $(NAME),--name $(NAME)) --env $(or $(ENV),dev)

test: $(VENV)/.dev-ready $(ANALYZER)/.ready node_modules/.ready ## Run all tests, in three lanes: unit, contract on real servers, and the whole flow
	@$(BIN)/python -m pytest -n 3 --dist loadscope --no-loadscope-reorder

test-fast: $(VENV)/.dev-ready ## Run the services' tests that start no server: under a minute
	@$(BIN)/python -m pytest -m $(CHEAP) --ignore tests/stacks --ignore tests/charts --ignore tests/tools --ignore tests/images

test-cloud: $(VENV)/.dev-ready node_modules/.ready ## Run the tests of stacks, charts, images and their tools: about a minute
	@$(BIN)/python -m pytest -m $(CHEAP) tests/stacks tests/charts tests/tools tests/images

faults: $(VENV)/.dev-ready $(ANALYZER)/.ready node_modules/.ready ## Inject every fault of docs/faults.md, print the matrix (SEED=7: other random faults; LONG=1: the large runs)
	@SEED=$(SEED) LONG=$(LONG) $(BIN)/python -m pytest -q -m fault -p tests.faults.report

check: $(VENV)/.dev-ready node_modules/.ready ## Lint, types, import rules, locks, then all tests, cheapest first
	@echo "== format and lint"; $(BIN)/ruff format --check . && $(BIN)/ruff check .
	@echo "== types"; $(BIN)/mypy app.py config constructs/judge_constructs stacks charts runtime tools tests benchmarks
	@echo "== import rules"; $(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

canary: $(VENV)/.dev-ready ## Search every place of a running system for the keys of COUNT=200 faulty evaluations (SEED=1); root, Linux
	@$(BIN)/python -m tests.canary --count $(or $(COUNT),200) --seed $(or $(SEED),1)

fuzz: $(VENV)/.dev-ready ## Try everything that reads from outside with CASES=1000 made-up inputs each
	@CASES=$(or $(CASES),1000) $(BIN)/python -m pytest tests/fuzz

simulate: $(VENV)/.dev-ready ## Try the worker protocol on SEEDS (default 10000) schedules full of faults; SEED=n shows one (WITHOUT="a guard")
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED) --without "$(WITHOUT)",--seeds $(or $(SEEDS),10000))

bench: $(VENV)/.dev-ready ## Measure the whole system against the two SDK calls alone
	@$(BIN)/python benchmarks/pipeline.py

soak: $(VENV)/.dev-ready ## Send 10,000 evaluations (or COUNT=n) through the whole system: none lost, memory flat
	@$(BIN)/python -m benchmarks.soak --evaluations $(or $(COUNT),10000)

synth: $(VENV)/.infra-ready node_modules/.ready ## Synthesize all stacks into cdk.out/: no account, no network
	@$(CDK) synth --quiet

charts: $(VENV)/.infra-ready node_modules/.ready ## Write the Kubernetes manifests into dist/: no account, no cluster
	@$(CDK8S) synth --check-upgrade=false

connectivity: $(VENV)/.dev-ready charts ## Who reaches whom, by the network policies alone (ENV=dev or prod)
	@$(BIN)/python -m tools.connectivity --manifests dist/$(or $(ENV),dev) --environment $(or $(ENV),dev) --svg docs/connectivity-$(or $(ENV),dev).svg

images: $(VENV)/.infra-ready ## Build the services' image and push it to ENV's repositories (WEIGHTS=folder: the model's); needs Docker
	@$(BIN)/python -m tools.images --env $(or $(ENV),dev) $(if $(WEIGHTS),--weights $(WEIGHTS))

diff: $(VENV)/.infra-ready node_modules/.ready ## What this work tree changes in every stack, against BASE (default: main)
	@$(BIN)/python -m tools.template_diff --base $(or $(BASE),main)

deploy-local: $(VENV)/.dev-ready node_modules/.ready ## Deploy all stacks into an AWS emulator, run the services on them, judge one answer
	@$(BIN)/python -m runtime.local deploy

cost: $(VENV)/.dev-ready ## What the cloud costs a month, and what it saves (ENV=dev or prod)
	@$(BIN)/python -m tools.cost --env $(or $(ENV),dev)

replay: $(VENV)/.local-ready ## Recorded verdicts of real judges through our own rules (DATA=folder, see docs/measuring.md)
	@$(BIN)/python -m tools.replay --data "$(DATA)" --svg docs/replay.svg

check-versions: $(VENV)/.dev-ready ## Which engine versions leave support within 90 days, by today's date
	@$(BIN)/python -m tools.check_versions

picture: synth ## Draw the architecture from the templates into docs/
	@$(BIN)/python -m tools.architecture --templates cdk.out --environment dev --svg docs/architecture-dev.svg

audit: synth charts $(AUDIT)/.ready ## Run checkov over the templates and manifests; what is skipped has its reason in .checkov.yaml
	@$(AUDIT)/bin/checkov --config-file .checkov.yaml

lock: $(VENV)/.dev-ready ## Resolve pyproject.toml again into requirements*.txt
	@tools/lock $(BIN)

clean: ## Remove the environment and all local state
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m runtime.local down || true
	rm -rf $(VENV) $(AUDIT) $(ANALYZER) node_modules .local cdk.out dist

$(VENV)/.local-ready: requirements-local.txt tools/environment
	@tools/environment $(PYTHON) $(VENV) requirements-local.txt
	@touch $@

$(VENV)/.infra-ready: requirements-infra.txt tools/environment
	@tools/environment $(PYTHON) $(VENV) requirements-infra.txt
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt tools/environment
	@tools/environment $(PYTHON) $(VENV) requirements-dev.txt
	@touch $@ $(VENV)/.local-ready $(VENV)/.infra-ready

$(AUDIT)/.ready: requirements-audit.txt tools/environment
	@tools/environment $(PYTHON) $(AUDIT) requirements-audit.txt
	@touch $@

$(ANALYZER)/.ready: requirements-analyzer.txt tools/environment
	@tools/environment $(PYTHON) $(ANALYZER) requirements-analyzer.txt
	@touch $@

node_modules/.ready: package-lock.json
	@command -v npm >/dev/null || { echo "error: npm is not there: install Node.js 20 or newer, it runs the CDK's command line" >&2; exit 1; }
	@npm ci --silent
	@touch $@
