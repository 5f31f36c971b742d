# `make` lists the targets. Every target installs what it needs, once.

PORT   = $(or $(LEADWAY_MOCK_PORT),4010)
HOST   = $(or $(LEADWAY_MOCK_HOST),127.0.0.1)
TARGET = mock
SUITE  = trixie
CONTROL = mock_server/leadway_mock/control_api/control.yaml

BIN := .venv/bin
INSTALL := PYTHON="$(PYTHON)" sh scripts/install.sh
NPX := sh scripts/npx.sh
QUIETLY := sh scripts/run_quietly.sh

# A variable on the command line that nothing reads is an error, not ignored.
VARIABLES = PORT HOST TARGET SUITE TESTS ONLY BASELINE QUICK PYTHON
UNKNOWN := $(filter-out $(VARIABLES) LEADWAY_% MAKE% -%,$(foreach each,$(.VARIABLES),$(if $(findstring command,$(origin $(each))),$(each))))
ifneq ($(UNKNOWN),)
$(error no target reads $(UNKNOWN); variables are $(VARIABLES) and the settings of the mock, such as LEADWAY_MOCK_$(firstword $(UNKNOWN))=...)
endif

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

## Use

mock: $(BIN)/leadway ## serve the mock  [PORT=4010] [HOST=127.0.0.1]
	@exec $(BIN)/leadway mock --port $(PORT) --host $(HOST)

prism: setup ## serve the contract with Prism: examples without state  [PORT=4010]
	@exec $(NPX) prism mock --host $(HOST) --port $(PORT) openapi/leadway.yaml

## Develop

setup: $(BIN)/leadway .venv/.dev .venv-generate/.ready node_modules/.ready .wheelhouse/.ready ## install everything for development

generate: .venv-generate/.ready ## generate the client in generated/ from the contract
	@.venv-generate/bin/python scripts/generate_client.py

docs: setup ## generate the pages in docs/ that come from code
	@$(BIN)/python scripts/write_docs.py

test: setup ## run all tests, or those of some folders  [TESTS=tests/mock]
	@$(BIN)/pytest -n auto --dist loadgroup $(or $(TESTS),--ignore=tests/browser)

test-browser: setup .venv/.browser ## test the console in Chromium, which root on Debian gets by apt
	@sh scripts/apt.sh chromium
	@$(BIN)/pytest -n 2 --dist loadgroup tests/browser

test-clients: setup .venv-clients/.ready tests/clients/node_modules/.ready ## test with programs of others: vitest, tsc, the official Node SDK, PHP, Locust, Django
	@sh scripts/apt.sh chromium php-cli php-guzzlehttp-guzzle
	@$(BIN)/pytest -n 2 --dist loadgroup -m clients tests/clients tests/docs tests/mock/dialogues

screenshots: setup .venv/.browser ## take the pictures of the console in docs/images
	@sh scripts/apt.sh chromium
	@$(BIN)/python scripts/screenshots.py

test-newer: setup ## run the fast tests on the newest Python of the machine
	@sh scripts/test_newer.sh

test-debian: ## run the tests on the Python of a Debian release, in a chroot, as root  [SUITE=trixie] [TESTS=tests/mock]
	@sh scripts/debian.sh run $(SUITE) make test TESTS="$(TESTS)"

test-image: setup ## build the image with buildah, on a Debian folder, and serve it, as root
	@LEADWAY_TEST_IMAGE=1 $(BIN)/pytest tests/repository/test_image.py

mutations: setup ## replay the mutations of tests/mutations.toml; each named test must fail
	@nice -n 19 $(BIN)/python scripts/mutations.py

mutants: setup ## change 100 expressions, one at a time, and see whether a test fails
	@nice -n 19 $(BIN)/python scripts/mutants.py

check: setup ## run all static checks, and show all failures
	@$(MAKE) --keep-going check-style check-types check-imports check-names check-contract check-generated check-docs check-containers check-workflows

check-style: setup
	@$(QUIETLY) "style (ruff check)" $(BIN)/ruff check .
	@$(QUIETLY) "formatting (ruff format)" $(BIN)/ruff format --check --diff .

check-types: setup
	@$(QUIETLY) "types (mypy --strict)" $(BIN)/mypy
	@$(QUIETLY) "types (pyright)" $(NPX) pyright --pythonpath $(BIN)/python
	@$(QUIETLY) "types of the public SDK (pyright)" env PYTHONPATH=sdk:generated $(NPX) pyright --pythonpath $(BIN)/python --verifytypes leadway --ignoreexternal

check-imports: setup
	@$(QUIETLY) "dependency rules (import-linter)" $(BIN)/lint-imports --no-logo

check-names: setup
	@$(QUIETLY) "names of classes and modules" $(BIN)/python scripts/check_names.py

