# Every target sets up what it needs; `make up` and `make test` are all a newcomer types.
SHELL := /bin/bash
UV := $(shell command -v uv || echo .uv/bin/uv)
RUN := .venv/bin

.PHONY: setup setup-dev up test check format bench docs clean

.uv/bin/uv:
	python3 -m venv .uv && .uv/bin/pip install --quiet uv

uv: $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)

.venv/.setup: pyproject.toml uv.lock | uv
	$(UV) sync --frozen --quiet --no-dev --inexact
	@touch $@

.venv/.setup-dev: pyproject.toml uv.lock | uv
	$(UV) sync --frozen --quiet --all-groups --all-extras
	@touch .venv/.setup $@

setup: .venv/.setup

setup-dev: .venv/.setup-dev

up: setup
	$(RUN)/auscult up

test: setup-dev
	$(RUN)/pytest

check: setup-dev
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/djlint --check --lint src
	$(RUN)/deptry .
	$(RUN)/pytest -q tests/architecture

format: setup-dev
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .
	$(RUN)/djlint --reformat --quiet src

bench: setup-dev
	$(RUN)/python -m bench

docs: setup-dev
	$(RUN)/sphinx-build -W -b html docs docs/_build/html

clean:
	rm -rf .venv .uv docs/_build
