# make run    the site and its worker on http://127.0.0.1:8000/  (PORT=8123 picks another port)
# make test   every test that Python alone can run
# All it needs is Python 3.11 or newer and make.  PYTHON=python3.12 picks the interpreter.
# SEARCH_ENGINE=tantivy keeps the search index in tantivy instead of Whoosh: the same results about as fast, built sooner.
# S3=1 installs what FILES_S3_BUCKET needs: original files in a bucket instead of on the disk.
# OCR=1 adds character recognition for scanned issues (about 600 MB on the disk, 2 GB of memory while it reads).

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
OCR ?=
S3 ?=
SEARCH_ENGINE ?=

IN_VENV = $(VENV)/bin/python
PIP_INSTALL = $(IN_VENV) -m pip install --quiet --disable-pip-version-check --require-hashes
# Stamps: what was installed from these files is installed again only when they change.
INSTALLED = $(VENV)/installed
INSTALLED_FOR_TESTS = $(VENV)/installed-for-tests
INSTALLED_OCR = $(VENV)/installed-ocr
INSTALLED_TANTIVY = $(VENV)/installed-tantivy
INSTALLED_S3 = $(VENV)/installed-s3
INSTALLED_S3_FOR_TESTS = $(VENV)/installed-s3-for-tests
# What keeps the requirements themselves stands apart, so that the archive's own environment holds only what it needs.
UPKEEP = .venv-upkeep
REQUIREMENTS = requirements.txt requirements-dev.txt requirements-ocr.txt requirements-tantivy.txt requirements-s3.txt \
  requirements-s3-dev.txt requirements-upkeep.txt
UV_COMPILE = $(UPKEEP)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --annotation-style line --no-header $(if $(UPGRADE),--upgrade)
WITH_TANTIVY = $(if $(filter tantivy,$(SEARCH_ENGINE)),$(INSTALLED_TANTIVY))
WITH_S3 = $(if $(filter 1 yes true,$(S3)),$(INSTALLED_S3))
WITH_OCR = $(if $(filter 1 yes true,$(OCR)),$(INSTALLED_OCR))
# Tests keep away from the data of a running site.
TEST_ENVIRONMENT = env -u DATABASE_URL -u DEBUG -u HTTPS -u ALLOWED_HOSTS -u SECRET_KEY -u SEARCH_ENGINE \
  -u FILES_S3_BUCKET -u FILES_S3_ENDPOINT -u FILES_S3_REGION -u FILES_S3_FOLDER -u FILES_S3_ADDRESSING -u FILES_CACHE_MB \
  -u PROXIES -u STATIC_ROOT -u STATIC_COLLECTED -u LOG_FORMAT -u LOG_REQUESTS -u LOG_LEVEL -u METRICS_FROM -u MANIFEST_KEY_FILE \
  -u SITE_ADDRESS -u MAIL_HOST -u MAIL_TLS -u MAIL_PORT -u MAIL_USER -u MAIL_PASSWORD -u MAIL_FROM -u MAIL_HOUR -u ALERTS_PER_HOUR \
  GAZETTE_DATA=$(CURDIR)/var/test
# A process more than there are cores, for many tests wait for another process; the tests of one file stay together, for
# they share what is costly to make. Their order is that of tests/conftest.py: the longest first.
PROCESSES = $$(( $$($(IN_VENV) -c 'import os; print(os.cpu_count() or 1)') + 1 ))
PYTEST = $(IN_VENV) -m pytest --numprocesses=$(PROCESSES) --dist=loadfile --no-loadscope-reorder
# A viewer that others have made, for the tests in the browser; npm compares it with its checksum.
VIEWER = var/test/viewer
# Of the branches in archive/ingest and archive/search, in per cent.
LEAST_COVERED = 92
# An environment whose Python is gone, say after an upgrade of the system, is made anew.
$(shell test -x $(IN_VENV) || rm -f $(VENV)/pyvenv.cfg)

.PHONY: help install run test test-all test-long coverage check requirements audit
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:
	@echo "make run       serve the site and its worker on http://127.0.0.1:$(PORT)/  (PORT=8123 for another port)"
	@echo "               OCR=1 adds character recognition for scanned issues"
	@echo "               SEARCH_ENGINE=tantivy keeps the search index in tantivy, which is built sooner"
	@echo "               S3=1 installs what FILES_S3_BUCKET needs: original files in a bucket"
	@echo "make install   only make $(VENV) with all that the archive needs"
	@echo "make test      run every test that Python alone can run"
	@echo "make test-all  run every test, on SQLite and PostgreSQL, with browser and proxy; needs POSTGRES_URL, Chromium, nginx, npm"
	@echo "make test-long run what takes long: kills, damage and restarts over and over; on PostgreSQL too with POSTGRES_URL"
	@echo "make coverage  how much of reading and search the tests reach; fails below $(LEAST_COVERED) % of the branches"
	@echo "make check     style, types and migrations"
	@echo "make audit     ask for known vulnerabilities of every package required"
	@echo "make requirements  write requirements*.txt from requirements*.in, with checksums  (UPGRADE=1 for newer indirect ones)"

install: $(INSTALLED) $(WITH_OCR) $(WITH_TANTIVY) $(WITH_S3)

$(VENV)/pyvenv.cfg:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "There is no $(PYTHON). Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version 2>&1) is too old. Install Python 3.11 or newer, or name it: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "The venv module of $(PYTHON) is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making the virtual environment $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.txt $(VENV)/pyvenv.cfg
	@echo "Installing requirements.txt into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(INSTALLED_OCR): requirements-ocr.txt requirements.txt $(INSTALLED)
	@echo "Installing requirements-ocr.txt into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements-ocr.txt
	@touch $@

