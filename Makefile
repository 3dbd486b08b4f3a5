# Every command of the house. `make help` lists them.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := VENV="$(VENV)" $(PYTHON) requirements/install.py
LISTS := uv base demo prod bigdata spark dev
PEERS ?= $(basename $(notdir $(wildcard requirements/peers/*.in)))

# What production settings ask for, so that they can be checked where nothing is deployed.
AS_PRODUCTION := env DJANGO_SETTINGS_MODULE=config.settings.prod \
	SECRET_KEY=checked-by-make-lint-and-used-nowhere-else-0123456789abcdef \
	FIELD_ENCRYPTION_KEYS=Y2hlY2tlZC1ieS1tYWtlLWxpbnQtYW5kLW5vd2hlcmU= \
	DATABASE_URL=postgres://ecluse@127.0.0.1:1/ecluse REDIS_URL=redis://127.0.0.1:1/0 EMAIL_URL=smtp://127.0.0.1:1 \
	SITE_URL=https://ecluse.example ALLOWED_HOSTS=ecluse.example

.DEFAULT_GOAL := help
.PHONY: help run test e2e e2e-full e2e-tools lint messages client bench bench-peers lock

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run:  ## set everything up and serve the demonstration (PORT=8000)
	@$(INSTALL) demo
	@exec $(BIN)/python -m config.launch

test:  ## set everything up and run all the tests (ARGS="tests/core -k lease")
	@$(INSTALL) dev
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

e2e: e2e-tools  ## the browser checks alone
	@$(INSTALL) dev
	$(BIN)/pytest -m e2e $(ARGS)

e2e-full: e2e-tools  ## the browser checks, on every page in every combination
	@$(INSTALL) dev
	E2E_FULL=1 $(BIN)/pytest -m e2e $(ARGS)

e2e-tools: tests/e2e/node_modules/.package-lock.json  ## install axe-core, the W3C checker and an S3 server (needs Node)

tests/e2e/node_modules/.package-lock.json: tests/e2e/package-lock.json
	npm ci --prefix tests/e2e --no-audit --no-fund

lint:  ## style, types, templates, import contracts, migrations, deployment checks
	@$(INSTALL) dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(AS_PRODUCTION) $(BIN)/python -W "ignore:Got an error checking" manage.py makemigrations --check --dry-run
	$(AS_PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

messages:  ## gather what is to translate into locale/fr, and compile it
	$(BIN)/python manage.py makemessages --locale fr --no-location --no-wrap --ignore "$(VENV)" --ignore tests --ignore var
	$(BIN)/python manage.py compilemessages --locale fr --ignore "$(VENV)" --verbosity 0

client:  ## make the Python client again from the document of the API
	$(BIN)/python clients/python/generate.py

bench:  ## benchmarks, each beside its peer or its physical limit
	@$(INSTALL) dev
	$(BIN)/pytest -o python_files='bench_*.py' -p no:randomly -s tests/benchmarks $(ARGS)

bench-peers:  ## install other servers to compare with or speak to, each apart (PEERS="mlserver")
	@$(INSTALL) dev
	@for peer in $(PEERS); do \
		home=var/peers/$$peer; echo "$$home"; \
		$(BIN)/uv venv --quiet --allow-existing $$home && \
		$(BIN)/uv pip install --quiet --python $$home -r requirements/peers/$$peer.in || exit 1; \
	done

lock:  ## lock the requirements again, with their hashes (ARGS="--upgrade")
	@$(INSTALL) dev
	@for list in $(LISTS); do \
		echo "requirements/$$list.txt"; \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(ARGS) \
			requirements/$$list.in -o requirements/$$list.txt || exit 1; \
	done
