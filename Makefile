# The two commands: `make preview` and `make test`. Both set up what is missing and reuse what is there.
# Everything comes from package registries, pinned with hashes in requirements/.

PLATFORMS ?= aws entra gcp kubernetes
STACK ?= dev
ENGINE ?= auto
UV_VERSION := 0.13.9

VENV := .venv
PYTHON := $(VENV)/bin/python
NHI := $(VENV)/bin/nhi
UV := $(shell command -v uv 2>/dev/null || echo .nhi/uv/bin/uv)

RUN_LOCKS := requirements/base.txt requirements/policy.txt $(PLATFORMS:%=requirements/%.txt)
TEST_LOCKS := $(patsubst %,requirements/%.txt,base policy aws entra gcp kubernetes dev)
RUN_STAMP := $(VENV)/.installed-$(subst $(eval ) ,-,$(sort $(PLATFORMS)))
TEST_STAMP := $(VENV)/.installed-test

.PHONY: preview up destroy test check lint setup setup-test lock bench engine docs clean

preview: setup
	$(NHI) preview --stack $(STACK) --engine $(ENGINE)

up: setup
	$(NHI) up --stack $(STACK) --engine $(ENGINE)

destroy: setup
	$(NHI) destroy --stack $(STACK) --engine $(ENGINE)

check: setup
	$(NHI) check

test: setup-test
	$(PYTHON) -m pytest -n 2 tests

lint: setup-test
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/pyright

bench: setup-test
	$(PYTHON) -m bench

# The official installer of the Pulumi CLI, through Pulumi's own SDK; never run unasked.
engine: setup
	$(PYTHON) -c "from pulumi.automation import PulumiCommand; print(PulumiCommand.install(root='$(CURDIR)/.nhi/pulumi').command)"

docs: setup-test
	$(PYTHON) -m nhi.spec.schema --write
	$(PYTHON) -m nhi_policies.reference --write
	$(PYTHON) -m nhi_policies.parity.table --write

setup: $(RUN_STAMP)
setup-test: $(TEST_STAMP)

$(RUN_STAMP): $(RUN_LOCKS) pyproject.toml | $(PYTHON)
	@echo "Installing packages for: $(PLATFORMS) (half a minute the first time)"
	@$(UV) pip install --quiet --python $(PYTHON) --require-hashes $(RUN_LOCKS:%=-r %)
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_STAMP): $(TEST_LOCKS) pyproject.toml | $(PYTHON)
	@echo "Installing packages for the tests (half a minute the first time)"
	@$(UV) pip install --quiet --python $(PYTHON) --require-hashes $(TEST_LOCKS:%=-r %)
	@$(UV) pip install --quiet --python $(PYTHON) --no-deps --no-build-isolation --editable .
	@touch $@

$(PYTHON): | $(UV)
	@echo "Making a Python environment in $(VENV)"
	@$(UV) venv --quiet --allow-existing --python '>=3.11' $(VENV)

.nhi/uv/bin/uv:
	@echo "Fetching uv $(UV_VERSION) (a few seconds)"
	@python3 -m venv .nhi/uv
	@.nhi/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

# Pins every package with its hashes. The files name no host; all.txt resolves everything as one set, and each extra
# is then written out within it, so that any combination of them agrees.
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate
lock: | $(UV)
	@echo "Resolving all extras"
	@$(COMPILE) --upgrade --all-extras --output-file requirements/all.txt pyproject.toml requirements/build.in
	@for extra in base policy aws entra gcp kubernetes dev; do \
	  echo "Locking $$extra"; \
	  $(COMPILE) --generate-hashes --constraint requirements/all.txt $$( [ $$extra = base ] || echo "--extra $$extra" ) \
	    --output-file requirements/$$extra.txt pyproject.toml requirements/build.in; \
	done
	@echo "uv==$(UV_VERSION)" | $(COMPILE) --generate-hashes --output-file requirements/uv.txt -

clean:
	rm -rf $(VENV) .nhi