check-contract: setup
	@$(QUIETLY) "contracts (openapi-spec-validator)" $(BIN)/openapi-spec-validator openapi/leadway.yaml $(CONTROL)
	@$(QUIETLY) "contract (redocly)" $(NPX) redocly lint --config openapi/redocly-platform.yaml openapi/leadway.yaml
	@$(QUIETLY) "control API (redocly)" $(NPX) redocly lint --config openapi/redocly.yaml $(CONTROL)
	@$(QUIETLY) "contract (examples, links, evidence)" $(BIN)/python scripts/check_contract.py
	@$(QUIETLY) "control API (examples, links)" $(BIN)/python scripts/check_contract.py --general $(CONTROL)

check-generated: setup
	@$(QUIETLY) "generated client" .venv-generate/bin/python scripts/generate_client.py --check

check-docs: setup
	@$(QUIETLY) "generated pages" $(BIN)/python scripts/write_docs.py --check

check-containers: setup
	@$(QUIETLY) "image (hadolint)" $(BIN)/hadolint Containerfile
	@$(QUIETLY) "compose file (dclint)" $(NPX) dclint --max-warnings 0 --config scripts/dclint.yaml compose.yaml

check-workflows: setup
	@$(QUIETLY) "workflows (schema)" $(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml docs/verify-weekly.yml
	@$(QUIETLY) "workflows (zizmor)" $(BIN)/zizmor --offline --no-progress --quiet --strict-collection .github docs/verify-weekly.yml

contract: setup ## run the contract suite against one target  [TARGET=mock|prism|live]
	@$(BIN)/pytest tests/contract -m clause --target $(TARGET)

referee: setup ## run the contract suite through Prism's validating proxy
	@$(BIN)/pytest tests/contract -m clause --target referee

bench: setup bench/peers/node_modules/.ready ## compare the mock with other mock servers, and write bench/last-run.md  [ONLY=prism] [BASELINE=../old] [QUICK=1]
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY)) $(if $(BASELINE),--baseline $(BASELINE)) $(if $(QUICK)$(ONLY)$(BASELINE),,--write)

bench-scale: setup ## measure the costs of a turn on each store, and write docs/scale.md
	@$(BIN)/python -m bench.scale --write

bench-sdk: setup ## compare the SDK with httpx, requests and the official SDK, and write docs/sdk-comparison.md
	@$(BIN)/python -m bench.sdk --write

bench-stress: setup ## measure a client beside badly behaved ones, and write docs/reliability.md
	@$(BIN)/python -m bench.stress --write

lock: .venv-lock/.ready .venv/.dev ## pin the newest compatible versions in requirements/*.txt and package-lock.json
	@sh scripts/lock.sh

clean: ## remove everything that make created
	@rm -rf .venv .venv-newer .venv-generate .venv-lock .venv-clients .wheelhouse node_modules bench/peers/node_modules tests/clients/node_modules .bench .mutants dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis

help:
	@awk -F ':.*## ' '/^## / { print (blank++ ? "\n" : "") substr($$0, 4) } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: mock prism setup generate docs test test-browser test-clients screenshots test-newer test-debian test-image mutations mutants check check-style check-types check-imports check-names check-contract \
	check-generated check-docs check-containers check-workflows contract referee bench bench-scale bench-sdk bench-stress lock clean help

# Environments: created once, and updated when their lock file changes.

.venv/.mock: requirements/mock.txt
	@echo "Setting up (once) …" >&2
	@$(INSTALL) .venv --require-hashes -r $<
	@touch $@

$(BIN)/leadway: pyproject.toml .venv/.mock
	@$(INSTALL) .venv --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt | $(BIN)/leadway
	@echo "Setting up the development tools (once) …" >&2
	@$(INSTALL) .venv --require-hashes -r $<
	@touch $@

.venv/.browser: requirements/browser.txt | .venv/.dev
	@$(INSTALL) .venv --require-hashes -r $<
	@touch $@

.venv-clients/.ready: requirements/clients.txt
	@$(INSTALL) .venv-clients --require-hashes -r $<
	@touch $@

.venv-generate/.ready: requirements/generate.txt
	@$(INSTALL) .venv-generate --require-hashes -r $<
	@touch $@

.venv-lock/.ready: requirements/lock.txt
	@$(INSTALL) .venv-lock --require-hashes -r $<
	@touch $@

node_modules/.ready: package.json package-lock.json | .venv/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --ignore-scripts --no-audit --no-fund >&2
	@touch $@

bench/peers/node_modules/.ready tests/clients/node_modules/.ready: %/node_modules/.ready: %/package.json %/package-lock.json | .venv/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix $* --silent --ignore-scripts --no-audit --no-fund >&2
	@touch $@

# Wheels of the product's dependencies, for the test that installs it without a network.
.wheelhouse/.ready: requirements/mock.txt | .venv/.dev
	@rm -rf .wheelhouse
	@$(BIN)/pip download -qq --no-input --disable-pip-version-check --only-binary :all: \
		--require-hashes -r $< --dest .wheelhouse >&2
	@touch $@
