# Needs make and Python 3.11 or newer; everything else goes into .venv, from pinned and hashed requirements.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
OPTIONS ?=
export PYTHONUTF8 = 1

# The laws that go through compiled code; the others are plain Python and need no second run.
KERNEL_LAWS = $(addprefix tests/laws/test_,terms_laws.py engine_laws.py chance.py identities.py)

.PHONY: demo app test lint sources backtest reserve coverage bench bench-app soak fuzz lock clean
.DELETE_ON_ERROR:

demo: $(VENV)/.run  ## the main job on the Liaoning programme
	@$(BIN)/pledgefund answer liaoning-2021 --paths 1000 --draws 10 $(OPTIONS)

app: $(VENV)/.app  ## the calculator in the browser, on this machine only: OPTIONS="--port 8600"
	@$(BIN)/pledgefund app $(OPTIONS)

test: lint  ## all checks; laws and twins a second time without compilation
	$(BIN)/python -m pytest -n 2
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n 2 tests/twins $(KERNEL_LAWS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

sources: $(VENV)/.run  ## where every clause and figure of a source is held: scenarios/SOURCES.md
	$(BIN)/python -m simulator.report.sources tests/scenarios scenarios/SOURCES.md

backtest: $(VENV)/.run  ## the model beside what was observed of real funds: docs/backtest.md
	$(BIN)/python -m simulator.study.backtest scenarios/backtest/outcomes.json
	$(BIN)/python -m simulator.report.backtest scenarios/backtest/outcomes.json docs/backtest.md en
	$(BIN)/python -m simulator.report.backtest scenarios/backtest/outcomes.json docs/backtest.zh.md zh

reserve: $(VENV)/.run  ## what reserves hold when parameters are estimated: docs/reserve.md (about ten minutes)
	$(BIN)/python -m simulator.study.reserve docs/reserve.json
	$(BIN)/python -m simulator.report.reserve docs/reserve.json docs/reserve.md en
	$(BIN)/python -m simulator.report.reserve docs/reserve.json docs/reserve.zh.md zh

coverage: $(VENV)/.run  ## do calibrated intervals hold the truth: docs/coverage.md (about half an hour)
	$(BIN)/python -m simulator.study.coverage docs/coverage.json
	$(BIN)/python -m simulator.report.coverage docs/coverage.json docs/coverage.md en
	$(BIN)/python -m simulator.report.coverage docs/coverage.json docs/coverage.zh.md zh

bench: $(VENV)/.run  ## speed and memory, as ratios within one run
	@$(BIN)/pledgefund bench $(OPTIONS)

bench-app: $(VENV)/.dev  ## how soon pages and digits are there, with one viewer and with ten
	@$(BIN)/python -m simulator.ui.bench $(OPTIONS)

fuzz: $(VENV)/.dev  ## uploads damaged at random, for OPTIONS='SECONDS SEED'
	$(BIN)/python -m tests.app.fuzz $(OPTIONS)

soak: $(VENV)/.dev  ## long random campaigns over the laws and the twins
	$(BIN)/python -m pytest -n 2 --hypothesis-profile=soak tests/laws tests/twins

# Rebuilt from nothing whenever the pins change, so that no package of an older set stays behind.
$(VENV)/.run: requirements.txt
	@$(call build,requirements.txt)
	@touch $@

$(VENV)/.app: requirements-app.txt
	@$(call build,requirements-app.txt)
	@touch $(VENV)/.run $@

$(VENV)/.dev: requirements.txt requirements-dev.txt
	@$(call build,requirements-dev.txt)
	@touch $(VENV)/.run $(VENV)/.app $@

define build
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || { echo 'Python >= 3.11 is needed: make PYTHON=/path/to/python3.11 / 需要 Python 3.11 或更新版本' >&2; exit 1; }; \
$(PYTHON) -m venv --clear $(VENV) \
  || { echo 'The venv module is missing (Debian: apt install python3-venv) / 缺少 venv 模块' >&2; exit 1; }; \
echo 'Installing into $(VENV) ... / 正在安装到 $(VENV) ……' >&2; \
$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $(1) \
  && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
endef

lock:  ## maintainers: pin again after a change in pyproject.toml (needs uv)
	echo 'setuptools>=77' | uv pip compile $(LOCK) -o requirements.txt pyproject.toml -
	echo 'setuptools>=77' | uv pip compile $(LOCK) --extra app -c requirements.txt -o requirements-app.txt pyproject.toml -
	echo 'setuptools>=77' | uv pip compile $(LOCK) --extra dev -c requirements-app.txt -o requirements-dev.txt pyproject.toml -
LOCK := --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
        --no-config

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