$(INSTALLED_TANTIVY): requirements-tantivy.txt requirements.txt $(INSTALLED)
	@echo "Installing requirements-tantivy.txt into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements-tantivy.txt
	@touch $@

$(INSTALLED_S3): requirements-s3.txt requirements.txt $(INSTALLED)
	@echo "Installing requirements-s3.txt into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements-s3.txt
	@touch $@

$(INSTALLED_S3_FOR_TESTS): requirements-s3-dev.txt requirements.txt $(INSTALLED_FOR_TESTS)
	@echo "Installing requirements-s3-dev.txt into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements-s3-dev.txt
	@touch $@ $(INSTALLED_S3)

$(INSTALLED_FOR_TESTS): requirements-dev.txt requirements.txt $(VENV)/pyvenv.cfg
	@echo "Installing requirements-dev.txt into $(VENV) ..."
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(INSTALLED)

$(VIEWER)/installed: tests/browser/viewer/package.json tests/browser/viewer/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing. On Debian: apt install npm" >&2; exit 1; }
	@echo "Installing the IIIF viewer of the tests into $(VIEWER) ..."
	@mkdir -p $(VIEWER)
	@cp $^ $(VIEWER)/
	@cd $(VIEWER) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

run: $(INSTALLED) $(WITH_OCR) $(WITH_TANTIVY) $(WITH_S3)
	@$(IN_VENV) manage.py migrate --verbosity 0
	@$(IN_VENV) manage.py samples
	@exec $(IN_VENV) manage.py serve --port $(PORT)

test: $(INSTALLED_FOR_TESTS)
	@$(TEST_ENVIRONMENT) $(PYTEST)

test-all: $(INSTALLED_FOR_TESTS) $(INSTALLED_OCR) $(INSTALLED_TANTIVY) $(INSTALLED_S3_FOR_TESTS) $(VIEWER)/installed
	@test -n "$$POSTGRES_URL" || { \
	  echo "Set POSTGRES_URL to a server where databases may be made: POSTGRES_URL=postgres://user@127.0.0.1:5432/postgres" >&2; exit 1; }
	@test -n "$$CHROMIUM" || command -v chromium chromium-browser google-chrome >/dev/null || { \
	  echo "Chromium is missing. On Debian: apt install chromium; elsewhere set CHROMIUM to the browser's path" >&2; exit 1; }
	@PATH="$$PATH:/usr/sbin" command -v nginx >/dev/null && command -v systemd-analyze >/dev/null || { \
	  echo "nginx or systemd-analyze is missing. On Debian: apt install nginx systemd" >&2; exit 1; }
	@echo "On SQLite:"
	@$(TEST_ENVIRONMENT) $(PYTEST) --require-all
	@echo "On PostgreSQL:"
	@$(TEST_ENVIRONMENT) DATABASE_URL="$$POSTGRES_URL" $(PYTEST) --require-all

# One after the other: what is killed and starved here should meet nothing else.
test-long: $(INSTALLED_FOR_TESTS)
	@$(TEST_ENVIRONMENT) $(IN_VENV) -m pytest -m long
	@test -z "$$POSTGRES_URL" || $(TEST_ENVIRONMENT) DATABASE_URL="$$POSTGRES_URL" $(IN_VENV) -m pytest -m long

coverage: $(INSTALLED_FOR_TESTS) $(INSTALLED_OCR) $(INSTALLED_TANTIVY) $(INSTALLED_S3_FOR_TESTS)
	@mkdir -p var/test
	@$(TEST_ENVIRONMENT) $(PYTEST) --cov --cov-report=term-missing:skip-covered --cov-report=json:var/test/coverage.json
	@$(IN_VENV) -c 'import json; reached = json.load(open("var/test/coverage.json"))["totals"]; \
	  share = 100 * reached["covered_branches"] / reached["num_branches"]; \
	  print(f"{share:.1f} % of the branches"); raise SystemExit(share < $(LEAST_COVERED))'

check: $(INSTALLED_FOR_TESTS)
	@$(IN_VENV) -m ruff check
	@$(IN_VENV) -m ruff format --check
	@$(IN_VENV) -m mypy archive gazette
	@$(TEST_ENVIRONMENT) $(IN_VENV) manage.py makemigrations --check --dry-run

$(UPKEEP)/installed: requirements-upkeep.txt
	@$(PYTHON) -m venv $(UPKEEP)
	@$(UPKEEP)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-upkeep.txt
	@touch $@

# The extras hold what they bring besides, in the versions of requirements.txt, and say by their first line that they need it.
requirements: $(UPKEEP)/installed
	@for name in requirements requirements-upkeep requirements-dev requirements-ocr requirements-tantivy requirements-s3 \
	    requirements-s3-dev; do \
	  $(UV_COMPILE) --output-file $$name.txt $$name.in || exit 1; \
	  { echo "# Written by make requirements from $$name.in: change that."; \
	    grep -q '^-c requirements.txt' $$name.in && echo "-r requirements.txt"; cat $$name.txt; } > $$name.new; \
	  mv $$name.new $$name.txt; \
	done

# --strict: a package of which nothing could be learnt fails the audit, as a vulnerable one does.
audit: $(UPKEEP)/installed
	@$(UPKEEP)/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off $(addprefix -r ,$(REQUIREMENTS))
