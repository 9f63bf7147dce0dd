# `make help` lists what there is. Everything happens in .venv, with the exact versions of requirements.lock.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.run-installed
TEST := $(VENV)/.test-installed
LINT := $(VENV)/.lint-installed
RU := lms/translations/ru/LC_MESSAGES/messages
FLASK := $(BIN)/flask --app wsgi
DATABASES ?= sqlite,postgresql
# Test processes side by side: one for each core.
JOBS ?= auto
# The size of the proof of the outbox.
LETTERS ?= 10000
KILLS ?= 200
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.DEFAULT_GOAL := help
.PHONY: help install run demo admin test test-quick bench proof-mail lint translations migration lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: $(RUN) $(RU).mo ## Bring .venv up to date without starting anything (after git pull)

run: $(RUN) $(RU).mo ## Run the platform, with its demo cycle the first time (PORT=8000 HOST=127.0.0.1)
	@grep -qs '^ *LMS_DEMO *=' .env || export LMS_DEMO=$${LMS_DEMO:-true}; exec $(FLASK) serve

demo: $(RUN) $(RU).mo ## Fill an empty database: the demo cycle, or SIZE=2000 people for measuring
	@$(FLASK) db upgrade && $(FLASK) demo $(if $(SIZE),--size $(SIZE))

admin: $(RUN) $(RU).mo ## Make the first administrator of a real installation (EMAIL=you@example.org)
	@$(FLASK) db upgrade && $(FLASK) admin $(EMAIL)

test: $(TEST) $(RU).mo ## Run the whole suite, on SQLite and PostgreSQL, with a real browser where there is one
ifeq ($(CHROMIUM),)
	@echo "No chromium on this machine: the browser tests will be skipped (as root: apt-get install chromium)."
endif
	$(BIN)/pytest -n $(JOBS) --databases $(DATABASES) -rfEs $(ARGS)

test-quick: $(TEST) $(RU).mo ## Run the quick part: SQLite, no browser, nothing slow
	$(BIN)/pytest -n $(JOBS) -m "not slow and not browser" $(ARGS)

bench: $(TEST) $(RU).mo ## Measure the pages against their budgets
	$(BIN)/python -m tests.bench $(ARGS)
	$(BIN)/python -m tests.bench.entering
	$(BIN)/python -m tests.bench.handing_in
	$(BIN)/python -m tests.bench.completion

proof-mail: $(TEST) $(RU).mo ## Prove that no letter is lost: LETTERS=10000, KILLS=200 of the worker, on both databases
	LMS_PROOF="$(LETTERS) $(KILLS)" $(BIN)/pytest -n 0 --timeout 3600 -s tests/outbox/test_kills.py tests/outbox/test_outage.py -k "lose or outage or valid" $(ARGS)

lint: $(LINT) ## Check style, types and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet lms/templates

translations: $(RUN) ## Gather the texts of code and templates into the Russian catalogue, and compile it
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l --no-wrap --no-location --sort-output --project=lms -o $(VENV)/messages.pot .
	$(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date -i $(VENV)/messages.pot -d lms/translations
	$(BIN)/pybabel compile --statistics -d lms/translations

migration: $(RUN) ## Draft a migration from what changed in the models (m="What it does")
	$(FLASK) db upgrade
	$(FLASK) db revision --autogenerate -m "$(m)" --rev-id "$$(printf '%04d' $$(($$(ls migrations/versions/*.py | wc -l) + 1)))"

lock: ## Take the newest versions of everything, and write them down in requirements.lock
	rm -rf $(VENV)/lock && $(PYTHON) -m venv $(VENV)/lock
	$(VENV)/lock/bin/pip install --quiet --disable-pip-version-check -e ".[test,lint]"
	$(VENV)/lock/bin/pip freeze --exclude-editable | grep -v '^lms' > requirements.lock
	rm -rf $(VENV)/lock

clean: ## Remove the virtual environment and caches; data stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# --- how they are made ------------------------------------------------------------------------------------------------
# Installed again only when what is wanted has changed.
$(RUN): pyproject.toml requirements.lock | $(BIN)/pip
	@echo "Installing what the platform needs…"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock -e .
	@touch $@

$(TEST): $(RUN)
	@echo "Installing what the tests need…"
	@$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock -e ".[test]"
	@touch $@

$(LINT): $(RUN)
	@$(BIN)/pip install --quiet --disable-pip-version-check -c requirements.lock -e ".[lint]"
	@touch $@

# Debian keeps the maker of virtual environments in a package of its own.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -qq -y python3-venv; \
	else echo "One thing is missing here. Run this, then make again:  sudo apt-get install python3-venv"; exit 1; fi
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)

%.mo: %.po | $(RUN)
	@$(BIN)/pybabel -q compile -d lms/translations
