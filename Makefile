# Everything a person does here starts with make. Needs Python 3.11 or newer, git, and nothing else.
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run setup test check audit lock bench fuzz soak screenshots browser redis

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

run: ## open the sample organisation on http://localhost:8501, or a clone of yours with REPO=path
	@REPO="$(REPO)" HOST="$(HOST)" PORT="$(PORT)" $(PYTHON) scripts/run.py

setup: ## .venv with everything for running and testing
	@$(PYTHON) scripts/environment.py

check: setup ## lint and strict types
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy

audit: setup ## known vulnerabilities of packages, if they can be looked up, and secrets in the repository
	$(VENV)/python scripts/advisories.py
	$(VENV)/python scripts/leaks.py

lock: ## the lock files anew, from the requirements; needs the registry
	@$(PYTHON) scripts/lock.py

test: check audit browser ## everything that must pass
	@$(VENV)/python scripts/redis_server.py --optional
	@$(VENV)/python scripts/postgres_server.py --optional
	$(VENV)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

browser: setup
	@$(VENV)/python scripts/browser.py

redis: setup ## the tests of processes that share in Redis, a quarter of a minute of real servers and real time
	@$(VENV)/python scripts/redis_server.py
	$(VENV)/python -m pytest tests/integration/client

bench: setup ## the benchmarks, as a table
	@$(VENV)/python scripts/redis_server.py
	$(VENV)/python -m tests.benchmarks

fuzz: setup ## over 10,000 requests made by machine, other ones each time; FUZZ_SEED=number repeats a run
	@FUZZ_SEED=$${FUZZ_SEED:-$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')} FUZZ_EXAMPLES=450 \
		$(VENV)/python -m pytest tests/fuzz

soak: setup ## servers killed 100 times on each kind of store, then half an hour of everything on all replicas; hours
	@$(VENV)/python scripts/postgres_server.py
	@$(VENV)/python scripts/redis_server.py
	KILLS=100 KILLED_PULL_REQUESTS=1700 KILLED_REOPENED_SECS=2 $(VENV)/python -m pytest -rP tests/integration/server/test_killed_while_receiving.py \
		tests/integration/store/test_killed_on_shared_store.py
	$(VENV)/python -m tests.soak

screenshots: setup browser ## the pictures of the documents, taken anew
	$(VENV)/python scripts/screenshots.py
