# Everything starts here. POSIX sh and make 3.81 are enough.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: help demo test check bench prove format lock messages clean

help:
	@echo "make demo    run the whole platform here, with invented people (PORT=8000)"
	@echo "make test    run every test"
	@echo "make check   lint, types and the order of the rooms"
	@echo "make bench   time it beside its peers, in one run"
	@echo "make prove   the long proofs: 50,000 random plans, planted bugs, mutations"
	@echo "make format  write the code as the house writes it"
	@echo "make lock    write requirements/*.txt anew, with hashes"

demo: .venv/.server
	@exec $(BIN)/repact demo --port $(PORT)

test: .venv/.dev
	@exec $(BIN)/pytest --numprocesses=auto --maxprocesses=4 --no-loadscope-reorder $(if $(ARGS),$(ARGS),--cov --cov-report=term:skip-covered --cov-fail-under=100)

check: .venv/.dev
	$(BIN)/ruff check src tests tools bench
	$(BIN)/ruff format --check src tests tools bench
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.dev .venv-bench/.done
	PYTHONPATH=src .venv-bench/bin/python bench/engine.py
	$(BIN)/python bench/import_loans.py
	PYTHONPATH=src:. $(BIN)/python bench/signing.py
	$(BIN)/python bench/postings.py
	$(BIN)/python bench/day.py
	$(BIN)/python bench/offers.py
	$(BIN)/python bench/agreements.py
	$(BIN)/python bench/counter_http.py
	$(BIN)/python bench/offers_out.py

prove: .venv/.dev
	REPACT_EXAMPLES=50000 $(BIN)/pytest -q tests/generative
	REPACT_RACE_ROUNDS=250 $(BIN)/pytest -q tests/integration/test_offers_races.py
	REPACT_SIMULATED=500 REPACT_ROUNDS=250 REPACT_WEB_KILLS=20 $(BIN)/pytest -q tests/simulation tests/integration/test_repayments.py
	$(BIN)/python tools/plant_bugs.py
	$(BIN)/python tools/mutate.py

format: .venv/.dev
	$(BIN)/ruff check --fix-only -q src tests tools bench
	$(BIN)/ruff format -q src tests tools bench

lock: .venv/.dev
	sh tools/lock.sh

messages: .venv/.dev
	cd src/repact && REPACT_VAR=../../var DJANGO_SETTINGS_MODULE=repact.sandbox.settings \
		../../$(BIN)/django-admin makemessages -l zh_Hans --no-location --no-wrap

.venv/.server: requirements/server.txt pyproject.toml
	@sh tools/set-up.sh "$(PYTHON)" requirements/server.txt
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml
	@sh tools/set-up.sh "$(PYTHON)" requirements/dev.txt
	@touch $@ .venv/.server

.venv-bench/.done: requirements/bench.txt
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --require-hashes -r requirements/bench.txt
	@touch $@

clean:
	rm -rf .venv .venv-bench var build
