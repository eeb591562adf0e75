# smsgw: set-up, checks, installation. `make help` lists the targets.

# The first Python of 3.11 or newer that can make a virtual environment; PYTHON=… names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)

VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml
LINT := $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

# `make fuzz`: one target or all of them, and the seconds that each gets.
SECONDS ?= 60
TARGET ?= all

# The installation of `make install`. DESTDIR puts everything below a folder, for packages and for trying out.
DESTDIR ?=
OPT ?= /opt/smsgw

.PHONY: help demo test fuzz campaign soak lint docs bench lock audit install uninstall clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(VENV)/installed ## two simulated modems, simulated customers, a survey, a report: no hardware needed
	$(BIN)/smsgw demo

# Three processes on two cores: most of what takes long waits for modems and processes.
test: $(VENV)/installed-test ## every check: ruff, mypy, import-linter, all tests
	@lint=0; { $(LINT); } || lint=1; \
	$(BIN)/python -m pytest -n 3 --dist worksteal && exit $$lint

fuzz: $(VENV)/installed-fuzz ## strangers' octets under atheris: SECONDS=60 for each TARGET (pdu, at, answers, …; all)
	@$(BIN)/python -m tests.fuzz $(TARGET) --seconds $(SECONDS)

campaign: $(VENV)/installed-test ## faults and crashes through the whole gateway: SEED=n make campaign; SEED=7 moves the moments, DRIVER=gsmmodem takes the other driver
	$(BIN)/python -m pytest -m campaign -n 2

soak: $(VENV)/installed-test ## a long bad day with random faults, kills and traffic: MINUTES=30 SEED=n make soak
	@$(BIN)/python -m tests.campaign.soak --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED))

lint: $(VENV)/installed-test ## the checks that run nothing
	@$(LINT)

docs: $(VENV)/installed ## write what is generated: docs/cli.md, config.example.toml, the marked parts of docs/*.md
	$(BIN)/smsgw config example > config.example.toml
	$(BIN)/python -m gateway.cli.reference > docs/cli.md
	$(BIN)/python -m docs.generate

bench: $(VENV)/installed-test ## measure, and print the table of benchmarks/README.md
	$(BIN)/python -m benchmarks

lock: $(VENV)/installed-release ## pin the newest of every package with hashes: systemd/requirements.txt
	@systemd/lock.sh $(BIN)

audit: $(VENV)/installed-release ## ask the advisory service about every pinned package
	@systemd/audit.sh $(BIN)

install: ## as root: user, folders, service, udev rule, configuration; DESTDIR=… for packages
	PYTHON="$(PYTHON)" DESTDIR="$(DESTDIR)" OPT="$(OPT)" systemd/install.sh

uninstall: ## as root: the opposite; the configuration and the database stay
	DESTDIR="$(DESTDIR)" OPT="$(OPT)" systemd/uninstall.sh

clean: ## remove the virtual environment and everything that is made
	rm -rf $(VENV) .fuzz build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "smsgw needs Python 3.11 or newer with venv (Debian: apt install python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# The stamps make a second run quick: pip is asked again only when the project file changes.
$(VENV)/installed: $(SOURCES) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: $(SOURCES) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/installed

$(VENV)/installed-fuzz: $(SOURCES) | $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,fuzz]'
	@touch $@

$(VENV)/installed-release: $(SOURCES) | $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,release]'
	@touch $@
