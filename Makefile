SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup tools demo test test-slow lint check format docs gallery wheel bench constraints
BIN := .venv/bin

help:  ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r target promise; do \
	  printf '  make %-12s %s\n' "$$target" "$$promise"; done

setup: .venv/installed  ## the environment in .venv and the system libraries; quick when there is nothing to do
	@.ci/machine libraries

.venv/installed: pyproject.toml constraints.txt
	@.ci/machine environment
	@touch $@

tools: setup
	@.ci/machine tools

demo: setup  ## three notes to PDF and a roster to e-mails, in demo/
	$(BIN)/notegen demo demo

test: tools  ## the tests
	$(BIN)/pytest -n auto -m "not slow"

test-slow: tools  ## the long suite
	$(BIN)/pytest -n auto -m slow

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test  ## style, types, the floors of the house, and the tests

format: setup  ## the code in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: setup docs/gallery/made  ## the documentation as a site, in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "Open site/index.html."

gallery: setup docs/gallery/made  ## pictures of every document and mail, for the site

docs/gallery/made: $(wildcard examples/* examples/mission/* templates/*/* templates/*/*/*) docs/making/gallery.py
	$(BIN)/python docs/making/gallery.py
	@touch $@

wheel: setup  ## the wheel, in dist/, for pipx or pip on another machine
	$(BIN)/python -m build --wheel --outdir dist . >/dev/null
	@echo dist/*.whl

bench: setup  ## the benchmarks, with figures
	@for benchmark in bench/[!_]*.py; do echo "== $$benchmark"; $(BIN)/python "$$benchmark" || exit; done

constraints: setup  ## constraints.txt again, from what pyproject.toml allows today
	$(BIN)/python -m pip install --quiet --upgrade --upgrade-strategy eager --editable . --group dev
	$(BIN)/python -m pip freeze --all --exclude-editable | grep -E '^[A-Za-z0-9._-]+==[^ ]+$$' > constraints.txt
	@touch .venv/installed
