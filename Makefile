# Anwang. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format screenshots bench clean prerequisites prerequisites-tests

BIN := .venv/bin
PINNED := -c constraints.txt
# Cameras that are watched need torch, some 200 MB; `make demo VISION=no` does without them.
RUN_EXTRAS := $(if $(filter no,$(VISION)),,[vision])
PYTEST := $(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

demo: .venv/runs ## run the portal with the demonstration province and live data; Ctrl-C stops it
	@[ "$(VISION)" = no ] || ./prerequisites.sh --films var/films
	@$(BIN)/anwang up --demo --simulate

test: lint ## everything that must hold: style, types, floors, tests
	$(PYTEST) -m "not broad"

test-all: lint ## the same with the slow and broad cases, and what of the code they reach
	$(PYTEST) --cov --cov-report=term

lint: .venv/tests ## style, types and import floors alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/tests ## put the source into the house's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: .venv/tests ## take the README's pictures anew, those that tests compare with, and every page to look at
	$(BIN)/pytest -q -p no:randomly tests/journeys/test_pictures.py -k looks_as_it_did --renew-pictures
	$(BIN)/python -m portal.bench.screenshots

bench: .venv/tests ## measure the portal under load; JSON on standard output
	@$(BIN)/anwang bench portal

clean: ## stop what runs, then remove its data, .venv and caches
	@for var in var var/bench; do \
	    if [ -e $$var/tenure ] && ! flock -n $$var/tenure true; then \
	        pid=$$(cut -d' ' -f1 $$var/tenure); echo "Stopping process $$pid"; \
	        kill -TERM "$$pid"; flock -w 90 $$var/tenure true; \
	    fi; \
	    if [ -L $$var/services ]; then \
	        elsewhere=$$(readlink $$var/services); echo "rm -rf $$elsewhere"; rm -rf "$$elsewhere"; \
	        rmdir --ignore-fail-on-non-empty "$$(dirname "$$elsewhere")"; \
	    fi; \
	done
	rm -rf var .venv .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Asked at every run: a machine's packages leave no trace that make could see. It takes a moment where all is there.
prerequisites:
	@./prerequisites.sh

prerequisites-tests:
	@./prerequisites.sh --tests

.venv/runs: pyproject.toml constraints.txt | prerequisites
	@[ -x $(BIN)/python ] || { echo "Making .venv"; "$$(./prerequisites.sh --python)" -m venv .venv; }
	@echo "Installing the pinned dependencies"
	@$(BIN)/python -m pip install $(PINNED) -e '.$(RUN_EXTRAS)'
	@touch $@

.venv/tests: pyproject.toml constraints.txt .venv/runs | prerequisites-tests
	@echo "Installing the pinned dependencies of the tests"
	@$(BIN)/python -m pip install $(PINNED) -e '.[dev]'
	@touch $@
