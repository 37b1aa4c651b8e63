# Everything sets itself up: `make demo` and `make test` need Python 3.11, git and make.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN ?= runs/demo
BASELINE ?= runs/baseline

.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast lint format bench bench-memory bench-fetch bench-questions baseline ablations wheel clean

help:  ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

$(STAMP): pyproject.toml constraints.txt .ci/bootstrap.sh
	@sh .ci/bootstrap.sh "$(PYTHON)" "$(VENV)"
	@touch $@

install: $(STAMP)  ## the package and its tools in .venv

demo: $(STAMP)  ## a small run of every stage, without any network, in runs/demo
	@$(BIN)/viewgen demo $(RUN)

test: $(STAMP)  ## all tests, with real Blender
	@$(BIN)/python -m pytest

test-fast: $(STAMP)  ## the tests that start no Blender
	@$(BIN)/python -m pytest -m "not blender and not slow"

lint: $(STAMP)  ## style, format, types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP)  ## mend style and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(STAMP)  ## what a view costs; MESHES=DIR, and PEER=SCRIPT to compare with another script
	@$(BIN)/python benchmarks/render.py --meshes $(MESHES) $(if $(PEER),--peer-script $(PEER))

bench-memory: $(STAMP)  ## is memory flat over 500 assets?
	@$(BIN)/python benchmarks/memory.py

bench-fetch: $(STAMP)  ## fetch 500 objects from a server that fails in every way
	@$(BIN)/python benchmarks/fetch.py

bench-questions: $(STAMP)  ## questions per second on one core, and memory; PAIRS="100000 1000000"
	@$(BIN)/python benchmarks/questions.py $(if $(PAIRS),--pairs $(PAIRS))

baseline: $(STAMP)  ## render, ask, train a tiny model from nothing, examine it on unseen categories
	@$(BIN)/viewgen render $(BASELINE)/seen --recipe baseline --lanes 2
	@$(BIN)/viewgen qa $(BASELINE)/seen
	@$(BIN)/viewgen render $(BASELINE)/unseen --recipe baseline-held-out --lanes 2
	@$(BIN)/viewgen qa $(BASELINE)/unseen
	@$(BIN)/viewgen train-baseline $(BASELINE)/seen --out $(BASELINE)/model --set sft.epochs=0.25 \
		--eval $(BASELINE)/seen --eval $(BASELINE)/unseen

ablations: $(STAMP)  ## what each part of that training is worth, three seeds of each (many hours)
	@$(BIN)/python benchmarks/ablations.py

wheel: $(STAMP)  ## dist/*.whl
	@$(BIN)/python -m build --wheel

clean:  ## remove what was built (not runs/)
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .mypy_cache
