# make run: the dashboard. make test: all checks. Both create .venv first. make audit: advisories of all pins.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEM_PACKAGES := chromium fonts-dejavu-core python3-venv

.PHONY: run test lint types unit browser system pins audit

run: $(VENV)/run.stamp
	$(BIN)/python app.py serve

test: lint types unit browser

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy

unit: $(VENV)/dev.stamp
	$(BIN)/python -m pytest --numprocesses=auto --ignore=tests/browser --cov --cov-report=
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --include='deviation/*' --fail-under=100

# Playwright's event loop needs a process of its own.
browser: $(VENV)/dev.stamp
	$(BIN)/python -m pytest --numprocesses=auto tests/browser

# What pip cannot install: a browser, a font, and on Debian the venv module.
system:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! dpkg -s $(SYSTEM_PACKAGES) >/dev/null 2>&1; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SYSTEM_PACKAGES); \
	fi

# Update all pins: for all platforms, with hashes and extras (older pip needs them), without index URLs.
PIN := .venv-pins/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-annotate --no-header --no-emit-index-url --no-emit-find-links pyproject.toml
pins:
	$(PYTHON) -m venv .venv-pins
	.venv-pins/bin/python -m pip install --quiet uv
	$(PIN) --output-file requirements/run.txt
	$(PIN) --constraints requirements/run.txt --extra dev --output-file requirements/dev.txt
	$(PIN) --constraints requirements/run.txt --extra deploy --output-file requirements/deploy.txt

# No part of `test`: it needs a network, and its answer changes from day to day. SERVICE=osv asks another database.
SERVICE := pypi
audit:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet pip-audit
	.venv-audit/bin/python -m requirements.audit $(SERVICE)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Plumbline needs Python 3.11 or newer: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/run.stamp: requirements/run.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	touch $@

$(VENV)/dev.stamp: requirements/dev.txt | system $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	touch $(VENV)/run.stamp $@
