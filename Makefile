# Every target sets up what it needs. `make demo` and `make test` are all a newcomer has to know.
SHELL := /bin/bash
.DEFAULT_GOAL := help
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen
export PYTHONWARNINGS := ignore

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

java:
	@java -version 2>&1 | head -1 | grep -qE '"(1[7-9]|[2-9][0-9])' || \
	{ echo "Java 17 or newer is needed: install one (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME and PATH"; exit 2; }

$(UV):
	@command -v uv >/dev/null || { python3 -m venv .uv && .uv/bin/pip install --quiet uv; }

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@echo "Setting up the environment (3.8 GB the first time, then cached) ..."
	@$(UV) sync --frozen --quiet
	@$(RUN) tubelake warm-up
	@touch $@

setup: java .venv/.ready  ## everything that the other targets need

demo: setup  ## the whole flow on a synthetic YouTube: no key, no internet
	@$(RUN) tubelake demo
	@echo "To type tubelake yourself, in this shell first:  source .venv/bin/activate"

# Two processes, each with a session of its own: most of a test is planning, on one core. A file stays in one of them.
SIDE_BY_SIDE := --numprocesses 2 --dist loadfile

test: setup  ## the quick tests
	$(RUN) pytest -m "not slow" $(SIDE_BY_SIDE)

spark41: setup  ## an environment with Spark 4.1 beside the usual one
	@UV_PROJECT_ENVIRONMENT=.venv-spark41 $(UV) sync --frozen --quiet --no-default-groups --group spark41

# Spark NLP and petastorm have no release for Spark 4: what needs them is skipped there, by name.
test-spark41: spark41  ## the quick tests on Spark 4.1, and a Connect server
	UV_PROJECT_ENVIRONMENT=.venv-spark41 $(RUN) --no-default-groups --group spark41 pytest -m "not slow or spark41" -rs $(SIDE_BY_SIDE)

notebooks: setup  ## JupyterLab on the notebooks, fetched beside the environment
	$(RUN) --with jupyterlab jupyter lab notebooks

browser:  ## the Chromium in which a test opens the report: Debian's, where none is installed
	@which chromium chromium-browser google-chrome 2>/dev/null | grep -q . || \
	{ [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
	echo "No Chromium is installed, so the report's browser test will be skipped (Debian: apt-get install chromium)"

test-slow: setup browser  ## kills, whole flows, the report in a browser
	$(RUN) pytest -m "slow and not cluster" --durations=20 $(SIDE_BY_SIDE)

cluster-test: setup spark41  ## every job on a standalone cluster and an object store, and YARN
	$(RUN) pytest -m cluster --durations=10 $(SIDE_BY_SIDE)

# What workers of a cluster need besides Spark, which they have: https://spark.apache.org/docs/3.5.9/api/python/user_guide/python_packaging.html
EXTRAS := nlp korean
package: setup  ## a wheel, and an environment for the workers of a cluster; EXTRAS="nlp korean vision embed" for models
	@rm -rf dist && $(UV) build --wheel --quiet && $(UV) venv --quiet --relocatable --python .venv/bin/python dist/environment
	@$(UV) export --quiet --frozen --no-dev --no-emit-project --extra spark35 $(EXTRAS:%=--extra %) --prune pyspark --prune delta-spark \
		--output-file dist/requirements.txt
	@$(UV) pip install --quiet --python dist/environment --requirements dist/requirements.txt
	@$(UV) pip install --quiet --python dist/environment --no-deps dist/tubelake-*.whl
	@tar --create --gzip --file dist/environment.tar.gz --directory dist/environment .
	@ls -sh1 dist/*.whl dist/environment.tar.gz

check: setup  ## ruff and mypy
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy

bench: setup  ## every benchmark, each with its baseline
	$(RUN) python -m benchmarks.run

clean:  ## remove the environment, the demo and caches
	rm -rf .venv .venv-spark41 .uv demo .pytest_cache .mypy_cache .ruff_cache

.PHONY: help java setup demo test spark41 test-spark41 notebooks browser test-slow cluster-test package check bench clean
