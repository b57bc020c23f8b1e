"""The steps of a run: what is made, changed, replaced and deleted, in the order Pulumi's engine does it.

Owns the decision for every registered resource, its execution against a stand-in cloud, and the deletes at the end.
Does not own the wire (`monitor`), the state's form (`state`) or the clouds.

Order for a resource: Check, remediation, analysis, comparison with the old state, the step itself; see
https://www.pulumi.com/docs/iac/concepts/how-pulumi-works/ and `pkg/resource/deploy/step_generator.go`.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from nhi.contract import UNKNOWN, UNKNOWN_STRING
from nhi.sandbox.clouds.model import Cloud, CloudError, Difference
from nhi.sandbox.clouds.world import Thing, World
from nhi.sandbox.engine.events import Events, step
from nhi.sandbox.engine.packs import Pack, PackError, options_of, provider_of
from nhi.sandbox.engine.paths import ignore_changes, replaced_by
from nhi.sandbox.engine.project import Project
from nhi.sandbox.engine.state import Ledger, Operation, Pending, Resource, timestamp
from nhi.sandbox.values import (
    Secret,
    contains,
    hidden_paths,
    hide,
    is_hidden,
    is_unknown,
    plain,
    reveal,
)

STACK = "pulumi:pulumi:Stack"
PROVIDERS = "pulumi:providers:"


class StepError(Exception):
    """A step that cannot be done. The message has been reported; the program is told the same."""


class CanceledError(StepError):
    """A step that was not begun, because the run is being stopped."""


@dataclass(slots=True)
class Goal:
    """What the program wants a resource to be."""

    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    provider: str = ""
    protect: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    delete_before_replace: bool | None = None
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    aliases: Callable[[str], list[str]] = lambda _parent: []


def package_of(type_: str) -> str:
    """The provider package of a type token: `aws` for `aws:iam/role:Role` and for `pulumi:providers:aws`."""
    return type_.removeprefix(PROVIDERS) if type_.startswith(PROVIDERS) else type_.split(":", 1)[0]


def provider_urn(reference: str) -> str:
    """The URN in a provider reference (`<urn>::<id>`)."""
    return reference.rpartition("::")[0]


class Deployment:
    """One run over one stack."""

    def __init__(
        self,
        *,
        project: Project,
        stack: str,
        ledger: Ledger,
        events: Events,
        clouds: Mapping[str, Cloud],
        worlds: Mapping[str, World],
        dry_run: bool,
        clock: Callable[[], datetime],
        at: Callable[[str, str], None],
    ) -> None:
        self.project = project
        self.stack = stack
        self.stack_urn = f"urn:pulumi:{stack}::{project.name}::{STACK}::{project.name}-{stack}"
        self.ledger = ledger
        self.events = events
        self.clouds = clouds
        self.worlds = worlds
        self.dry_run = dry_run
        self.packs: Sequence[Pack] = ()
        self.packs_ready = threading.Event()
        self.changes: Counter[str] = Counter()
        self.failed = False
        self.violated = False
        self.stopping = threading.Event()
        self.outputs: dict[str, Any] = {}
        self._clock = clock
        self._at = at
        self._lock = ledger.lock
        self._cloud_locks = {package: threading.Lock() for package in clouds}
        self._default_locks: dict[str, threading.Lock] = {}
        self._seen: dict[str, Resource] = {}
        self._goals: dict[str, Goal] = {}
        self._aliased: dict[str, str] = {}
        self._component_providers: dict[str, Mapping[str, str]] = {}
        self._by_urn = {r.urn: r for r in ledger.resources() if not r.delete}
        self._recreating: set[str] = set()
        self._steps: dict[str, tuple[str, Resource | None]] = {}
        self._idle = threading.Condition()
        self._active = 0
        self._changed = False
        self._unfinished = {p.resource.urn: p for p in ledger.pending if p.operation == "creating"}
        self._redo = {p.resource.urn for p in ledger.pending if p.operation == "updating"}
        self._recover()

    # --- what an interrupted run left ---------------------------------------------------------------------------

    def _recover(self) -> None:
        """Compares unfinished operations of an interrupted run with what the clouds hold.

        A deletion that reached the cloud is taken over; one that did not is as if it had never begun. An update is
        done again. A creation is taken over by the resource it belongs to, or undone at the end.
        """
        for operation in self.ledger.pending:
            if operation.operation == "deleting":
                wanted = operation.resource
                for resource in self.ledger.resources():
                    if resource.urn == wanted.urn and resource.id == wanted.id and self._gone(resource):
                        self.ledger.drop_old(resource)
                        if self._by_urn.get(resource.urn) is resource:
                            del self._by_urn[resource.urn]
            elif operation.operation == "creating":
                known = self._by_urn.get(operation.resource.urn)
                thing = self._made(operation.resource)
                if known is not None and thing is not None and known.id == thing.id:
                    del self._unfinished[operation.resource.urn]
        self.ledger.pending = [p for p in self.ledger.pending if p.resource.urn in self._unfinished]

    def _gone(self, resource: Resource) -> bool:
        if not resource.custom or resource.type.startswith(PROVIDERS) or package_of(resource.type) not in self.clouds:
            return False
        world = self._world(resource.type)
        return world is not None and self._cloud(resource.type).read(resource.type, resource.id, world) is None

    def _made(self, resource: Resource) -> Thing | None:
        """The object that this URN made in its cloud and that no state knows."""
        world = self.worlds.get(package_of(resource.type))
        if world is None:
            return None
        known = {r.id for r in self.ledger.resources() if r.type == resource.type}
        for thing in world.things().values():
            if thing.urn == resource.urn and thing.type == resource.type and thing.id not in known:
                return thing
        return None

    # --- clouds -------------------------------------------------------------------------------------------------

    def _cloud(self, type_: str) -> Cloud:
        package = package_of(type_)
        if package not in self.clouds:
            present = ", ".join(sorted(self.clouds)) or "none"
            raise StepError(f"the sandbox has no cloud for package {package!r} ({type_}); it has: {present}")
        return self.clouds[package]

    def _world(self, type_: str) -> World | None:
        return self.worlds.get(package_of(type_))

    @contextmanager
    def _call(self, type_: str):
        with self._cloud_locks[package_of(type_)]:
            yield self._cloud(type_), None if self.dry_run else self._world(type_)

    # --- one operation at a time --------------------------------------------------------------------------------

    @contextmanager
    def working(self, urn: str = ""):
        """Surrounds every request of the program. Turns each kind of failure into a reported StepError."""
        with self._idle:
            if self.stopping.is_set() or (self.failed and not self.dry_run):
                raise CanceledError("stopped, because an earlier step failed or the run was interrupted")
            self._active += 1
        try:
            yield
        except CanceledError:
            raise
        except StepError as error:
            self.fail(str(error), urn)
            raise
        except CloudError as error:
            self.fail(str(error), urn)
            raise StepError(str(error)) from error
        except PackError as error:
            self.fail(str(error), urn)
            raise StepError(str(error)) from error
        except Exception as error:
            # A fault of the engine or of a cloud must not look like a success, and must not leak a value.
            message = f"internal error of the local engine: {type(error).__name__} at {_place(error)}"
            self.fail(message, urn)
            raise StepError(message) from error
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()

    def fail(self, message: str, urn: str = "") -> None:
        """Reports an error. The run will end as failed."""
        self.failed = True
        self.events.diagnostic("error", message, urn)

    @property
    def registered(self) -> Mapping[str, Resource]:
        """Everything this run has taken to its state so far, by URN."""
        return self._seen

    @property
    def idle(self) -> bool:
        """Whether no step is under way."""
        return self._active == 0

    def wait_idle(self) -> None:
        """Returns when no step is under way any more."""
        with self._idle:
            self._idle.wait_for(lambda: self._active == 0)

    # --- URNs ---------------------------------------------------------------------------------------------------

    def urn(self, parent: str, type_: str, name: str) -> str:
        """The URN of a resource: types of its parents joined by `$`, the stack left out."""
        qualified = type_
        if parent:
            above = parent.split("::", 3)[2]
            if above != STACK:
                qualified = f"{above}${type_}"
        return f"urn:pulumi:{self.stack}::{self.project.name}::{qualified}::{name}"

    def _aliases(self, goal: Goal) -> list[str]:
        found = list(goal.aliases(goal.parent))
        parent_alias = self._aliased.get(goal.parent)
        if parent_alias is not None:
            name = goal.name
            parent_name, old_parent_name = goal.parent.split("::", 3)[3], parent_alias.split("::", 3)[3]
            if name.startswith(parent_name):
                name = old_parent_name + name.removeprefix(parent_name)
            found.append(self.urn(parent_alias, goal.type, name))
            found += goal.aliases(parent_alias)
        return list(dict.fromkeys(found))

    # --- registering --------------------------------------------------------------------------------------------

    def default_provider(self, package: str, version: str) -> str:
        """The reference of a package's default provider, which is registered when it is first asked for."""
        if package not in self.project.packages:
            self._cloud(f"{package}:")
        name = "default" + (f"_{version.replace('.', '_').replace('+', '_').replace('-', '_')}" if version else "")
        urn = self.urn("", PROVIDERS + package, name)
        with self._lock:
            lock = self._default_locks.setdefault(urn, threading.Lock())
        with lock:
            if urn not in self._seen:
                prefix = f"{package}:"
                inputs: dict[str, Any] = {
                    key.removeprefix(prefix): Secret(value) if key in self.project.secret_keys else value
                    for key, value in self.project.config.items()
                    if key.startswith(prefix)
                }
                if version:
                    inputs["version"] = version
                expected = self.clouds[package].version if package in self.clouds else version
                if version and version != expected:
                    self.events.diagnostic(
                        "warning",
                        f"the program asks for {package} {version}; the sandbox checks against {expected}",
                    )
                self.register(Goal(PROVIDERS + package, name, custom=True, inputs=inputs))
        return f"{urn}::{self._seen[urn].id}"

    def provider_for(self, type_: str, given: str, parent: str, version: str) -> str:
        """The provider of a custom resource: the one given, its parent's for the package, or the default one."""
        if given:
            if provider_urn(given) not in self._seen:
                raise StepError(f"the provider {given} of a {type_} was never registered")
            return given
        inherited = self._component_providers.get(parent, {}).get(package_of(type_))
        return inherited or self.default_provider(package_of(type_), version)

    def remember_providers(self, urn: str, providers: Mapping[str, str]) -> None:
        """Keeps the providers that a component hands to its children."""
        if providers:
            self._component_providers[urn] = dict(providers)

    def register(self, goal: Goal) -> Resource:
        """Takes a resource from goal to state. Answers its record; in a preview its outputs may hold UNKNOWN."""
        with self._lock:
            if goal.parent and goal.parent not in self._seen:
                raise StepError(f"could not find parent resource {goal.parent}")
            urn = self.urn(goal.parent, goal.type, goal.name)
            if urn in self._goals:
                raise StepError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
            self._goals[urn] = goal
            old = self._by_urn.get(urn)
            alias = ""
            if old is None:
                for candidate in self._aliases(goal):
                    if candidate in self._by_urn and candidate not in self._goals:
                        old, alias = self._by_urn[candidate], candidate
                        self._aliased[urn] = candidate
                        break
            if old is None:
                old = self._adopted(urn, goal)
        new = Resource(
            urn=urn,
            type=goal.type,
            custom=goal.custom,
            inputs=dict(goal.inputs),
            parent=goal.parent,
            provider=goal.provider,
            dependencies=list(goal.dependencies),
            property_dependencies=dict(goal.property_dependencies),
            protect=goal.protect,
            retain_on_delete=goal.retain_on_delete,
            deleted_with=goal.deleted_with,
            additional_secret_outputs=list(goal.additional_secret_outputs),
            aliases=[alias] if alias else [],
            custom_timeouts=goal.custom_timeouts,
            ignore_changes=list(goal.ignore_changes),
            replace_on_changes=list(goal.replace_on_changes),
        )
        self._check(goal, new, old)
        self._judge(goal, new)
        if self.stopping.is_set() or (self.failed and not self.dry_run):
            raise CanceledError("stopped before the step began")
        self._decide(goal, new, old)
        return new

    def _adopted(self, urn: str, goal: Goal) -> Resource | None:
        """An object of an interrupted run whose inputs are no longer wanted: it is taken as the old state."""
        unfinished = self._unfinished.get(urn)
        if unfinished is None or not goal.custom or goal.type.startswith(PROVIDERS):
            return None
        thing = self._made(unfinished.resource)
        wanted = plain(self._cloud(goal.type).check(goal.type, goal.name, plain(goal.inputs)).inputs)
        if thing is None or wanted == plain(thing.inputs):
            return None
        return self._from_thing(unfinished, thing)

    def _from_thing(self, unfinished: Pending, thing: Thing) -> Resource:
        """The record of an object that an interrupted run made, with the secrets of that run hidden again."""
        paths = list(hidden_paths(unfinished.resource.inputs))
        old = replace(unfinished.resource, id=thing.id, text=None)
        old.inputs, old.outputs = hide(thing.inputs, paths), hide(thing.outputs, paths)
        for key in old.additional_secret_outputs:
            if key in old.outputs:
                old.outputs = hide(old.outputs, [(key,)])
        with self._lock:
            self.ledger.olds[id(old)] = old
            self.ledger.pending.remove(unfinished)
            del self._unfinished[unfinished.resource.urn]
        self._changed = True
        return old

    # --- check and analysis -------------------------------------------------------------------------------------

    def _check(self, goal: Goal, new: Resource, old: Resource | None) -> None:
        if not self.dry_run and contains(new.inputs, is_unknown):
            raise StepError(f"{new.urn}: an input is not known although everything it depends on was made")
        if old is not None and goal.ignore_changes:
            new.inputs = ignore_changes(new.inputs, old.inputs, goal.ignore_changes)
        if goal.type.startswith(PROVIDERS):
            if package_of(goal.type) not in self.project.packages:
                self._cloud(goal.type)
            if "version" in new.inputs:
                new.inputs = {"__internal": {}, **new.inputs}
            return
        if not goal.custom:
            return
        paths = list(hidden_paths(new.inputs))
        given = self._open(new.inputs, old) if old is not None and goal.ignore_changes else new.inputs
        with self._call(goal.type) as (cloud, _):
            checked = cloud.check(goal.type, goal.name, plain(given))
        for failure in checked.failures:
            where = f": property {failure.property}" if failure.property else ""
            self.events.diagnostic(
                "error", f"{goal.type} resource '{goal.name}'{where} has a problem: {failure.reason}", new.urn
            )
        if checked.failures:
            raise StepError(f"resource {new.urn} is invalid")
        new.inputs = hide(checked.inputs, paths)

    def _open(self, inputs: Mapping[str, Any], old: Resource) -> Any:
        """Inputs with secrets taken over from the old state (by ignoreChanges) read back from the cloud."""
        world = self._world(old.type)
        things = world.things() if world is not None else {}
        thing = things.get((old.type, old.id))
        return reveal(inputs, [thing.inputs] if thing is not None else [], self.ledger.seal)

    def _judge(self, goal: Goal, new: Resource) -> None:
        """Remediation by each pack in turn, then analysis by each. In `up` a mandatory finding ends the step."""
        self.packs_ready.wait()
        if self.stopping.is_set():
            raise CanceledError("stopped before the resource was judged")
        if not self.packs:
            return
        options = options_of(new, goal.delete_before_replace)
        provider = provider_of(self._seen.get(provider_urn(new.provider)) if new.provider else None)
        for pack in self.packs:
            remediations, answer = pack.remediate(new, new.inputs, options, provider)
            for remediation in remediations:
                if remediation.diagnostic:
                    self.events.diagnostic("warning", f"{remediation.policy}: {remediation.diagnostic}", new.urn)
                else:
                    self.events.remediation(pack, remediation.policy, new.urn, new.inputs, remediation.properties)
                    new.inputs = remediation.properties
            self.events.policies_ran("policyRemediateSummaryEvent", pack, answer, new.urn)
        mandatory = False
        for pack in self.packs:
            answer = pack.analyze(new, new.inputs, options, provider)
            for violation in answer.violations:
                mandatory = mandatory or violation.level == "mandatory"
                self.events.violation(pack, violation.urn or new.urn, violation)
            self.events.policies_ran("policyAnalyzeSummaryEvent", pack, answer, new.urn)
        if mandatory:
            self.violated = True
            if not self.dry_run:
                raise StepError(f"resource {new.urn} is invalid: it violates a mandatory policy")

    def analyze_stack(self) -> None:
        """Lets every pack judge all resources on their outputs."""
        if not self.packs:
            return
        resources = []
        for resource in list(self._seen.values()):
            goal = self._goals.get(resource.urn)
            provider = self._seen.get(provider_urn(resource.provider)) if resource.provider else None
            options = options_of(resource, goal.delete_before_replace if goal else None)
            resources.append((resource, options, provider_of(provider)))
        for pack in self.packs:
            answer = pack.analyze_stack(resources)
            for violation in answer.violations:
                self.violated = self.violated or violation.level == "mandatory"
                self.events.violation(pack, violation.urn or self.stack_urn, violation)
            self.events.policies_ran("policyAnalyzeStackSummaryEvent", pack, answer)

    # --- the decision -------------------------------------------------------------------------------------------

    def _decide(self, goal: Goal, new: Resource, old: Resource | None) -> None:
        if old is None or old.external:
            self._create(new, old)
        elif new.urn in self._recreating:
            self._recreating.discard(new.urn)
            self._replaced(new, old, (), ())
            self._create(new, old, op="create-replacement")
        else:
            difference = self._diff(goal, new, old)
            if difference.replaces or old.pending_replacement:
                self._replace(goal, new, old, difference)
            elif difference.changes:
                self._update(new, old, difference.changes)
            else:
                self._same(new, old)

    def _diff(self, goal: Goal, new: Resource, old: Resource) -> Difference:
        if old.type != new.type and (old.custom or new.custom) and package_of(old.type) != package_of(new.type):
            return Difference(("type",), ("type",))
        before = plain(reveal(old.inputs, [new.inputs], self.ledger.seal))
        after = plain(new.inputs)
        if not new.custom or new.type.startswith(PROVIDERS):
            keys = sorted(before.keys() | after.keys())
            return Difference(tuple(key for key in keys if before.get(key) != after.get(key)))
        if self._moved(old.provider, new.provider):
            return Difference(("provider",), ("provider",))
        with self._call(new.type) as (cloud, _):
            difference = cloud.diff(new.type, before, after)
        if old.urn in self._redo and not difference.changes:
            # An update was interrupted: what the cloud has is neither certainly the old nor certainly the new.
            difference = replace(difference, changes=tuple(sorted(after)) or ("id",))
        more = replaced_by(goal.replace_on_changes, before, after, difference.changes)
        return replace(difference, replaces=tuple(dict.fromkeys((*difference.replaces, *more))))

    @staticmethod
    def _moved(old: str, new: str) -> bool:
        """Whether a resource went to another provider. Default providers of a package stand for each other."""
        if old == new or not old:
            return False
        before, after = provider_urn(old), provider_urn(new)
        if "::default" in before and "::default" in after:
            return package_of(before.split("::", 3)[2]) != package_of(after.split("::", 3)[2])
        return before != after or (old.rpartition("::")[2] != new.rpartition("::")[2] and UNKNOWN_STRING not in new)

    # --- steps --------------------------------------------------------------------------------------------------

    def _before(self, op: str, old: Resource | None, new: Resource | None, **about: Any) -> dict[str, Any]:
        payload: dict[str, Any] = {"metadata": step(op, old, new, **about)}
        if self.dry_run:
            payload["planning"] = True
        if not self._internal(new or old):
            self.events.emit("resourcePreEvent", payload)
        return about

    def _after(self, op: str, old: Resource | None, new: Resource | None, **about: Any) -> None:
        subject = new or old
        if subject is None or self._internal(subject):
            return
        payload: dict[str, Any] = {"metadata": step(op, old, new, **about)}
        if self.dry_run:
            payload["planning"] = True
        if about.get("logical", True):
            self.changes[op] += 1
        if new is not None:
            self._steps[new.urn] = (op, old)
            if not new.custom and not self.dry_run:
                return  # the outputs of a component are an event when it registers them
        self.events.emit("resOutputsEvent", payload)

    @staticmethod
    def _internal(resource: Resource | None) -> bool:
        """Default providers are the engine's own business: they are kept and analysed, not reported."""
        return resource is not None and resource.type.startswith(PROVIDERS) and resource.name.startswith("default")

    @contextmanager
    def _operation(self, resource: Resource, operation: Operation):
        """Writes that an operation begins before the cloud is asked, and that it ended afterwards.

        An operation that the cloud refused is over too, unless it left something half made behind.
        """
        if self.dry_run:
            yield
            return
        pending = Pending(replace(resource, text=None), operation)
        with self._lock:
            self.ledger.pending.append(pending)
        self._at(f"{operation}:before-write", resource.urn)
        self.ledger.save()
        self._at(f"{operation}:before-cloud", resource.urn)
        try:
            yield
        except CloudError as error:
            with self._lock:
                if operation != "creating" or self._made(resource) is None:
                    self.ledger.pending.remove(pending)
            self.ledger.save()
            self._failed_step(operation, resource, error)
            raise
        except BaseException:
            # Not an answer of the cloud: nobody knows what it did, so the record stays for the next run.
            raise
        else:
            with self._lock:
                self.ledger.pending.remove(pending)

    def _failed_step(self, operation: Operation, resource: Resource, error: CloudError) -> None:
        op = {"creating": "create", "updating": "update", "deleting": "delete", "reading": "read"}[operation]
        self.events.emit("resOpFailedEvent", {"metadata": step(op, None, resource), "status": 2, "steps": 0})
        self.events.diagnostic("debug", f"{op} of {resource.urn} failed: {error.code}", resource.urn)

    def _record(self, new: Resource, old: Resource | None, *, created: bool, keep_old: bool = False) -> None:
        """Puts a finished step into the ledger."""
        now = timestamp(self._clock())
        new.created = now if created or old is None else old.created
        new.modified = now
        new.changed()
        with self._lock:
            self.ledger.news.append(new)
            self._seen[new.urn] = new
            if old is not None and not keep_old:
                self.ledger.drop_old(old)

    def _create(
        self,
        new: Resource,
        old: Resource | None = None,
        *,
        op: str = "create",
        condemned: Resource | None = None,
        difference: Difference | None = None,
    ) -> None:
        """Makes a resource. `old` is superseded by it; `condemned` stays, marked for deletion at the end."""
        about: dict[str, Any] = {"logical": op == "create"}
        if difference is not None:
            about |= {"keys": difference.replaces, "diffs": difference.changes}
        shown = old or condemned
        self._before(op, shown if op != "create" else None, new, **about)
        if new.type.startswith(PROVIDERS):
            new.id = UNKNOWN_STRING if self.dry_run else str(uuid.uuid4())
            new.outputs = {key: value for key, value in new.inputs.items() if key != "__internal"}
        elif new.custom:
            unfinished = self._unfinished.get(new.urn)
            adopt = (
                unfinished is not None
                and unfinished.resource.type == new.type
                and self._equal(unfinished.resource.inputs, new.inputs)
            )
            if unfinished is not None:
                with self._lock:
                    del self._unfinished[new.urn]
                    self.ledger.pending.remove(unfinished)
            with self._operation(new, "creating"):
                with self._call(new.type) as (cloud, world):
                    created = cloud.create(new.type, new.urn, plain(new.inputs), world, adopt=adopt)
                self._at("creating:after-cloud", new.urn)
                new.id = created.id or ""
                new.outputs = self._outputs(new, created.outputs, created.secret_outputs)
                self._finish_create(new, old, condemned)
            self.ledger.save()
            self._at("creating:after-write", new.urn)
            self._after(op, shown if op != "create" else None, new, **about)
            return
        self._finish_create(new, old, condemned)
        if not self._internal(new) or not self.dry_run:
            self.ledger.save()
        self._after(op, shown if op != "create" else None, new, **about)

    def _finish_create(self, new: Resource, old: Resource | None, condemned: Resource | None) -> None:
        self._record(new, old, created=True)
        if condemned is not None:
            with self._lock:
                condemned.delete = True
                condemned.changed()

    def _equal(self, kept: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
        return plain(reveal(kept, [wanted], self.ledger.seal)) == plain(wanted)

    def _outputs(self, new: Resource, outputs: Mapping[str, Any], secret: Iterable[str]) -> dict[str, Any]:
        """Outputs of the cloud with what is secret hidden: by the cloud, by the program, or because its input is."""
        if not self.dry_run and contains(outputs, is_unknown):
            raise StepError(f"{new.urn}: the cloud left an output open although the resource exists")
        paths = list(hidden_paths(new.inputs))
        paths += [(key,) for key in (*secret, *new.additional_secret_outputs) if key in outputs]
        return hide(outputs, paths)

    def _same(self, new: Resource, old: Resource) -> None:
        self._before("same", old, new)
        new.id = old.id
        new.outputs = self._restored(new, old)
        with self._lock:
            new.created, new.modified = old.created, old.modified
            self.ledger.news.append(new)
            self._seen[new.urn] = new
            self.ledger.drop_old(old)
            if new.render(self.ledger.seal) != old.render(self.ledger.seal):
                self._changed = True
        self._after("same", old, new)

    def _restored(self, new: Resource, old: Resource) -> dict[str, Any]:
        """The outputs of an unchanged resource; secrets of which state has only the digest come from the cloud."""
        outputs = reveal(old.outputs, [new.inputs], self.ledger.seal)
        if not new.custom or new.type.startswith(PROVIDERS) or not contains(outputs, _is_sealed):
            return outputs
        world = self._world(new.type)
        held = self._cloud(new.type).read(new.type, new.id, world) if world is not None else None
        outputs = reveal(outputs, [held or {}], self.ledger.seal)
        if contains(outputs, _is_sealed):
            if not self.dry_run:
                raise StepError(
                    f"{new.urn}: state holds only the digest of a secret output and the sandbox cloud has another "
                    "value or none; replace the resource"
                )
            outputs = _unseal(outputs)
        return outputs

    def _update(self, new: Resource, old: Resource, changes: Sequence[str]) -> None:
        about = self._before("update", old, new, diffs=changes)
        new.id = old.id
        if new.type.startswith(PROVIDERS):
            new.outputs = {key: value for key, value in new.inputs.items() if key != "__internal"}
            self._record(new, old, created=False)
        elif not new.custom:
            new.outputs = self._restored(new, old)  # until the component registers its own
            self._record(new, old, created=False)
        else:
            before = plain(reveal(old.inputs, [new.inputs], self.ledger.seal))
            secret = [key for key, value in old.outputs.items() if is_hidden(value) and key not in old.inputs]
            with self._operation(new, "updating"):
                with self._call(new.type) as (cloud, world):
                    outputs = cloud.update(new.type, new.id, new.urn, before, plain(new.inputs), world)
                self._at("updating:after-cloud", new.urn)
                new.outputs = self._outputs(new, outputs, secret)
                self._record(new, old, created=False)
        self.ledger.save()
        self._at("updating:after-write", new.urn)
        self._after("update", old, new, **about)

    def _replaced(self, new: Resource, old: Resource, keys: Sequence[str], diffs: Sequence[str]) -> None:
        about = self._before("replace", old, new, keys=keys, diffs=diffs)
        self._after("replace", old, new, **about)

    def _replace(self, goal: Goal, new: Resource, old: Resource, difference: Difference) -> None:
        if old.protect and new.protect:
            message = (
                f"unable to replace resource {new.urn!r}\nas it is currently marked for protection. To unprotect the "
                "resource, remove the `protect` flag from the resource in your Pulumi program and run `up`"
            )
            if not self.dry_run:
                raise StepError(message)
            self.fail(message, new.urn)
        first = difference.delete_before_replace
        if goal.delete_before_replace is not None:
            first = goal.delete_before_replace
        if not first and not old.pending_replacement:
            self._create(new, op="create-replacement", condemned=old, difference=difference)
            self._replaced(new, old, difference.replaces, difference.changes)
            return
        for dependent in reversed(self._replaced_too(old)):
            if dependent.protect:
                raise StepError(
                    f"unable to replace resource {dependent.urn!r} as part of replacing {new.urn!r}: it is protected"
                )
            self._delete_for_replacement(dependent)
            self._recreating.add(dependent.urn)
        if not old.pending_replacement:
            self._delete_for_replacement(old)
        self._replaced(new, old, difference.replaces, difference.changes)
        self._create(new, old, op="create-replacement", difference=difference)

    def _delete_for_replacement(self, old: Resource) -> None:
        if old.pending_replacement:
            return
        self._before("delete-replaced", old, None, logical=False)
        with self._operation(old, "deleting"):
            self._delete_in_cloud(old, set())
            self._at("deleting:after-cloud", old.urn)
            with self._lock:
                old.pending_replacement = True
                old.changed()
        self.ledger.save()
        self._after("delete-replaced", old, None, logical=False)

    def _replaced_too(self, root: Resource) -> list[Resource]:
        """What must be deleted before `root` is, because losing it would replace them: in dependency order."""
        condemned = {root.urn}
        found: list[Resource] = []
        for resource in list(self.ledger.olds.values()):
            if resource is root or resource.delete or not resource.custom or resource.external:
                continue
            depends = {
                key
                for key, urns in resource.property_dependencies.items()
                if key in resource.inputs and condemned & set(urns)
            }
            by_provider = bool(resource.provider) and provider_urn(resource.provider) in condemned
            if not depends and not by_provider and resource.deleted_with not in condemned:
                continue
            if depends and not by_provider and resource.deleted_with not in condemned:
                before = plain(resource.inputs)
                after = {key: UNKNOWN if key in depends else value for key, value in before.items()}
                if resource.type.startswith(PROVIDERS):
                    continue
                with self._call(resource.type) as (cloud, _):
                    difference = cloud.diff(resource.type, before, after)
                forced = replaced_by(resource.replace_on_changes, before, after, difference.changes)
                if not difference.replaces and not forced:
                    continue
            condemned.add(resource.urn)
            found.append(resource)
        return found

    # --- outputs of components ----------------------------------------------------------------------------------

    def register_outputs(self, urn: str, outputs: dict[str, Any]) -> None:
        """Takes the outputs that a component, or the stack, registers for itself."""
        with self._lock:
            resource = self._seen.get(urn)
            if resource is None:
                raise StepError(f"cannot complete a resource {urn!r} whose registration isn't known")
            kept = resource.render(self.ledger.seal)
            resource.outputs = outputs
            resource.changed()
            if resource.render(self.ledger.seal) != kept:
                self._changed = True
        if resource.type == STACK:
            self.outputs = outputs
        op, old = self._steps.get(urn, ("same", None))
        payload: dict[str, Any] = {"metadata": step(op, old, resource)}
        if self.dry_run:
            payload["planning"] = True
        self.events.emit("resOutputsEvent", payload)

    # --- reading and invoking -----------------------------------------------------------------------------------

    def read(self, goal: Goal, identifier: str) -> Resource:
        """Looks up an object that the program does not manage (`.get()`). It is kept as external."""
        with self._lock:
            urn = self.urn(goal.parent, goal.type, goal.name)
            if urn in self._goals:
                raise StepError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
            self._goals[urn] = goal
            old = self._by_urn.get(urn)
        new = Resource(
            urn=urn,
            type=goal.type,
            custom=True,
            id=identifier,
            parent=goal.parent,
            provider=goal.provider,
            dependencies=goal.dependencies,
            external=True,
            additional_secret_outputs=goal.additional_secret_outputs,
        )
        if old is not None and not old.external:
            raise StepError(f"{urn}: the local engine does not support turning a managed resource into a read one")
        if identifier == UNKNOWN_STRING:
            raise StepError(f"{urn}: the local engine does not support reading a resource whose id is not known yet")
        world = self._world(goal.type)
        if world is None:
            raise StepError(f"{urn}: the sandbox keeps no world for {package_of(goal.type)!r}, so nothing can be read")
        self._before("read", old, new)
        with self._call(goal.type) as (cloud, _):
            outputs = cloud.read(goal.type, identifier, world)
        if outputs is None:
            raise StepError(f"resource '{identifier}' does not exist ({urn})")
        new.outputs = hide(outputs, [(key,) for key in goal.additional_secret_outputs if key in outputs])
        self._record(new, old, created=old is None)
        self._changed = True
        self._after("read", old, new)
        return new

    def invoke(self, token: str, arguments: Mapping[str, Any]) -> Any:
        """Asks a cloud's function. What comes from a secret argument is secret as a whole."""
        with self._call(token) as (cloud, _):
            answer = cloud.invoke(token, plain(arguments))
        secret = any(True for _ in hidden_paths(arguments))
        return {key: Secret(value) for key, value in answer.items()} if secret else answer

    # --- the end ------------------------------------------------------------------------------------------------

    def finish(self, *, everything: bool = False) -> None:
        """Deletes what is no longer wanted: replaced objects, and what the program did not register.

        Dependents go first, children before their parents. The first failure ends it: what has not been deleted
        stays in the state.
        """
        for unfinished in list(self._unfinished.values()):
            thing = self._made(unfinished.resource)
            if thing is None:
                with self._lock:
                    self.ledger.pending.remove(unfinished)
                    del self._unfinished[unfinished.resource.urn]
                self._changed = True
            else:
                self._from_thing(unfinished, thing)
        with self._lock:
            doomed = list(self.ledger.olds.values())
        protected = [resource for resource in doomed if resource.protect and not resource.delete]
        for resource in protected:
            self.fail(
                f"resource {resource.urn!r} cannot be deleted\nbecause it is protected. To unprotect the resource, "
                "remove the `protect` flag from the resource in your Pulumi program and run `up`",
                resource.urn,
            )
        if protected and not self.dry_run:
            return
        urns = {resource.urn for resource in doomed if not resource.delete}
        for resource in _dependents_first(doomed):
            if self.stopping.is_set():
                return
            if resource.protect and not resource.delete:
                continue
            replaced = resource.delete or resource.pending_replacement
            op = "delete-replaced" if replaced else "delete"
            if resource.external:
                op = "discard"
            if resource.pending_replacement:
                # It is gone from its cloud already and nothing takes its place.
                with self._lock:
                    self.ledger.drop_old(resource)
                self.ledger.save()
                continue
            self._before(op, resource, None, logical=not resource.delete)
            with self._operation(resource, "deleting"):
                self._delete_in_cloud(resource, urns)
                self._at("deleting:after-cloud", resource.urn)
                with self._lock:
                    self.ledger.drop_old(resource)
            self.ledger.save()
            self._at("deleting:after-write", resource.urn)
            self._after(op, resource, None, logical=not resource.delete)
        if everything or self._changed:
            self.ledger.save()

    def _delete_in_cloud(self, resource: Resource, also: set[str]) -> None:
        keeps = resource.retain_on_delete or resource.external or resource.deleted_with in also
        if self.dry_run or not resource.custom or resource.type.startswith(PROVIDERS) or keeps:
            return
        with self._call(resource.type) as (cloud, world):
            if world is None:
                raise StepError(f"{resource.urn}: the sandbox keeps no world for {package_of(resource.type)!r}")
            cloud.delete(resource.type, resource.id, world)


def _dependents_first(resources: list[Resource]) -> list[Resource]:
    """An order in which everything stands before what it needs: dependencies, parent, provider."""
    by_urn: dict[str, list[Resource]] = {}
    for resource in resources:
        by_urn.setdefault(resource.urn, []).append(resource)
    ordered: list[Resource] = []
    done: set[int] = set()
    stack: list[tuple[Resource, bool]] = [(resource, False) for resource in reversed(resources)]
    while stack:
        resource, ready = stack.pop()
        if ready:
            ordered.append(resource)
            continue
        if id(resource) in done:
            continue
        done.add(id(resource))
        stack.append((resource, True))
        needs = [*resource.dependencies, resource.parent, provider_urn(resource.provider), resource.deleted_with]
        needs += [urn for urns in resource.property_dependencies.values() for urn in urns]
        for urn in needs:
            stack.extend((needed, False) for needed in by_urn.get(urn, ()) if id(needed) not in done)
    return ordered[::-1]


def _is_sealed(value: Any) -> bool:
    return is_hidden(value) and not isinstance(value, Secret)


def _unseal(value: Any) -> Any:
    """Sealed values as secret unknowns: a preview may go on without them."""
    if _is_sealed(value):
        return Secret(UNKNOWN)
    if isinstance(value, Mapping):
        return {key: _unseal(item) for key, item in value.items()}
    return [_unseal(item) for item in value] if isinstance(value, list) else value


def _place(error: Exception) -> str:
    """Where an exception was raised, without its text: that may hold a property's value."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return "an unknown place" if at is None else f"{at.tb_frame.f_code.co_name} line {at.tb_lineno}"
