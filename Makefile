# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need in .venv.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test lint types tests coverage campaign mutation bench schemas docs golden lock clean setup

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-10s %s\n", $$1, $$2}'

demo: setup ## The tour: plan, apply, drift against a local sandbox
	@$(BIN)/python demo/tour.py

test: setup lint types tests coverage ## Lint, types, all tests, coverage

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "make: Python 3.11 or newer is missing ($(PYTHON) is not): install python3, or name one with PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: Python's venv is missing: on Debian, apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV), once …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lint: setup ## Style and smells
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .

types: setup ## mypy, strict
	@$(BIN)/mypy

tests: setup ## All tests, with branch coverage
	@$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=

coverage: ## The pure rooms are covered to the last branch
	@$(BIN)/coverage report --fail-under=100 \
		--include='reconcile/model/*,reconcile/kinds/*,reconcile/plan/*,reconcile/report/*'

COUNT ?= 2000
SEED ?= 1
campaign: setup ## Thousands of applies at which something goes wrong; COUNT=2000 SEED=1
	@$(BIN)/python tests/campaign/run.py --count $(COUNT) --seed $(SEED)
	@$(BIN)/python tests/campaign/kills.py

mutation: setup ## Change the code that decides, in thousands of ways; which changes do the tests notice?
	@rm -rf mutants
	@$(BIN)/mutmut run
	@$(BIN)/python tests/mutants.py

bench: setup ## Ratios of speed, measured within one run
	@$(BIN)/python benchmarks/startup.py
	@$(BIN)/python benchmarks/activity.py

schemas: setup ## Generate schemas/ from the code
	@$(BIN)/reconcile schema --write schemas
	@$(BIN)/python -m reconcile.sandbox.schema > schemas/fleet.schema.json
	@$(BIN)/python -m reconcile.sandbox.openapi > schemas/openapi.json

docs: setup ## Write the pages of docs/ that come from the tests' tables
	@$(BIN)/python tests/pages.py

golden: setup ## Rewrite the golden files; read the difference before you commit it
	@$(BIN)/pytest -q tests/golden --rewrite-golden

lock: ## Resolve the dependencies anew into requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra sandbox --group dev --universal --python-version 3.11 \
		--generate-hashes --no-annotate --custom-compile-command 'make lock' -o requirements.lock

clean: ## Remove what the other targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* mutants
