# Short names only: everything is a command of manage.py, and make itself is not needed.
.PHONY: desk test check format lock messages

desk:
	python3 manage.py desk

test:
	python3 manage.py test

check:
	python3 manage.py check_all

format:
	.venv/bin/python -m ruff check --fix
	.venv/bin/python -m ruff format
	git ls-files 'templates/*.html' | xargs .venv/bin/djade --target-version 5.2

lock:
	.ci/lock

messages:
	.venv/bin/pybabel compile -D django -d locale
