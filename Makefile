# Everything a newcomer types. `make help` lists it.
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint check faults bench up lock reference assets screenshots clean

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
export PYTHONUNBUFFERED := 1

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# uv where it is at hand, else pip; either way every package is checked against its hash
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is %d.%d. Name another one: make PYTHON=python3.13" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) tools/install.py $(VENV)
	@touch $@

demo: $(STAMP) ## set everything up, then take a fictional partnership from referral to report
	@$(BIN)/alongside demo

up: $(STAMP) ## run the whole platform on this machine until Ctrl-C; make up TODAY=2026-12-18 for the tutorial
	@$(BIN)/alongside up $(if $(TODAY),--today $(TODAY))

test: $(STAMP) ## set everything up, then run every test on real PostgreSQL and Apache Kafka
	@$(BIN)/pytest $(PYTEST_ARGS)

test-fast: $(STAMP) ## run the tests that need no server: unit and contract
	@$(BIN)/pytest -q tests/unit tests/contract $(PYTEST_ARGS)

lint: $(STAMP) ## look at format, style, types and imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test-fast ## lint, then the fast tests

faults: $(STAMP) ## strike real processes for half an hour, then simulate 100,000 timelines: make faults SEED=7
	@$(BIN)/python -m tests.faults --report docs/reference/faults.md $(if $(SEED),--seed $(SEED))
	@$(BIN)/python -m tests.simulation --timelines 100000 --report docs/reference/faults.md $(if $(SEED),--seed $(SEED))

bench: $(STAMP) ## measure, each figure as a ratio to a ceiling of the same run
	@$(BIN)/python -m bench

reference: $(STAMP) ## write docs/reference and the event schemas anew
	@$(BIN)/python -m tools.reference

screenshots: $(STAMP) ## take the pictures of the README while `alongside demo --keep` runs
	@$(BIN)/python -m tools.screenshots

assets: $(STAMP) ## build the portal's stylesheet, scripts and icons anew; needs npm
	@$(BIN)/python -m tools.assets

lock: $(STAMP) ## resolve the dependencies anew, with hashes
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
		--extra local --extra test --extra bench pyproject.toml -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		-c requirements.lock pyproject.toml -o deploy/requirements.lock

clean: ## remove the virtual environment and caches of tools
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
