# make demo: blend the two demo references in both modes.  make test: ruff, mypy --strict and all tests.
# make fuzz: 12,000 cases of hostile input, into docs/benchmarks/fuzz.md.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test fuzz clean

demo: .venv/.installed
	$(BIN)/interp synth --mode freq --out out/demo_freq.wav --report out/demo_freq < /dev/null
	$(BIN)/interp synth --mode temp --out out/demo_temp.wav --report out/demo_temp < /dev/null
	@echo "Listen to out/demo_freq.wav (pitch of reference 1, the rest of reference 2)"
	@echo "and to out/demo_temp.wav (reference 1 first, then reference 2); look at out/demo_*/figure.png."

test: .venv/.installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

fuzz: .venv/.installed-for-tests
	$(BIN)/python tests/fuzz/campaign.py --write

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or later is needed: make PYTHON=python3.12" if sys.version_info < (3, 10) else 0)'
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.installed-for-tests: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[dev,train,eval]'
	$(BIN)/python -m pip install --quiet --no-deps resemblyzer distillmos xls-r-sqa
	@touch $@ .venv/.installed

clean:
	rm -rf .venv out build dist
