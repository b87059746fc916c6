# Everything a developer does, in one place. `make help` lists it.
# Wants Python >= 3.11 and make; the rest goes into .venv.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST_ARGS ?= -n 2
RESULTS := benchmarks/results
COMMIT = $(shell git describe --always --dirty --exclude='*')
# seconds of CPU, not of the clock: what else the machine does disturbs them least
BENCH_ARGS ?= --benchmark-timer=time.process_time --benchmark-max-time=1 --benchmark-time-unit=ms \
	--benchmark-columns=median,iqr,rounds --benchmark-sort=name

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs bench bench-compare screenshots soak clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Earmark wants Python 3.11 or newer" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[all,dev]'
	@touch $@

demo: $(READY) ## make a small catalogue, degrade clips of it, and name them
	@$(BIN)/earmark demo

test: $(READY) ## run every test
	$(BIN)/python -m pytest -rs $(PYTEST_ARGS)

check: $(READY) ## format, lint, types, generated documents, licences
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python tools/reference.py --check
	$(BIN)/python tools/licences.py

format: $(READY) ## let ruff format and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(READY) ## write the references from the code
	$(BIN)/python tools/reference.py

bench: $(READY) ## measure speed on this machine, then hits and size on made music
	@mkdir -p $(RESULTS)
	$(BIN)/python -m pytest benchmarks/micro $(BENCH_ARGS) --benchmark-json=$(RESULTS)/$(COMMIT).json
	$(BIN)/python benchmarks/synthetic.py

bench-compare: $(READY) ## compare what it kept of two commits: A=COMMIT B=COMMIT
	$(BIN)/python benchmarks/compare.py $(A) $(B)

screenshots: $(READY) ## take pictures of the page, into build/screenshots, and those of the documents
	$(BIN)/python -m tools.screenshots build/screenshots
	$(BIN)/python -m tools.screenshots --documents

soak: $(READY) ## kill writers, restores and servers at random moments, many times over; listen for long
	for home in directory sqlite postgres; do \
		$(BIN)/python -m tests.soak.kill_loop --rounds 50 --kind $$home && \
		$(BIN)/python -m tests.soak.restore_loop --rounds 30 --kind $$home || exit 1; \
	done
	$(BIN)/python -m tests.soak.server_loop --rounds 50
	$(BIN)/python -m tests.soak.server_loop --rounds 10 --failover
	$(BIN)/python -m tests.soak.listen_loop --minutes 5

clean: ## remove everything that was made here
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
