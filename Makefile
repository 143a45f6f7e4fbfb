# The commands of the project. Each does all the set-up that it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

.DEFAULT_GOAL := help
.PHONY: help demo serve check test soak lint docs format benchmark lock audit licences

help: ## Show the commands.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1|/' | column -t -s '|'

$(READY): requirements-dev.txt pyproject.toml clients/python/pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; set PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@# setuptools warns of folders that shadow the package, in the folder that holds it.
	PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable clients/python
	touch $(READY)

demo: $(READY) ## Fill an archive with cubes of a synthetic Sun, and run the main job for real, step by step.
	$(BIN)/python -m demo

serve: $(READY) ## Leave the demo's stack running, with an account for the admin and a token.
	$(BIN)/python -m demo serve

check: lint ## Check style and types, and run the tests on SQLite that need no browser and no servers.
	$(BIN)/python -m tests check

test: $(READY) ## Run every test, on SQLite and on PostgreSQL.
	$(BIN)/python -m tests

soak: $(READY) ## Run the tests of faults, load and hostile input for long.
	$(BIN)/python -m tests soak

lint: $(READY) ## Check format, style, the floors of the house, types and that released migrations are unchanged.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	DATABASE_URL= $(BIN)/mypy
	$(BIN)/python -m devtools.released_migrations
	$(BIN)/python -m devtools.settings_reference
	git ls-files -- "*.py" "*.md" "*.html" "*.yml" "*.toml" ":!:*/vendor/*" | xargs $(BIN)/codespell
	DATABASE_URL= $(BIN)/python -m devtools.commands_reference
	DATABASE_URL= $(BIN)/python -m devtools.api_reference
	DATABASE_URL= $(BIN)/python -m devtools.metrics_reference

docs: $(READY) ## Build the documentation as a site in var/site, and check its links.
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

format: $(READY) ## Format the code.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: $(READY) ## Print a table of what things cost on this machine.
	$(BIN)/python -m benchmarks

lock: $(READY) ## Make the lock files from pyproject.toml.
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --allow-unsafe --extra dev --constraint requirements.txt \
		--output-file requirements-dev.txt pyproject.toml

audit: $(READY) ## Ask for known vulnerabilities of the packages in the lock files.
	$(BIN)/python -m devtools.audit

licences: $(READY) ## Make docs/licences.md from the packages in the lock file.
	$(BIN)/python -m devtools.licences > docs/licences.md
