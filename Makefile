# The one entry point. `make` alone lists what there is.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.bastide-installed
EXTRAS := sandbox,templates,lake,dev

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow check bench docs lock clean distclean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv here and install the locked versions (nothing happens when nothing changed)

$(STAMP): requirements.lock pyproject.toml src/bastide/ingest/_events.c
	@command -v $(PYTHON) >/dev/null || { \
	  echo "error: no $(PYTHON) on PATH; Bastide needs Python 3.11 or later" >&2; \
	  echo "  fix  install it, or name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: $(PYTHON) is $$($(PYTHON) -V 2>&1); Bastide needs Python 3.11 or later" >&2; \
	  echo "  fix  name a newer one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: $(PYTHON) cannot make virtual environments" >&2; \
	  echo "  fix  install its venv module (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@echo "Installing $$(grep -c == requirements.lock) packages into .venv (once, about a minute)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@touch $@

demo: $(STAMP) ## Deploy, assess, break and heal a whole organization in the sandbox
	@$(BIN)/bastide demo

test: $(STAMP) ## Run the tests that take seconds
	@$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: $(STAMP) ## Run the tests that take minutes
	@$(BIN)/python -m pytest -n 2 -m slow

check: $(STAMP) ## Lint, format, types, layers, and fresh reference pages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m bastide.show.reference --check docs/reference

bench: $(STAMP) ## Measure; results go to benchmarks/results
	@$(BIN)/python -m benchmarks

docs: $(STAMP) ## Write docs/reference again from the rule files
	@$(BIN)/python -m bastide.show.reference docs/reference

lock: $(STAMP) ## Resolve the newest allowed versions into requirements.lock
	@$(BIN)/python .ci/lock.py "$(EXTRAS)" > requirements.lock.new
	@mv requirements.lock.new requirements.lock

clean: ## Remove caches and build results (never .bastide, where your state is)
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -path ./.venv -prune -o \( -name __pycache__ -o -name '*.egg-info' \) -prune -exec rm -rf {} +

distclean: clean ## Remove .venv as well
	@rm -rf .venv
