# A fresh machine needs Python 3.11 to 3.14 (with venv) and make; the rest is installed into .venv.
# PYTHON=/path/to/python chooses the interpreter; ARGS="…" goes to the program that is run.

FITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do \
	if "$$name" -c '$(FITS)' 2>/dev/null; then \
	echo "$$name"; break; fi; done)
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
CATALOGUES := $(wildcard src/zoco/web/locale/*/LC_MESSAGES/*.po)
RECIPES := pyproject.toml hatch_build.py vendor_assets.py vendor.toml package-lock.json

.DEFAULT_GOAL := help
# The installing stamps would race.
.NOTPARALLEL:
.PHONY: help up test check fix bench soak docs lock release

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' Makefile

up: .venv/installed .venv/catalogues ## marketplace and desk with the demo world, until Ctrl-C
	@$(BIN)/zoco up --demo $(ARGS)

test: .venv/installed-dev .venv/catalogues ## all tests, on both database engines and in a browser
	$(BIN)/python -m pytest --numprocesses 2 -m "not e2e" $(ARGS)
	$(BIN)/python -m pytest -m e2e $(ARGS)

check: .venv/installed-dev ## style, types, floors, and generated files that are out of date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m zoco.api.openapi .venv/openapi.json
	diff openapi.json .venv/openapi.json
	$(BIN)/python -m release.third_party .venv/THIRD_PARTY.md
	diff THIRD_PARTY.md .venv/THIRD_PARTY.md

fix: .venv/installed-dev ## what ruff can mend by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/installed-dev ## measurements; see benchmarks/
	$(BIN)/python -m benchmarks $(ARGS)

soak: .venv/installed-dev ## the feed under load for ten minutes, its memory watched; ARGS="--minutes 2" for less
	$(BIN)/python -m benchmarks.soaking $(ARGS)

docs: .venv/installed-dev ## openapi.json and THIRD_PARTY.md anew
	$(BIN)/python -m zoco.api.openapi openapi.json
	$(BIN)/python -m release.third_party THIRD_PARTY.md

# Without an index's address, for all platforms at once, and valid from the oldest Python on.
lock: | $(BIN)/python ## requirements.lock anew: the newest that pyproject.toml allows, with checksums
	@$(INSTALL) --editable '.[lock]'
	$(BIN)/uv pip compile pyproject.toml --output-file requirements.lock --upgrade --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --custom-compile-command "make lock" --quiet $(ARGS)

release: .venv/installed-dev .venv/catalogues ## VERSION=1.2.3: archives, checksums, commit and tag; ARGS=--dry-run to try
	@# Tested and listed is what users of the lock get.
	@$(INSTALL) --require-hashes --requirement requirements.lock
	$(BIN)/python -m release $(VERSION) $(ARGS)

# The stamps make later runs instant.
.venv/installed: $(RECIPES) | $(BIN)/python
	@echo "Installing Zoco into .venv …"
	@$(INSTALL) --editable .
	@touch $@

.venv/installed-dev: $(RECIPES) | $(BIN)/python
	@echo "Installing Zoco and its tools into .venv …"
	@$(INSTALL) --editable '.[dev]'
	@touch .venv/installed $@

.venv/catalogues: $(CATALOGUES) | .venv/installed
	@$(BIN)/python vendor_assets.py
	@touch $@

$(BIN)/python:
	@if [ -z "$(PYTHON)" ] || ! "$(PYTHON)" -c '$(FITS)' 2>/dev/null; then \
	echo "Zoco needs Python 3.11, 3.12, 3.13 or 3.14; install one, or say which: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@if ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
	echo "$(PYTHON) lacks the venv module; install it (on Debian and Ubuntu: apt-get install python3-venv)" >&2; exit 1; fi
	@"$(PYTHON)" -m venv .venv
