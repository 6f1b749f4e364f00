# make run    the broker and the runtime, side by side (Ctrl-C stops both)
# make test   lint and the whole test suite
# make bench  measures the hot paths and prints ratios
# make chaos  kills everything at random moments, for ROUNDS=50 rounds, and counts what arrives

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

.PHONY: run test lint bench chaos lock clean
.DEFAULT_GOAL := help

.PHONY: help
help:
	@sed -n 's/^# //p' Makefile

run: $(READY)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/honcho start; code=$$?; \
	  if [ $$code -eq 130 ] || [ $$code -eq 143 ]; then exit 0; else exit $$code; fi

test: lint
	$(BIN)/pytest

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m bench

ROUNDS := 50

chaos: $(READY)
	$(BIN)/python -m tests.chaos --rounds $(ROUNDS)

$(READY): requirements.lock pyproject.toml
	@python=""; \
	for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if $$candidate -c '$(SUPPORTED)' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11, 3.12 or 3.13 is needed: the Iggy SDK (apache-iggy 0.9) has no wheels for others." >&2; \
	  echo "Found: $$(python3 --version 2>&1). Install one of them, or name it: make PYTHON=/path/to/python3.13 $(MAKECMDGOALS)" >&2; \
	  exit 2; \
	fi; \
	if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$python has no venv module. On Debian and Ubuntu: apt install $$(basename $$python)-venv" >&2; \
	  exit 2; \
	fi; \
	echo "Installing into $(VENV) with $$($$python --version); this takes about a minute the first time"; \
	$$python -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Needs uv. Writes the pins of pyproject.toml's ranges for every supported Python.
lock:
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-header --no-annotate \
	  --python-version 3.11 --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
