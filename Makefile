# Everything from a bare machine with Python 3.11+ and make. Each target sets up .venv by itself, from requirements.lock.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= auto

.PHONY: help install run test test-slow lint format typecheck contracts bench lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## the environment, exactly as locked

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

run: $(STAMP) ## invent a nation if there is none, and serve it on LIENTHONG_PORT (8000)
	@LIENTHONG_MODE=$${LIENTHONG_MODE:-demo} $(BIN)/lienthong run

test: $(STAMP) ## all tests but the slow ones
	$(BIN)/pytest -n $(WORKERS) -m "not slow"

test-slow: $(STAMP) ## every test; takes many minutes
	$(BIN)/pytest -n $(WORKERS)

lint: $(STAMP) ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP) ## put into the one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

typecheck: $(STAMP) ## mypy --strict
	$(BIN)/mypy

contracts: $(STAMP) ## who may import whom
	$(BIN)/lint-imports

bench: $(STAMP) ## side by side with peers: ratios; then how fast a right ends, and what the ledger costs
	$(BIN)/python -m bench
	$(BIN)/python -m bench --revocation
	$(BIN)/python -m bench --ledger

PIN := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: $(STAMP) ## pin anew what pyproject.toml asks for, and the benchmark's peers in Python
	$(PIN) --extra dev --output-file requirements.lock pyproject.toml
	$(PIN) --output-file bench/peers/python/requirements.txt bench/peers/python/requirements.in
