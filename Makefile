# make run   sets everything up, loads the sample company, opens http://localhost:8501 (PORT=8600 for another)
# make test  sets everything up and runs every test, the real-browser ones included
.DEFAULT_GOAL := help
.PHONY: help run test check format golden pictures lock sample chromium clean

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
WORKSPACE ?= workspace
PORT ?= 8501
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

help:
	@sed -n 's/^# make/make/p' Makefile

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Vigie needs Python 3.11: install python3.11 or set PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The build backend is locked with the rest, so nothing unpinned is ever fetched.
$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run

chromium: $(VENV)/.dev
	@sh tests/browser/chromium.sh $(BIN)/python

run: $(VENV)/.run
	@test -f $(WORKSPACE)/vigie.toml || $(BIN)/vigie init $(WORKSPACE) --sample
	$(BIN)/vigie serve $(WORKSPACE) --port $(PORT)

# The jobs and servers that tests start are hundreds: their byte-code is kept, wherever this runs.
test: $(VENV)/.dev chromium
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# make check checks format, lint, types and import contracts
check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# make format rewrites the code in the house style
format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# make golden writes the SQL of every KPI on every engine again, for review
golden: $(VENV)/.dev
	$(BIN)/python -m tests.golden_sql

# make pictures takes every page of the sample company again, into docs/pages
pictures: $(VENV)/.dev chromium
	$(BIN)/python -m tests.browser.pictures

# make lock renews both locks from pyproject.toml
lock: $(VENV)/.dev
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --extra build --extra dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
