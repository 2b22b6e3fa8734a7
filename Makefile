# Everything a fresh machine needs is Python 3.11 or newer, make, and access to a package index.
#
#   make demo    install, ingest sample documents and a synthetic bank, ask, print cited answers
#   make test    install, run the whole test suite
#   make check   format, lint, types, layers, complexity, sizes, debt register, API snapshot
#   make bench   measure on real data, when it is there (CATALYST_BENCH_DATA); with
#                BENCH_LOAD=--write also write docs/validation/load.md
#   make chaos   ingest 300 documents while sources fail and workers, server and queue are killed;
#                CHAOS="--documents 40 --worker-kills 4" for a smaller one
#   make stream-chaos   send 200,000 events while the owner is killed, repeated, disordered, poisoned
#   make fuzz    feed every parser mutated documents for ten minutes
#   make serve   serve the API on 127.0.0.1:8080
#   make format, make reference, make clean   format the code; write reference pages; remove .venv
#   make bare    install the SDK alone, weigh it and use it
#   make sync    make the synchronous client of the asynchronous one

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
DEMO_DATA ?= .demo
BENCH_LOAD ?=
CHAOS ?=
TEST_PROCESSES ?= 2
ALONE := tests/e2e tests/integration/benchmarks

.DEFAULT_GOAL := help
.PHONY: help demo samples serve test check bench chaos stream-chaos fuzz format reference bare sync clean

help:
	@grep -E '^#' Makefile | sed 's/^# \{0,1\}//'

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.server: pyproject.toml constraints.txt | $(VENV)/.created
	@echo "Installing the engines into $(VENV) (about 1.1 GB, once)" >&2
	@$(PIP) -e '.[server,samples]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/.created
	@echo "Installing the engines and the tools into $(VENV) (about 1.3 GB, once)" >&2
	@$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.server

samples: $(VENV)/.server
	@$(BIN)/python tools/build_samples.py docx >/dev/null

demo: $(VENV)/.server samples
	@$(BIN)/catalystctl --data-dir $(DEMO_DATA) demo --samples samples

serve: $(VENV)/.server
	$(BIN)/catalystctl serve

# What kills servers, or measures, has the machine to itself.
test: $(VENV)/.dev samples
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile $(ALONE:%=--ignore=%)
	$(BIN)/python -m pytest $(ALONE)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/complexipy --failed --quiet
	$(BIN)/python tools/unasync.py --check
	$(BIN)/python tools/check_sizes.py
	$(BIN)/python tools/check_debt.py
	$(BIN)/python tools/openapi_snapshot.py --check
	$(BIN)/python tools/reference_pages.py --check
	$(BIN)/python tools/event_schemas.py --check
	$(BIN)/python tools/build_samples.py pdf --check

reference: $(VENV)/.dev
	$(BIN)/python tools/openapi_snapshot.py
	$(BIN)/python tools/reference_pages.py
	$(BIN)/python tools/event_schemas.py

bare: $(VENV)/.dev
	$(BIN)/python tools/bare_install.py --check

sync: $(VENV)/.dev
	$(BIN)/python tools/unasync.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks.events
	$(BIN)/python -m benchmarks.embedding
	$(BIN)/python -m benchmarks.load $(BENCH_LOAD)
	$(BIN)/python -m benchmarks.ingest

chaos: $(VENV)/.dev samples
	$(BIN)/python -m benchmarks.chaos $(CHAOS)

stream-chaos: $(VENV)/.dev
	$(BIN)/python -m benchmarks.stream_chaos

fuzz: $(VENV)/.dev samples
	$(BIN)/python tools/fuzz_parsers.py

clean:
	rm -rf $(VENV) $(DEMO_DATA) .mypy_cache .ruff_cache .pytest_cache .hypothesis
