# Two commands: make run, make test. The rest helps those who work on it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run demo test lint format bench pictures messages clean

run: $(VENV)/installed
	@exec $(BIN)/python manage.py run --with-parent

demo: $(VENV)/installed
	@exec $(BIN)/python manage.py demo

test: $(VENV)/tests-installed
	$(BIN)/python -m tests

lint: $(VENV)/tests-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	env -i PATH="$(PATH)" SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
	  POSTBACK_PUBLIC_URL=https://track.example.com DATABASE_URL=postgres://postbacks@127.0.0.1/postbacks \
	  CELERY_BROKER_URL=amqp://127.0.0.1// $(BIN)/python manage.py check --deploy --fail-level WARNING

format: $(VENV)/tests-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# all of it, or some parts: make bench PARTS=delivery,neighbour
bench: $(VENV)/bench-installed
	@$(BIN)/python -m bench "$(PARTS)"

# after a string has changed: then translate what is empty in locale/ru/LC_MESSAGES/django.po, and once more
messages: $(VENV)/tests-installed
	$(BIN)/python -m tests.messages

pictures: $(VENV)/tests-installed
	$(BIN)/python -m tests.browser.pictures

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with: make PYTHON=python3.11")'
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/installed: $(VENV)/python requirements.txt
	@echo "Installing (once) ..."
	@$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/tests-installed: $(VENV)/installed tests/requirements.txt
	@$(BIN)/python -m pip install --quiet -r tests/requirements.txt
	@touch $@

$(VENV)/bench-installed: $(VENV)/tests-installed bench/requirements.txt
	@$(BIN)/python -m pip install --quiet -r bench/requirements.txt
	@touch $@
