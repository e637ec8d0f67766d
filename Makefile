# The one door to every tool; continuous integration goes through it too.
BIN := .venv/bin
# Stamps are kept by the set-up itself, which knows when there is nothing to do.
.PHONY: help setup check format test test-fast bench run demo migrate

help:            ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup:           ## Make the environment with the tools of development
	@sh scripts/with-python.sh -m scripts.bootstrap install-dev

check: setup     ## Lint, format, types, layers: all must pass
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup    ## Put code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test:            ## Everything, on a PostGIS of its own
	scripts/test

test-fast: setup ## What needs no database and no browser
	$(BIN)/python -m pytest tests/unit

bench:           ## Measure the main job beside a plain script; scripts/bench NAME for more
	scripts/bench

run:             ## From nothing to the served pages
	scripts/run

demo:            ## Compute everything, serve nothing
	scripts/run --no-serve

migrate:         ## Bring the database to the newest schema
	$(BIN)/wangge db migrate
