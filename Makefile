# Every command a person types here. `make demo` and `make test` are all a newcomer needs: each does its own set-up on a
# machine that has Python 3.11 (with venv), git and a C compiler, and says what it is doing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.rollbook-setup
WORKERS ?= 2

say = @printf '\033[1m==> %s\033[0m\n' $(1)

.PHONY: help setup demo serve bench soak test check types lint format unit e2e screenshots test-pg15 apt-pg15 apt-sshd apt-chromium migrations messages lock clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv with the pinned, hashed packages and Rollbook itself (quick when nothing changed)

$(STAMP): requirements/dev.txt pyproject.toml
	$(call say,"Making the virtual environment $(VENV)")
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(call say,"Installing pinned and hashed packages (about a minute the first time)")
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(call say,"Installing Rollbook itself (editable)")
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: setup ## Show the main job on a made-up district; at a terminal serve the pages and the sandbox afterwards, until Ctrl+C
	$(call say,"Running the demonstration in $${ROLLBOOK_HOME:-./var}")
	@$(BIN)/rollbook demo

serve: setup ## Serve the pages on this machine, with a worker beside them (rollbook user add and link let you in)
	@$(BIN)/rollbook serve

bench: setup ## Measure against the floor and Django's ORM, and write docs/explanation/performance.md (STUDENTS=100000)
	$(call say,"Measuring in scratch databases (some minutes)")
	@$(BIN)/rollbook bench roster --students $${STUDENTS:-100000} --peers --page docs/explanation/performance.md

soak: setup ## Many districts due at once, workers killed at random: all done, none twice, none lost (DISTRICTS=200 WORKERS_AT_NIGHT=4 KILLS=12)
	$(call say,"A night with workers that are killed (some minutes)")
	@$(BIN)/python -m tests.soak --districts $${DISTRICTS:-200} --workers $${WORKERS_AT_NIGHT:-4} --kills $${KILLS:-12}

test: setup check unit e2e test-pg15 ## Everything that must hold: lint, types, architecture, tests, the browser, and PostgreSQL 15
	$(call say,"All good")

check: lint types ## Lint, format, types, import contract, dependencies

lint: setup ## ruff, import-linter, deptry
	$(call say,"ruff")
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	$(call say,"import contract (.importlinter)")
	@$(BIN)/lint-imports --no-cache
	$(call say,"dependencies (deptry)")
	@$(BIN)/deptry src

types: setup ## mypy --strict
	$(call say,"mypy --strict")
	@$(BIN)/mypy

unit: setup apt-sshd ## The suite without the browser on an embedded PostgreSQL of its own (or on DATABASE_URL)
	$(call say,"pytest with $(WORKERS) workers")
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not e2e"

e2e: setup apt-chromium ## The nine steps in a browser: by keyboard only, with axe, and without JavaScript
	$(call say,"pytest in Chromium against a server and the sandbox")
	@$(BIN)/python -m pytest -m e2e tests/e2e

screenshots: setup apt-chromium ## Take the pictures of docs/screens anew: every page, some in the dark, some on a phone
	$(call say,"Taking pictures of every page")
	@$(BIN)/python -m tests.e2e.screenshots

test-pg15: setup apt-pg15 ## The database tests on Debian's PostgreSQL 15, in a private cluster on loopback
	$(call say,"pytest tests/engine and what the queue asks of the database on a private cluster of the system's PostgreSQL")
	@$(BIN)/python -m tests.pg15 $(BIN)/python -m pytest -n $(WORKERS) tests/engine tests/jobs/test_recovery.py tests/jobs/test_scheduling.py

apt-pg15: setup
	@if $(BIN)/python -m tests.pg15 --present; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then exit 0; fi; \
	printf '\033[1m==> Installing PostgreSQL from the distribution (no cluster is made)\033[0m\n'; \
	mkdir -p /etc/postgresql-common; \
	echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf; \
	apt-get update -qq; \
	apt-cache show postgresql-15 >/dev/null 2>&1 && wanted=postgresql-15 || wanted=postgresql; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
	  -o Dpkg::Options::=--force-confold $$wanted >/dev/null; \
	echo '#create_main_cluster = true' > /etc/postgresql-common/createcluster.conf

apt-chromium: setup
	@if $(BIN)/python -m tests.e2e.chromium || ! command -v apt-get >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ]; then echo 'NOT RUN: the browser tests; install the package chromium for them.'; exit 0; fi; \
	printf '\033[1m==> Installing Chromium from the distribution for the browser tests\033[0m\n'; \
	get() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; }; \
	get || { apt-get update -qq && get; } || echo 'NOT RUN: the browser tests; the package chromium cannot be had.'

# Unpacked, not installed: an installed SSH server would start, and open this machine to the network.
apt-sshd: setup
	@if [ -x $(VENV)/sshd/usr/sbin/sshd ] || [ -x /usr/sbin/sshd ] || ! command -v apt-get >/dev/null; then exit 0; fi; \
	printf '\033[1m==> Unpacking the distribution'"'"'s OpenSSH server for the tests into $(VENV)/sshd (nothing is installed)\033[0m\n'; \
	mkdir -p $(VENV)/sshd/packages && cd $(VENV)/sshd/packages; \
	get() { apt-get download -qq openssh-server libwrap0 libnsl2 libtirpc3 2>/dev/null; }; \
	get || { [ "$$(id -u)" = 0 ] && apt-get update -qq && get; } || { echo 'NOT RUN: the tests against OpenSSH, whose package cannot be fetched.'; exit 0; }; \
	for package in *.deb; do dpkg -x $$package ..; done

format: setup ## Format and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

migrations: setup ## Write the migrations that changed models need
	@DJANGO_SETTINGS_MODULE=rollbook.config.settings $(BIN)/python -m django makemigrations store

messages: setup ## Gather the words of the pages into the catalogues and compile them (needs gettext; what is compiled is committed)
	@cd src/rollbook/web && ../../../$(BIN)/python -m django makemessages --locale es --no-location --no-obsolete --no-wrap
	@cd src/rollbook/web/locale/es/LC_MESSAGES && msgfmt --check-format --output-file django.mo django.po

lock: ## Resolve requirements/*.txt anew (needs a package index; writes no address of it)
	$(call say,"Resolving")
	@test -x $(VENV)-lock/bin/pip-compile || { $(PYTHON) -m venv $(VENV)-lock; $(VENV)-lock/bin/pip install --quiet pip-tools; }
	@for set in base dev; do \
	  extra=; [ $$set = base ] || extra='--extra dev --constraint requirements/base.txt'; \
	  CUSTOM_COMPILE_COMMAND='make lock' $(VENV)-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe \
	    --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    $(PIPCOMPILE) $$extra --output-file requirements/$$set.txt pyproject.toml; \
	done

clean: ## Remove what the tools left behind (keeps ./var: that is your data)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis build src/*.egg-info
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
