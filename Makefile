# `make chat` and `make test` set up everything on a fresh machine.
# Flags for pip, such as another index for PyTorch's CPU build: make chat PIP_FLAGS="…"
PYTHON ?= python3
PIP_FLAGS ?=
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --quiet --constraint requirements.lock $(PIP_FLAGS)

.PHONY: chat build test check full evals gate gate-quick screenshots lock clean

chat: $(VENV)/.installed
	$(RUN) app.py

build: $(VENV)/.installed
	$(RUN) -m rag build

test: $(VENV)/.tested
	$(RUN) -m pytest --numprocesses 2 --dist loadfile

check: $(VENV)/.tested
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(RUN) -m pytest --numprocesses 2 --dist loadfile

# The tests that are too long for every change.
full: $(VENV)/.tested
	$(RUN) -m pytest -m full --numprocesses 2 --dist loadfile

# Asks both question sets: tables here, out/report.html to look at.
evals: $(VENV)/.installed
	$(RUN) -m evals run

# Fails when answers are worse than those of evals/baseline.json.
gate: $(VENV)/.installed
	$(RUN) -m evals gate

# The same with every third question, for every change.
gate-quick: $(VENV)/.installed
	$(RUN) -m evals gate --every 3

# The README's pictures, taken of the real app over the seeds.
screenshots: $(VENV)/.tested
	$(RUN) -m tests.web.screenshots

# Pins what is installed now; torch without the name of its build, which differs between platforms.
lock: $(VENV)/.tested
	$(RUN) -m pip freeze --exclude-editable --exclude dateline | sed 's/+cpu$$//' > requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis

# An environment of a Python that is too old, or not there any more, is made anew.
$(VENV)/.installed: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) is not Python 3.11 or later; name one that is: make chat PYTHON=python3.12"; \
	  exit 1; }
	@$(RUN) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing; the first time this takes a few minutes."
	$(PIP) --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(PIP) --editable '.[dev]'
	@touch $@
