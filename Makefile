# The commands of a checkout; each sets up what it needs. See README.md.
.PHONY: setup demo check test clean

TINYGEN := .venv/bin/tinygen
PYTEST  := nice .venv/bin/python -m pytest -q

# System packages, a virtual environment, tinygen itself, CMSIS-NN's source.
setup: .venv/.ready

.venv/.ready: pyproject.toml requirements.lock tools/setup.sh
	tools/setup.sh
	touch $@

# From a Keras model to verified firmware on an emulated board.
demo: setup
	tools/demo.sh

# The fast checks: format, lint, types, unit tests.
check: setup
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/clang-format --dry-run --Werror $$(git ls-files 'firmware/*.[ch]')
	$(PYTEST) tests/unit tinygen -n 2

# Everything: the fast checks, golden files, firmware, emulator, packaging, documents.
test: check
	$(PYTEST) tests --ignore=tests/unit -n 2

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
