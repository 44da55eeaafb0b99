# Everything starts from a clone: `make test`, `make bench`. Needs python3 (3.11 to 3.13), make, gcc.
.DELETE_ON_ERROR:
.PHONY: help test test-all lint imports bench bench-simulators bench-harness bench-dot \
  bench-gpu bench-baselines docs site faults soak clean

PYTHON ?= python3
VENV ?= .venv
PROFILE ?= laptop
WORKERS ?= 2
ARGS ?=
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

test: lint ## lint, types, imports and the everyday tests (10 minutes on 2 cores)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-all: lint ## the same with every test: clusters, long training, soak, wheel, documents (half an hour or more)
	$(PY) -m pytest -n $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)
	$(PY) -m pytest -m slow -n $(WORKERS) --dist worksteal $(ARGS)

lint: $(STAMP) ## style, types and the floors of the imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports --no-cache

imports: $(STAMP) ## count circles of imports and rooms per folder
	$(PY) -m bench.dev.imports

bench: $(STAMP) ## run a profile (PROFILE=laptop, smoke, ...) and write results/<profile>/
	$(PY) -m bench bench profile=$(PROFILE) $(ARGS)

bench-simulators: $(STAMP) ## steps per second beside tigramite's simulator
	$(PY) -m bench.dev.simulators

bench-harness: $(STAMP) ## cost of a cell, of a sweep, of a re-run, beside Hydra and benchopt
	$(PY) -m bench.dev.harness

bench-dot: $(STAMP) ## cost of dot beside tigramite's PCMCI, and how it grows (ARGS=--long: more)
	$(PY) -m bench.dev.dot $(ARGS)

bench-gpu: $(STAMP) ## dot and dot_paper on a GPU, where there is one (8 minutes)
	$(PY) -m bench.dev.gpu

bench-baselines: $(STAMP) ## baselines as their libraries ship them beside ours (ARGS=--long: more)
	$(PY) -m bench.dev.baselines $(ARGS)

docs: $(STAMP) ## write the generated parts of documents anew, from the code and from results/
	$(PY) -m bench.dev.docs
	$(PY) -m bench.dev.docs.picture

site: $(STAMP) ## build the documents as a site, in site/ (1 minute)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	$(PY) -m mkdocs build

faults: $(STAMP) ## try everything that can go wrong in a sweep, and list it
	$(PY) -m pytest -m "" tests/faults -v $(ARGS)

soak: $(STAMP) ## 2,000 cells killed ten times and resumed, and the same on a Ray cluster
	$(PY) tests/faults/soak.py --ray $(ARGS)

clean: ## remove the virtual environment; results stay
	rm -rf $(VENV)

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "lagbench needs Python 3.11 to 3.13: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "no venv module: on Debian or Ubuntu, apt install python3-venv"; exit 1; }

$(STAMP): pyproject.toml constraints.txt | $(PY)
	$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@
