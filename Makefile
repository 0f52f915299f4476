# Everything from a bare machine with Python 3.11+ and make. Each target sets up .venv by itself, from requirements.lock.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
WORKERS ?= auto
BENCH := .venv-bench/bin
BENCH_STAMP := .venv-bench/.installed
BENCH_ARGUMENTS ?=

.PHONY: help install run test test-slow test-system lint format typecheck contracts bench bench-install bench-quick bench-full lock

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## the environment, exactly as locked

# The one asked for; where none was, the distribution's if the usual one says that it was built without optimization.
INTERPRETERS := $(PYTHON) $(if $(filter file,$(origin PYTHON)),/usr/bin/python3)
CHOOSE = for python in $(INTERPRETERS); do \
	$$python installation/interpreter.py && $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' && break; \
	done 2>/dev/null || python=$(PYTHON)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || { $(CHOOSE); \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=/path/to/python3.11")' \
		&& echo "Environment on $$($$python -VV)" && $$python -m venv .venv; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

run: $(STAMP) ## invent a nation if there is none, and serve it on LIENTHONG_PORT (8000)
	@LIENTHONG_MODE=$${LIENTHONG_MODE:-demo} $(BIN)/lienthong run

test: $(STAMP) ## all tests but the slow ones and those of the system
	$(BIN)/pytest -n $(WORKERS) -m "not slow and not system"

test-slow: $(STAMP) ## every test but those of the system; takes many minutes
	$(BIN)/pytest -n $(WORKERS) -m "not system"

test-system: $(STAMP) ## tests with Debian's haproxy and postgresql: installs those that are missing, as root
	$(BIN)/pytest -n 2 --dist loadfile -m system tests/system

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

bench-install: $(BENCH_STAMP) ## the benchmark's environment

$(BENCH_STAMP): requirements.lock bench/requirements.lock pyproject.toml
	@test -x $(BENCH)/python || { $(CHOOSE); echo "Benchmark on $$($$python -VV)"; $$python -m venv .venv-bench; }
	$(BENCH)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BENCH)/pip install --quiet --disable-pip-version-check --require-hashes --requirement bench/requirements.lock
	$(BENCH)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(BENCH_STAMP)

bench: $(BENCH_STAMP) ## side by side with peers, what each check costs, and the table of targets: 20 minutes
	$(BENCH)/python -m bench $(BENCH_ARGUMENTS)

bench-quick: $(BENCH_STAMP) ## the same with a small nation and few peers: 3 minutes
	$(BENCH)/python -m bench --quick $(BENCH_ARGUMENTS)

bench-full: $(BENCH_STAMP) ## the same up to ten million citizens, with an hour of mixed load: hours
	$(BENCH)/python -m bench --full --resume $(BENCH_ARGUMENTS)

PIN := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: $(STAMP) ## pin anew what pyproject.toml asks for, and what the benchmark and its peers in Python need
	$(PIN) --extra dev --output-file requirements.lock pyproject.toml
	$(PIN) --output-file bench/requirements.lock bench/requirements.in
	$(PIN) --output-file bench/peers/python/requirements.txt bench/peers/python/requirements.in
