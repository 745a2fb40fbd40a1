# Every target sets up what it needs; `make up` and `make test` are all a newcomer types.
SHELL := /bin/bash
UV := $(shell command -v uv || echo .uv/bin/uv)
RUN := .venv/bin

EVERYDAY := not slow and not servers and not nightly

.PHONY: setup setup-dev up test test-slow test-postgres servers test-servers test-nightly
.PHONY: check lint format messages pictures bench docs clean

.uv/bin/uv:
	python3 -m venv .uv && .uv/bin/pip install --quiet uv

uv: $(if $(filter .uv/bin/uv,$(UV)),.uv/bin/uv)

CATALOGUES := $(wildcard src/auscult/locale/*/LC_MESSAGES/*.po)

.venv/.setup: pyproject.toml uv.lock hatch_build.py $(CATALOGUES) | uv
	$(UV) sync --frozen --quiet --no-dev --inexact
	@touch $@

.venv/.setup-dev: pyproject.toml uv.lock hatch_build.py $(CATALOGUES) | uv
	$(UV) sync --frozen --quiet --all-groups --all-extras
	@touch .venv/.setup $@

setup: .venv/.setup

setup-dev: .venv/.setup-dev

up: setup
	$(RUN)/auscult up

test: setup-dev tests/browser/node_modules
	$(RUN)/pytest -m "$(EVERYDAY)"

test-slow: setup-dev
	$(RUN)/pytest -m "slow and not servers and not nightly"

# The parts that touch the database once more, on a private PostgreSQL cluster.
test-postgres: setup-dev
	AUSCULT_TEST_POSTGRES=1 $(RUN)/pytest -m "$(EVERYDAY)" src/auscult/web

# Against servers that others wrote: a PDS, snac2, WordPress; see tests/servers. Each of them
# starts once, and its tests run side by side with those of the others.
test-servers: setup-dev tests/browser/node_modules tests/servers/node_modules .servers/snac/usr/bin/snac
	$(RUN)/pytest -n 3 --dist loadgroup -m servers tests/live

# Hundreds of kills; and the same network with an AppView, which needs PostgreSQL and Redis.
test-nightly: setup-dev tests/servers/node_modules
	$(RUN)/pytest -m nightly src tests/conformance
	$(RUN)/pytest -n 0 -m nightly tests/live

# What those servers need: npm's and snac2's files are fetched, Debian's packages are named.
servers: tests/servers/node_modules .servers/snac/usr/bin/snac
	@missing=$$(tests/servers/missing); [[ -z $$missing ]] || \
	  { echo "Still missing: apt-get install --no-install-recommends $$missing"; exit 1; }

tests/servers/node_modules: tests/servers/package.json
	cd tests/servers && npm install --silent --no-audit --no-fund --no-package-lock
	@touch $@

.servers/snac/usr/bin/snac: tests/servers/fetch-snac
	tests/servers/fetch-snac .servers/snac
	@touch $@

# axe-core checks pages for barriers; without npm those tests say that they are skipped.
tests/browser/node_modules: tests/browser/package.json
	@command -v npm >/dev/null && cd tests/browser && npm install --silent --no-package-lock || true
	@touch -c $@

check: lint
	$(RUN)/pytest -q tests/architecture

lint: setup-dev
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/djlint --check --lint src
	$(RUN)/deptry .

format: setup-dev
	$(RUN)/ruff format .
	$(RUN)/ruff check --fix .
	$(RUN)/djlint --reformat --quiet src

# New and changed strings into the catalogues; needs GNU gettext (Debian: gettext).
messages: setup-dev
	$(RUN)/python tests/architecture/messages.py src/auscult --add-location file --ignore "*/tests/*"

# The documentation's pictures, made by the tests that walk the first day and look at the rooms.
pictures: setup-dev tests/browser/node_modules
	PICTURES=1 $(RUN)/pytest -n 0 tests/browser/test_first_day.py tests/browser/test_pictures.py

bench: setup-dev
	$(RUN)/python -m bench

docs: setup-dev
	$(RUN)/sphinx-build -W -b html docs docs/_build/html

clean:
	rm -rf .venv .uv .servers docs/_build
