# Palca with nothing but make and Python 3.11 or newer: `make run`.

PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= baseline
ARGS ?=

bin := $(VENV)/bin
pip := $(bin)/python -m pip --disable-pip-version-check -qq
uv := build/uv/bin/uv
# One process a core; a file's tests stay in one, so that what they share is made once.
pytest := $(bin)/python -m pytest -n logical --dist loadfile
built := cosmic-ray docopt docopt-subcommands solara-assets yattag  # come as source alone, plain Python
files := $(sort $(shell find api model scenarios experiments -type f ! -name '*.py[co]'))

.DEFAULT_GOAL := help
.PHONY: help run test quick bench posterior reanalysis validation gallery cases pictures site notebooks sbc hazard region messages lint ruff pyright format deps env constraints audit dist release mutants fuzz clean FORCE

help:
	@echo "make run          simulate SCENARIO ($(SCENARIO)): palca run $(SCENARIO)"
	@echo "make quick        run the tests of pure functions and short histories (half a minute)"
	@echo "make test         run the tests that take seconds (some minutes); ARGS=tests runs all (half an hour)"
	@echo "make bench        measure the speed; writes docs/BENCHMARKS.md (some minutes)"
	@echo "make posterior    calibrate the baseline on the whole record; replaces the shipped posterior"
	@echo "make reanalysis   find the worlds that went as ours did; replaces the shipped ones (up to an hour)"
	@echo "make sbc          check the filter of worlds like ours by simulated histories (hours)"
	@echo "make hazard       measure how long regimes last, beside the region (some minutes)"
	@echo "make region       forecast coups in other countries, and learn from them; writes docs/REGION.md"
	@echo "                  and docs/REGION_PARAMETERS.md (half an hour)"
	@echo "make validation   validate the baseline; writes docs/VALIDATION.md (about ten minutes)"
	@echo "make gallery      simulate every concept; writes docs/CONCEPTS.md"
	@echo "make cases        fit the policy 'graded', and try policies by right turns elsewhere; writes docs/CASES.md (some minutes)"
	@echo "make pictures     make the other figures of docs/, pictures of the lab's pages, and the tables of findings and of pairing (some minutes; needs chromium)"
	@echo "make notebooks    execute the notebooks of docs/notebooks, which are kept as text (some minutes)"
	@echo "make site         build the site of the documentation, in build/site, and check its links"
	@echo "make lint         look for mistakes (ruff) and check the types (pyright)"
	@echo "make format       format the code and mend what ruff can mend"
	@echo "make env          only make the environment, in $(VENV)"
	@echo "make constraints  pin the newest versions that fit pyproject.toml (needs the network)"
	@echo "make audit        check the pinned packages for known vulnerabilities (needs the network)"
	@echo "make dist         build the wheel and the source distribution in dist/"
	@echo "make release      build both and test them in empty environments of every installed Python"
	@echo "make fuzz         send random input to every loader, a minute for each; ARGS=\"--seconds 300 policy\""
	@echo "make mutants      change equations one at a time and see whether a test notices (hours)"
	@echo "make clean        remove environments, builds and caches; keeps runs/"
	@echo
	@echo "PYTHON=python3.12 and VENV=folder choose another Python and another environment;"
	@echo "ARGS=\"...\" is passed to palca run, pytest or ruff check."

run: env
	@$(bin)/palca run $(SCENARIO) $(ARGS)

test: env
	@$(pytest) $(or $(ARGS),-m 'not slow and not long')

quick: env
	@$(pytest) -m 'quick and not slow and not long' $(ARGS) $$(grep -rl --include='test_*.py' mark.quick tests)

bench: env
	@PYTHONPATH=tests $(bin)/python -m benchmarks.speed

fuzz: env
	@cd tests && $(abspath $(bin)/python) -m fuzz.fuzz $(ARGS)

sbc: env
	@$(bin)/python -m benchmarks.sbc $(ARGS)

hazard: env
	@$(bin)/python -m benchmarks.hazard $(ARGS)
	@$(bin)/python -m benchmarks.silence

