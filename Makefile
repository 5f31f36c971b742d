# The front door. `make` alone lists what there is; every target sets up what it needs, once.

PORT   = $(or $(LEADWAY_MOCK_PORT),4010)
HOST   = $(or $(LEADWAY_MOCK_HOST),127.0.0.1)
TARGET = mock
SUITE  = trixie
CONTROL = mock_server/leadway_mock/control_api/control.yaml

BIN := .venv/bin
INSTALL := PYTHON="$(PYTHON)" sh scripts/install.sh
NPX := sh scripts/npx.sh
STEP := sh scripts/step.sh

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

## Use it

mock: $(BIN)/leadway ## serve the mock  [PORT=4010] [HOST=127.0.0.1]
	@exec $(BIN)/leadway mock --port $(PORT) --host $(HOST)

prism: setup ## serve the contract with Prism instead: stateless examples  [PORT=4010]
	@exec $(NPX) prism mock --host $(HOST) --port $(PORT) openapi/leadway.yaml

## Work on it

setup: $(BIN)/leadway .venv/.dev .venv-generate/.ready node_modules/.ready .wheelhouse/.ready ## install everything for development

generate: .venv-generate/.ready ## write the client in generated/ anew from the contract
	@.venv-generate/bin/python scripts/generate_client.py

docs: setup ## write the pages in docs/ that are made from the program
	@$(BIN)/python scripts/write_docs.py

test: setup ## run all tests, or those of some folders  [TESTS=tests/mock]
	@$(BIN)/pytest -n auto --dist loadgroup $(TESTS)

test-debian: ## run the tests on the Python of a Debian release, in a chroot, as root  [SUITE=trixie] [TESTS=tests/mock]
	@sh scripts/debian.sh run $(SUITE) make test TESTS="$(TESTS)"

test-image: setup ## build the image with buildah, on a Debian folder, and serve it, as root
	@LEADWAY_TEST_IMAGE=1 $(BIN)/pytest tests/repository/test_image.py

check: setup ## run all static checks, and show every one that fails
	@$(MAKE) --keep-going check-style check-types check-arrows check-contract check-generated check-docs check-containers

check-style: setup
	@$(STEP) "style (ruff check)" $(BIN)/ruff check .
	@$(STEP) "layout (ruff format)" $(BIN)/ruff format --check --diff .

check-types: setup
	@$(STEP) "types (mypy --strict)" $(BIN)/mypy
	@$(STEP) "types (pyright)" $(NPX) pyright --pythonpath $(BIN)/python
	@$(STEP) "types (all public ones known)" env PYTHONPATH=sdk:generated $(NPX) pyright --pythonpath $(BIN)/python --verifytypes leadway --ignoreexternal

check-arrows: setup
	@$(STEP) "arrows (import-linter)" $(BIN)/lint-imports --no-logo

check-contract: setup
	@$(STEP) "contracts (openapi-spec-validator)" $(BIN)/openapi-spec-validator openapi/leadway.yaml $(CONTROL)
	@$(STEP) "contracts (redocly)" $(NPX) redocly lint --config openapi/redocly.yaml openapi/leadway.yaml $(CONTROL)
	@$(STEP) "contract (examples, defaults, links)" $(BIN)/python scripts/check_contract.py
	@$(STEP) "control API (examples, defaults, links)" $(BIN)/python scripts/check_contract.py --general $(CONTROL)

check-generated: setup
	@$(STEP) "generated client" .venv-generate/bin/python scripts/check_generated.py

check-docs: setup
	@$(STEP) "generated pages" $(BIN)/python scripts/write_docs.py --check

check-containers: setup
	@$(STEP) "image (hadolint)" $(BIN)/hadolint Containerfile
	@$(STEP) "compose file (dclint)" $(NPX) dclint --max-warnings 0 compose.yaml

contract: setup ## run the contract suite against one target  [TARGET=mock|prism|live]
	@$(BIN)/pytest tests/contract -m clause --target $(TARGET)

referee: setup ## run the contract suite through Prism's validating proxy
	@$(BIN)/pytest tests/contract -m clause --target referee

bench: setup .venv-bench/.ready bench/peers/node_modules/.ready ## measure the mock beside its peers, and write the page  [ONLY=prism,leadway] [QUICK=1]
	@$(BIN)/python -m bench $(if $(QUICK),--quick,--write) $(if $(ONLY),--only $(ONLY))

bench-scale: setup ## measure what a turn costs on each store, and write what that comes to into docs/scale.md
	@$(BIN)/python -m bench.scale --write

bench-sdk: setup ## measure the SDK beside raw httpx, requests and the official SDK, and write the page
	@$(BIN)/python -m bench.sdk --write

bench-pressure: setup ## press the mock with those who behave badly, and write the page
	@$(BIN)/python -m bench.pressure --write

lock: .venv-lock/.ready .venv/.dev ## pin the newest versions that fit, in requirements/*.txt and package-lock.json
	@sh scripts/lock.sh

clean: ## remove everything that make made
	@rm -rf .venv .venv-bench .venv-generate .venv-lock .wheelhouse node_modules bench/peers/node_modules .bench dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis

help:
	@awk -F ':.*## ' '/^## / { print (blank++ ? "\n" : "") substr($$0, 4) } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: mock prism setup generate docs test test-debian test-image check check-style check-types check-arrows check-contract check-generated \
	check-docs check-containers contract referee bench bench-scale bench-sdk bench-pressure lock clean help

# What follows is made once, and again only when its lock file changes.

.venv/.mock: requirements/mock.txt
	@echo "Setting up (once) …" >&2
	@$(INSTALL) .venv --require-hashes -r $<
	@touch $@

$(BIN)/leadway: pyproject.toml .venv/.mock
	@$(INSTALL) .venv --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt | $(BIN)/leadway
	@echo "Setting up the tools for development (once) …" >&2
	@$(INSTALL) .venv --require-hashes -r $<
	@touch $@

.venv-generate/.ready: requirements/generate.txt
	@$(INSTALL) .venv-generate --require-hashes -r $<
	@touch $@

.venv-bench/.ready: requirements/bench.txt
	@$(INSTALL) .venv-bench --require-hashes -r $<
	@touch $@

.venv-lock/.ready: requirements/lock.txt
	@$(INSTALL) .venv-lock --require-hashes -r $<
	@touch $@

node_modules/.ready: package.json package-lock.json | .venv/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --ignore-scripts --no-audit --no-fund >&2
	@touch $@

bench/peers/node_modules/.ready: bench/peers/package.json bench/peers/package-lock.json | .venv/.dev
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --prefix bench/peers --silent --ignore-scripts --no-audit --no-fund >&2
	@touch $@

# The product's own dependencies as wheels, for the test that installs it without a network.
.wheelhouse/.ready: requirements/mock.txt | .venv/.dev
	@rm -rf .wheelhouse
	@$(BIN)/pip download -qq --no-input --disable-pip-version-check --only-binary :all: \
		--require-hashes -r $< --dest .wheelhouse >&2
	@touch $@
