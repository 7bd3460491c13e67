# Every target sets up what it needs in .venv first, which takes minutes once and nothing later.
#
#   make avatar                                      one person at ten ages, six ways of fine-tuning
#   make avatar PARAMS=sitter_photos=/my/photos      the same from your own photographs
#   make avatar ARGS="--tags curation"               whatever else `kedro run` takes
#   make avatar_methods                              full fine-tune, LoRA and Textual Inversion, compared
#   make prompt_edit                                 pictures edited by their prompts, and what survives of them
#   make edit PROMPT='a red car' EDIT='a blue car'   one edit
#   make cezanne                                     a painter's style learned, and what it passes for
#   make benchmark                                   our times beside the usual way's; on a GPU also TAGS=gpu
#   make cluster                                     workers on this machine, for --runner likeness.runners.DaskRunner
#   make viz | lab                                   look at it: Kedro-Viz, or a notebook
#   make test | lint                                 what every change has to pass

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PARAMS ?=
ARGS ?=
TAGS ?= cpu
COMMA := ,

export DO_NOT_TRACK := 1
export PIP_NO_COMPILE := 1

RUN = $(BIN)/kedro run --pipeline $@ $(if $(PARAMS),--params '$(PARAMS)') $(ARGS)

# The runner likeness.runners.DaskRunner needs the cluster extra.
READY = $(VENV)/.ready$(if $(findstring DaskRunner,$(ARGS))$(filter cluster,$(TAGS)),-cluster)

.PHONY: avatar avatar_methods prompt_edit edit cezanne benchmark cluster pocket sample test lint viz lab clean
.PRECIOUS: $(VENV)/.ready-%

avatar avatar_methods prompt_edit: $(READY)
	$(RUN)

# The benchmarks with the tag gpu need one: make benchmark TAGS=gpu. Those with the tag gpus need two.
# That with the tag cluster needs idle cores, and four minutes.
benchmark: $(READY)
	$(RUN) --tags $(TAGS)

# Prompts go through a file: Kedro's --params would split them at their commas. Of two --params it reads the second only.
edit: $(VENV)/.ready
	$(BIN)/python src/likeness/pipelines/prompt_edit/one_off.py data/00_work/edit.yml
	$(BIN)/kedro run --pipeline prompt_edit --params 'edits=data/00_work/edit.yml$(if $(PARAMS),$(COMMA)$(PARAMS))' $(ARGS)

# The synthetic people and the synthetic painter need the synthetic extra.
cezanne pocket sample: $(VENV)/.ready-synthetic
	$(RUN)

# A scheduler and workers that stay until Ctrl-C: make cluster ARGS="--workers 4 --threads 2".
cluster: $(VENV)/.ready-cluster
	$(BIN)/python -m likeness.runners.cluster $(ARGS)

viz: $(VENV)/.ready
	$(BIN)/kedro viz run $(ARGS)

lab: $(VENV)/.ready-lab
	$(BIN)/kedro jupyter lab $(ARGS)

test: lint
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=auto --dist=worksteal --durations=10 --cov $(ARGS)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

clean:
	rm -rf $(VENV) data/00_work build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage

# Set-up. torch first and by itself: its version alone decides which build is taken.
$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Likeness needs Python 3.11: make PYTHON=/path/to/python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet $(shell grep '^torch==' constraints.txt)
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.ready-%: $(VENV)/.ready
	$(PIP) install --quiet --constraint constraints.txt --editable '.[$*]'
	touch $@