region: env
	@rm -rf build/region
	@$(bin)/palca validate --part region --jobs 2 --out build/region
	@cp build/region/REGION.md build/region/region.png docs/
	@cp build/region/region.csv docs/numbers/region.csv
	@rm -rf build/region-calibration
	@$(bin)/palca calibrate --region --without BOL --jobs 2 --out build/region-calibration
	@cp build/region-calibration/REGION_PARAMETERS.md build/region-calibration/regularities.png docs/
	@cp build/region-calibration/priors.toml scenarios/priors/region.toml

mutants: env
	@$(bin)/python -m benchmarks.mutants $(ARGS)

posterior: env
	@rm -rf build/posterior
	@$(bin)/palca calibrate baseline --jobs 2 --out build/posterior
	@cp build/posterior/posterior.parquet scenarios/posteriors/record.parquet
	@cp build/posterior/manifest.json scenarios/posteriors/record.json
	@cp build/posterior/posterior.png build/posterior/ranks.png docs/
	@cp build/posterior/parameters.csv build/posterior/outcomes.csv docs/numbers/

reanalysis: env
	@rm -rf build/reanalysis experiments/infer/worlds
	@mkdir -p build/reanalysis-cache
	@PALCA_CACHE=build/reanalysis-cache $(bin)/palca reanalysis --jobs 2 --out build/reanalysis
	@mkdir -p experiments/infer/worlds
	@cp build/reanalysis/worlds.parquet experiments/infer/worlds/record.parquet
	@cp build/reanalysis/worlds.json experiments/infer/worlds/record.json
	@cp build/reanalysis/reanalysis.png docs/
	@$(bin)/python docs/claims_by_evidence.py

validation: env
	@rm -rf build/validation
	@$(bin)/palca validate baseline --jobs 2 --out build/validation
	@cp build/validation/VALIDATION.md build/validation/*.png docs/

gallery: env
	@rm -rf build/gallery
	@$(bin)/palca concepts --out build/gallery
	@cp build/gallery/CONCEPTS.md build/gallery/*.png docs/
	@$(bin)/python docs/more_worlds.py

cases: env
	@rm -rf build/cases
	@$(bin)/python docs/cases.py
	@$(bin)/palca cases --out build/cases
	@cp build/cases/CASES.md build/cases/cases.png docs/
	@cp build/cases/scores.csv docs/numbers/cases.csv
	@$(bin)/python docs/cases.py

notebooks: env
	@$(bin)/jupytext --quiet --to ipynb docs/notebooks/*.md
	@$(bin)/jupyter execute --inplace docs/notebooks/*.ipynb

pictures: env
	@rm -rf build/pictures
	@$(bin)/palca run baseline --out build/pictures/baseline
	@$(bin)/palca sensitivity baseline --jobs 2 --out build/pictures/sensitivity
	@$(bin)/palca discover longest_spell ">= 60" --vary policy.us=administrations,disengaged --jobs 2 --out build/pictures/discovery
	@$(bin)/palca claims --out build/pictures/claims
	@$(bin)/palca counterfactual soviet-break-1971 us-disengages-1971 no-boom-1973 fast-delivery-1971 --jobs 2 --out build/pictures/arms
	@cp build/pictures/baseline/history.png docs/baseline.png
	@cp build/pictures/*/sensitivity.png build/pictures/*/discovery.png build/pictures/*/claims.png docs/
	@cp build/pictures/claims/claims.csv build/pictures/claims/headline.csv build/pictures/arms/effects.csv build/pictures/arms/fifths.csv build/pictures/arms/fork.csv docs/numbers/
	@cp build/pictures/discovery/boxes.csv docs/numbers/
	@cp build/pictures/arms/parameters.csv docs/numbers/named_parameters.csv
	@$(bin)/python docs/findings.py
	@$(bin)/python docs/pairing.py
	@$(bin)/python docs/elsewhere.py
	@$(bin)/python docs/make_pictures.py

messages: env
	@$(bin)/python -m docs.messages

site: env
	@$(bin)/python -m docs.site

lint: ruff pyright

ruff: env
	@$(bin)/ruff check $(ARGS) .

# pyproject.toml names .venv, and what it names beats the command line: so say which one it is here.
pyright: env
	@printf '{"extends": "%s/pyproject.toml", "venvPath": "%s", "venv": "%s"}\n' \
	  '$(CURDIR)' '$(abspath $(VENV)/..)' '$(notdir $(abspath $(VENV)))' >$(VENV)/pyright.json
	@PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(bin)/pyright -p $(VENV)/pyright.json --pythonpath $(abspath $(bin)/python)

