# `make help` lists what there is.
PYTHON ?= python3
BIN := .venv/bin
SERVE ?= 1
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help demo test check fix evaluate train bench lock clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: .venv/.installed ## Run the samples and a generated half year, then show the dashboards (SERVE=0: no dashboards)
	$(BIN)/coolhead demo $(if $(filter 0,$(SERVE)),--no-serve,--serve)

test: .venv/.installed ## Run all tests
	$(BIN)/python -m pytest

check: .venv/.installed ## Lint, format, types and import contracts; tells all, then fails if any fails
	@failed=0; \
	$(BIN)/ruff check . || failed=1; \
	$(BIN)/ruff format --check . || failed=1; \
	$(BIN)/pyright || failed=1; \
	$(BIN)/lint-imports || failed=1; \
	exit $$failed

fix: .venv/.installed ## Format, and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

evaluate: .venv/.installed ## Measure detection on labelled text: CORPORA=folder for people's, else our own only
	$(BIN)/coolhead evaluate $(if $(CORPORA),--corpora $(CORPORA) --save)

train: .venv/.installed ## Train a learned layer on our exemplars, and measure whether it would pay (CORPORA=folder)
	$(BIN)/python -m tests.benchmarks.learned $(if $(CORPORA),--corpora $(CORPORA)) --out build/learned.json

bench: .venv/.installed ## Measure the bars of performance on 200,000 generated calls, and whom the funnel accuses
	$(BIN)/python -m tests.benchmarks --calls 200000 --out build/bench.json
	$(BIN)/python -m tests.benchmarks.funnel --out build/funnel.json

lock: ## Write requirements.lock anew
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
		--generate-hashes --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header -o requirements.lock

clean: ## Remove what can be made again, the demonstration's home included
	rm -rf .venv build data/demo .pytest_cache .ruff_cache .hypothesis
