# Two commands matter: `make plan` and `make test`. Each sets up `.venv` by itself, once.
PYTHON ?= python3
EXTRAS ?= test
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
LIBRARY = $(addprefix --ignore=,$(shell grep -lE 'browsers|nbval|spreadsheet|pyspark|07_audit' tests/test_*.py))
CENTRE ?=# a centre's folder; the bundled one if empty

.PHONY: plan test test-library test-spark test-deep lab app lint docs package coverage bench notebooks sample pins clean

plan: $(READY)
	@$(BIN)/ccplan plan $(CENTRE)

test: $(READY)
	@$(BIN)/python -m pytest -n auto --dist worksteal

test-library: $(READY)  ## the tests without notebooks, browsers, spreadsheets and clusters: for a second Python
	@$(BIN)/python -m pytest -n auto --dist worksteal $(LIBRARY)

test-spark: $(READY)  ## the KPIs on a Spark cluster of two workers; needs Java 17, and EXTRAS=test,spark when .venv is made
	@CCPLAN_SPARK=1 $(BIN)/python -m pytest tests/test_kpi_engines.py -k spark

test-deep: $(READY)
	@CCPLAN_DEEP=1 $(BIN)/python -m pytest

coverage: $(READY)   ## the lines of queueing, planning and auditing that no test of the library runs; 95 % of each must be
	@$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report= $(LIBRARY)
	@for room in queueing planning auditing; do \
	    $(BIN)/coverage report --include="ccplan/$$room/*" --show-missing --skip-covered --fail-under=95 || low=1; done; [ -z "$$low" ]

lab: $(READY)
	@$(BIN)/ccplan lab

app: $(READY)        ## the notebooks as dashboards: a start page, code hidden, a token at the door
	@$(BIN)/ccplan serve $(CENTRE)

lint: $(READY)       ## what is wrong with style, layout, names and calls, in files and notebooks; what is unsafe in the library
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/bandit -q -c pyproject.toml -r ccplan

docs: $(READY)       ## the documentation as a site, to be read without network: site/index.html
	@$(BIN)/python docs/site.py

package: $(READY)    ## wheel and sdist in dist/, tried alone on every Python that is here
	@$(BIN)/python -m hatchling build
	@CCPLAN_DEEP=1 $(BIN)/python -m pytest tests/test_package.py

bench: $(READY)      ## ccplan beside its peers, one table; TOPICS="staffing audit" for some of it
	@$(BIN)/python -m benchmarks $(TOPICS)

notebooks: $(READY)  ## execute every notebook again, byte-identical when nothing changed
	@$(BIN)/python notebooks/execute.py

sample: $(READY)     ## make the bundled centre again from its seed
	@$(BIN)/python -m ccplan.data.sample data/sample

# uv installs four times as fast as pip; where it cannot be had, pip does the same work.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("ccplan needs Python 3.11 or later, this is " + sys.version.split()[0] + ": name another with make PYTHON=python3.12")'
	@echo "Setting up $(VENV) (once; one to four minutes) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt uv || true
	@if [ -x $(BIN)/uv ]; then \
	    VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install -q --compile-bytecode -c constraints.txt -e '.[$(EXTRAS)]'; \
	 else false; fi || $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]'
	@echo "Compiling the equations of the day (once; half a minute) ..."
	@$(BIN)/python -c 'from ccplan.queueing import warm_up; warm_up()'
	@touch $@

pins: $(READY)       ## resolve pyproject.toml again into constraints.txt, for every Python that is supported
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --all-extras --no-header --no-annotate \
	    --upgrade pyproject.toml -o constraints.txt

clean:
	rm -rf $(VENV) build dist site .pytest_cache .hypothesis .mypy_cache .coverage