format: env
	@$(bin)/ruff format .
	@$(bin)/ruff check --fix $(ARGS) .

# The environment: the dependencies, by hash, then Palca itself as links to this folder. If uv is
# there (`make build/uv/bin/uv`), it installs in half the time that pip takes. Its cache keeps another
# copy of what it builds from source, 0.8 GB, at each install, hence the pruning.

deps: $(VENV)/.constraints
env: $(VENV)/.palca

$(VENV)/.constraints: constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; v > (3, 13) and print("Python %d.%d: newer than those that Palca is tested on, 3.11 to 3.13" % v); sys.exit(v < (3, 11))' || { \
	  echo "Palca needs Python 3.11 or newer, and '$(PYTHON)' is none, or doesn't run. Here are:" >&2; \
	  .ci/pythons | sed 's|^[^ ]* \(.*\)|  make $(or $(MAKECMDGOALS),run) PYTHON="\1"|' | grep . >&2 || echo "  none: install one" >&2; \
	  exit 1; }
	@echo "Making the environment $(VENV) (a minute or two, once)"
	@if test -e $(VENV)/pyvenv.cfg; then rm -rf $(VENV); fi
	@$(PYTHON) -m venv $(VENV)
	@if test -x $(uv); then $(uv) pip install --quiet --python $(bin)/python --require-hashes -r constraints.txt && \
	    $(uv) cache prune --quiet; \
	  else $(pip) install --require-hashes -r constraints.txt; fi
	@touch $@

$(uv):
	@$(PYTHON) -m venv build/uv
	@build/uv/bin/python -m pip --disable-pip-version-check -qq install uv

$(VENV)/.palca: $(VENV)/.constraints pyproject.toml
	@echo "Installing Palca in $(VENV)"
	@$(pip) install --no-deps --no-build-isolation --config-settings editable_mode=strict --editable .
	@$(bin)/python -m pip --disable-pip-version-check check >/dev/null || { \
	  $(bin)/python -m pip --disable-pip-version-check check; \
	  echo "constraints.txt lags behind pyproject.toml: make constraints" >&2; exit 1; }
	@echo '$(files)' >$@

# A strict editable install links each file: install again when a file was added or removed.
ifneq ($(strip $(files)),$(strip $(shell cat $(VENV)/.palca 2>/dev/null)))
$(VENV)/.palca: FORCE
else ifeq ($(wildcard build/__editable__.palca-*),)
$(VENV)/.palca: FORCE
endif

# If another Python is asked for than the environment has, make the environment again.
ifneq ($(filter command environment,$(firstword $(origin PYTHON))),)
ifneq ($(wildcard $(VENV)/pyvenv.cfg),)
ifneq ($(shell $(PYTHON) -c 'import platform; print(platform.python_version())' 2>/dev/null),$(shell sed -n 's/^version = //p' $(VENV)/pyvenv.cfg))
$(VENV)/.constraints: FORCE
endif
endif
endif

constraints: $(uv)
	@{ echo '# What Palca runs, is tested and is built with, pinned; `make constraints` remakes this file.'; \
	   printf 'pip\nsetuptools>=77\n' | $(uv) pip compile --quiet --universal --python-version 3.11 \
	     --all-extras --generate-hashes --no-header --no-annotate pyproject.toml -; } >build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@echo "constraints.txt: $$(grep -c == constraints.txt) versions pinned"
	@$(uv) pip compile --quiet --python-version 3.14 --only-binary :all: $(addprefix --no-binary ,$(built)) \
	  --constraint constraints.txt --all-extras --output-file build/newer.txt pyproject.toml
	@echo "They resolve on Python 3.14 too"

dist: env
	@rm -rf build/lib dist
	@$(bin)/python -m build --no-isolation --outdir dist . >build/dist.log 2>&1 || { cat build/dist.log >&2; exit 1; }
	@ls dist/*

release: dist $(uv)
	@.ci/try-release

# A package that can't be looked up counts as a failure: silence doesn't mean "no known vulnerability".
audit: env
	@$(bin)/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict --progress-spinner off

clean:
	@for d in $(VENV) .venv-3.*; do if test -e $$d/pyvenv.cfg; then rm -rf $$d; fi; done
	@rm -rf build dist palca.egg-info .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
